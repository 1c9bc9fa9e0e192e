#!/usr/bin/env bash
# Runs the digits recipe, in little, as jobs of a real Slurm on this machine: a controller and two nodes
# of one core. One node is lost in the middle of a training, another training is preempted; all files
# must have the bytes of the recipe that runs alone. Where pipelines/mpi.sh has built the trainings for
# several processes, one of them on both nodes must survive the loss of one, too.
#
#   Tests/Slurm/test.sh [--whole]
#
# Needs root, for it installs slurm-wlm and munge where they are missing, and starts their daemons with
# settings of their own. Takes about three minutes; --whole runs pipelines/digits.sh itself, in most of
# an hour.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

whole=false patience=300
[[ ${1:-} != --whole ]] || whole=true patience=3600
((EUID == 0)) || {
  echo "error: this starts the daemons of Slurm; run it as root" >&2
  exit 1
}
pipelines/setup.sh
pipelines/install.sh slurm-wlm slurm-client munge
source Tests/Slurm/cluster.sh
source pipelines/endurance/data.sh
source pipelines/endurance/claims.sh

scratch=$(mktemp -d)
trap 'stop_cluster; rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/{data,alone,jobs,logs}
for file in train-images-idx3 train-labels-idx1; do
  gzip -dc "pipelines/data/digits/$file-ubyte.gz" >"$scratch/data/$file"
done
(cd "$scratch/data" && make_digits 200)
images=(--images "$scratch/data/images" --labels "$scratch/data/labels")
recipe=(Tests/Slurm/digits.sh "$scratch/data")
if $whole; then
  data=pipelines/data/digits
  images=(--images "$data/train-images-idx3-ubyte.gz" --labels "$data/train-labels-idx1-ubyte.gz")
  recipe=(pipelines/digits.sh)
fi

echo "The recipe alone"
"${recipe[@]}" "$scratch/alone" >"$scratch/alone.log" 2>&1

echo "The recipe as jobs"
start_cluster "$scratch/cluster"
pipelines/slurm/submit.sh --shards 3 --output="$scratch/logs/%x-%j.log" "${recipe[@]}" \
  "$scratch/jobs" | tee "$scratch/submitted"

# The number of the last job of that name: what puts samples together comes after its shards.
job_called() { sed -n "s/^job \([0-9]*\): $1\(,.*\)\{0,1\}$/\1/p" "$scratch/submitted" | tail -1; }
job_is() { [[ $(squeue --noheader --jobs="$1" --states=all --format=%T 2>/dev/null) == "$2" ]]; }
node_is_idle() { [[ $(sinfo --noheader --nodes="$1" --partition=urgent --format=%T) == idle ]]; }
all_ended() { [[ -z $(squeue --noheader) ]]; }
# A queued job would wait two minutes before it starts again.
start_again() { wait_for job_is "$1" PENDING && scontrol update JobId="$1" StartTime=now; }

top=$(job_called prior-top)
log=$scratch/logs/prior-top-$top.log
wait_for test -e "$scratch/jobs/prior-top.checkpoint.safetensors"
node=$(squeue --noheader --jobs="$top" --format=%N)
echo "Losing $node, where the top prior is trained"
lose_node "$node"
start_again "$top"
wait_for grep -q "going on after step" "$log"
bring_back "$node"
wait_for node_is_idle "$node"

echo "Preempting the top prior"
sbatch --parsable --partition=urgent --nodes=2 --output=/dev/null --wrap="sleep 1" >/dev/null
start_again "$top"
wait_for all_ended

claim "the training on the lost node and preempted went on twice" \
  test "$(grep -c "going on after step" "$log")" -eq 2
claim "preempted, it saved its state" grep -q "interrupted after step" "$log"
claim "all jobs ended well, evaluation last" \
  grep -q "judge accuracy" "$scratch/logs/evaluate-$(job_called evaluate).log"
claim "codes are in three shards" test ! -e "$scratch/jobs/codes.safetensors" -a \
  -e "$scratch/jobs/codes-3-of-3.safetensors"
extract_again=(.build/release/extract-codes "${images[@]}" --grey
  --vqvae "$scratch/jobs/vqvae.safetensors" --output "$scratch/jobs/codes.safetensors")
"${extract_again[@]}" 2>/dev/null
claim "all files have the bytes of the recipe alone" \
  diff --recursive --brief --exclude="*-of-3.safetensors" --exclude="*.metrics.jsonl" \
  "$scratch/alone" "$scratch/jobs"

if [[ -x .build-mpi/release/train-prior ]]; then
  echo "A training in two processes, on two nodes"
  # train_in_two NAME: a job that trains the top prior, by a recipe of one stage.
  cat >"$scratch/training.sh" <<RECIPE
train-prior --codes "$scratch/alone/codes.safetensors" --level top --batch 16 --held-out 20 \
  --threads 1 --channels 32 --blocks 1 --steps 200 --checkpoint-interval 1 \
  --output "$scratch/jobs/\$1.safetensors"
RECIPE
  train_in_two() {
    pipelines/slurm/submit.sh --ranks 2 --output="$scratch/logs/%x.log" "$scratch/training.sh" "$1" |
      tee "$scratch/submitted"
  }
  train_in_two undisturbed
  wait_for all_ended
  train_in_two disturbed
  disturbed=$(job_called disturbed)
  wait_for test -e "$scratch/jobs/disturbed.checkpoint.safetensors"
  lose_node node2
  wait_for job_is "$disturbed" PENDING
  bring_back node2
  wait_for nodes_are_idle
  start_again "$disturbed"
  wait_for all_ended
  claim "in two processes: it went on after the loss" \
    grep -q "going on after step" "$scratch/logs/disturbed.log"
  claim "in two processes: the model has the bytes of one that was not disturbed" \
    cmp "$scratch/jobs/undisturbed.safetensors" "$scratch/jobs/disturbed.safetensors"
fi
exit "$failures"
