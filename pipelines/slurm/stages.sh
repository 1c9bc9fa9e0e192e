# What the shell of a recipe reads first when submit.sh runs it: in it, each program of the stages is a
# function that submits a job.

# Not for the scripts that the recipe calls, nor for the jobs.
unset BASH_ENV

eval "sbatch_flags=($SLURM_RECIPE_FLAGS)"
logs=$(realpath -m "$SLURM_RECIPE_FOLDER/../../output/slurm")
mkdir -p "$logs"

# The job that writes a file or folder, by its path.
declare -A writer=()

# The jobs that write what is named among the words, or lies in a folder that is, separated by colons.
writers_of() {
  local word path
  for word in "$@"; do
    for path in "${!writer[@]}"; do
      [[ $path != "$word" && $path != "$word"/* && $word != "$path"/* ]] || echo "${writer[$path]}"
    done
  done | sort -nu | paste -sd:
}

# submit NAME JOBS FLAG… -- PROGRAM ARGUMENT…: a job that waits for others; sets job to its number.
submit() {
  local name=$1 after=$2 flags=()
  shift 2
  while [[ $1 != -- ]]; do flags+=("$1") && shift; done
  [[ -z $after ]] || flags+=(--dependency="afterok:$after" --kill-on-invalid-dep=yes)
  job=$(sbatch --parsable --requeue --open-mode=append --job-name="$name" \
    --output="$logs/%x-%j.log" "${sbatch_flags[@]}" "${flags[@]}" \
    "$SLURM_RECIPE_FOLDER/job.sh" "${@:2}")
  job=${job%%;*}
  echo "job $job: $name${after:+, after ${after//:/ }}"
}

# stage PROGRAM ARGUMENT…: the job of a stage, or the array of them and what comes after it.
stage() {
  local name=$1 output= whole= after word job program flags=()
  for ((word = 2; word < $#; word++)); do
    [[ ${!word} != --output ]] || output=${@:word+1:1}
  done
  case $1 in
    extract-codes) whole=$output ;;
    sample-images) whole=$output/samples.safetensors ;;
  esac
  [[ -z $output ]] || name=$(basename "$output" .safetensors)
  after=$(writers_of "${@:2}")
  if [[ $1 == train-* ]] && ((SLURM_RECIPE_RANKS > 1)); then
    program=$(built_with_mpi "$1")
    flags=(--ntasks="$SLURM_RECIPE_RANKS")
  else
    # A function goes before a program; the path leads to the program.
    program=$(type -P "$1")
  fi
  set -- "$program" "${@:2}"
  if [[ -n $whole ]] && ((SLURM_RECIPE_SHARDS > 1)); then
    # What an earlier submission left makes way, as it would for the recipe itself.
    rm -f "$whole" "${whole%.safetensors}"-*-of-*.safetensors
    submit "$name" "$after" --array="1-$SLURM_RECIPE_SHARDS" -- "$@"
    # Priors read the codes in shards; samples are to be put together.
    [[ $whole == "$output" ]] || submit "$name" "$job" -- "$@"
  else
    submit "$name" "$after" "${flags[@]}" -- "$@"
  fi
  [[ -z $output ]] || writer[$output]=$job
}

built_with_mpi() {
  local program
  program=$(realpath -m "$SLURM_RECIPE_FOLDER/../../.build-mpi/release/$1")
  [[ -x $program ]] || {
    echo "error: $program is missing; build it with pipelines/mpi.sh --build-only" >&2
    return 1
  }
  echo "$program"
}

for program in extract-emoji train-vqvae extract-codes train-prior train-classifier sample-images \
  evaluate tune-rejection import-reference; do
  eval "$program() { stage $program \"\$@\"; }"
done
