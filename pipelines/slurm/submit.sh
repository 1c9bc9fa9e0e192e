#!/usr/bin/env bash
# Runs a recipe on a cluster under Slurm: every stage becomes a job, which waits for those that write
# what it reads.
#
#   pipelines/slurm/submit.sh [--shards n] [--ranks n] [sbatch flag ...] [recipe [argument ...]]
#   pipelines/slurm/submit.sh --shards 8 --partition=long --cpus-per-task=16 pipelines/digits.sh --long
#
# The recipe is pipelines/digits.sh unless another is named. It builds here and now; the repository and
# all files lie where every node sees them. Other flags than these two are handed to sbatch, as one word
# each. What the jobs say is in output/slurm.
#
# --shards  extract codes and draw samples in arrays of n jobs (4 by default); with 1, in one job, as a
#           VAE's samples must be
# --ranks   train in n processes that share each batch, by the programs that pipelines/mpi.sh built
#
# A job that is preempted, or whose node fails, is queued again and goes on from its last checkpoint.
# If one fails, those that wait for it are cancelled; submitted again, the recipe goes on with what is
# not finished, and extracts and draws anew.
set -euo pipefail

shards=4 ranks=1 flags=()
while [[ ${1:-} == --* ]]; do
  case $1 in
    --shards) shards=$2 && shift ;;
    --ranks) ranks=$2 && shift ;;
    --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" && exit 0 ;;
    *) flags+=("$1") ;;
  esac
  shift
done
for number in "$shards" "$ranks"; do
  [[ $number =~ ^[1-9][0-9]{0,2}$ ]] || {
    echo "error: --shards and --ranks lie between 1 and 999, unlike $number" >&2
    exit 64
  }
done
command -v sbatch >/dev/null || {
  echo "error: there is no sbatch; log in where jobs are submitted to Slurm" >&2
  exit 1
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
recipe=${1:-$here/../digits.sh}
# The flags as one word, for an array cannot be handed on.
export SLURM_RECIPE_SHARDS=$shards SLURM_RECIPE_RANKS=$ranks SLURM_RECIPE_FLAGS="${flags[*]@Q}"
export SLURM_RECIPE_FOLDER=$here
BASH_ENV=$here/stages.sh exec bash "$recipe" "${@:2}"
