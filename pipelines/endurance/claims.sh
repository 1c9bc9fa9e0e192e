# The claims that endurance.sh checks; each prints a line for what it found.

failures=0

# claim TEXT COMMAND…: whether the command succeeds.
claim() {
  local text=$1
  shift
  if "$@"; then echo "holds  $text"; else echo "FAILS  $text" && failures=1; fi
}

# The last argument of a command of ours: what it writes.
output_of() { declare -n words=$1 && echo "${words[-1]}"; }

# Forgets all that a command wrote or left.
clear_output() {
  local output stem
  output=$(output_of "$1") stem=${output%.safetensors}
  rm -rf "$output" "$stem".checkpoint* "$stem".partial* "$stem".metrics.jsonl "$stem".training.html ".$stem".*
}

digest() { find "$1" -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum; }

litter() { find . -maxdepth 2 \( -name '.*.tmp-*' -o -name '*.lock' -o -name '*checkpoint*' -o -name '*.partial.*' \); }

# survives_kills STAGE FLAG…: killed at a random moment and run again, it writes the same bytes.
survives_kills() {
  local stage=$1 same=0 round span started expected
  declare -n command=$1
  shift
  clear_output "$stage"
  started=$(date +%s%N)
  "${command[@]}" "$@" >/dev/null 2>&1
  span=$((($(date +%s%N) - started) / 1000000))
  expected=$(digest "$(output_of "$stage")")
  RANDOM=1
  for ((round = 0; round < kills; round++)); do
    clear_output "$stage"
    "${command[@]}" "$@" >/dev/null 2>&1 &
    sleep "$(printf '%d.%03d' $((RANDOM % span / 1000)) $((RANDOM % span % 1000)))"
    kill -KILL $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    "${command[@]}" "$@" >/dev/null 2>&1 || true
    [[ $(digest "$(output_of "$stage")") == "$expected" && -z $(litter) ]] && same=$((same + 1))
  done
  claim "$stage: $same of $kills kills within $span ms end with the same bytes and no litter" \
    test "$same" -eq "$kills"
}

# A full disk and one that cannot be written, both small and in memory.
survives_bad_disks() {
  if ! unshare -rm true 2>/dev/null; then
    echo "skipped  bad disks: this needs leave to mount (unshare -rm)"
    return
  fi
  mkdir -p small
  export failures
  export -f claim output_of fails_on_full_disk fails_on_read_only_disk on_bad_disk
  local stage
  for stage in vqvae prior classifier codes samples report measures; do
    declare -n command=$stage
    unshare -rm bash -c 'on_bad_disk "$@" && exit "$failures"' on_bad_disk "$stage" "${command[@]}" ||
      failures=1
  done
}

# on_bad_disk STAGE COMMAND…, where nothing that is mounted is seen outside.
on_bad_disk() {
  local stage=$1
  shift
  mount -t tmpfs -o size=16m none small
  local output="${*: -1}"
  local command=("${@:1:$#-1}" "small/$output")
  fails_on_full_disk
  mount -o remount,ro small
  fails_on_read_only_disk
}

fails_on_full_disk() {
  local stem=small/${output%.safetensors} trains=()
  case $stage in
    vqvae | prior | classifier)
      trains=(--steps 150 --checkpoint-interval 0)
      "${command[@]}" "${trains[@]}" >/dev/null 2>&1 &
      while kill -0 $! 2>/dev/null && [[ ! -e $stem.checkpoint.safetensors ]]; do sleep 0.01; done
      kill -TERM $!
      wait $!
      ;;
  esac
  local before code=0
  before=$(sha256sum "$stem".checkpoint.safetensors 2>/dev/null)
  head -c 16m /dev/zero >small/filler 2>/dev/null
  "${command[@]}" "${trains[@]}" >/dev/null 2>message || code=$?
  claim "$stage on a full disk: exit code $code, $(tail -1 message)" \
    grep -q '^error: .*No space left on device\|cannot be created\|has space' message
  claim "$stage on a full disk: the checkpoint is as it was" \
    test "$code" -eq 1 -a "$(sha256sum "$stem".checkpoint.safetensors 2>/dev/null)" == "$before"
  rm small/filler
  code=0
  "${command[@]}" "${trains[@]}" >/dev/null 2>message || code=$?
  claim "$stage with space again: ends with exit code $code" test "$code" -eq 0
  [[ ! -f $output ]] || claim "$stage: the bytes are as ever" cmp -s "small/$output" "$output"
}

fails_on_read_only_disk() {
  local code=0
  "${command[@]:0:${#command[@]}-1}" "small/new-$output" >/dev/null 2>message || code=$?
  claim "$stage in a read-only folder: exit code $code, $(tail -1 message)" \
    grep -q '^error: .*\(Read-only file system\|cannot be created\)' message
}

# SIGTERM once is 143 in every stage; a second SIGINT ends a training at once.
ends_by_signals() {
  local stage
  for stage in vqvae codes prior classifier samples report measures; do
    declare -n command=$stage
    claim "$stage: exit code 143 after SIGTERM" ends_with 143 TERM
  done
  declare -n command=vqvae
  claim "vqvae: exit code 130 after SIGINT, twice" ends_with 130 INT INT
}

# ends_with CODE SIGNAL…: the exit code of the command, sent signals as soon as it shows progress; what an
# earlier command said is not this one's.
ends_with() {
  local expected=$1 code=0 signal process
  shift
  rm -f message
  "${command[@]:0:${#command[@]}-1}" interrupted >/dev/null 2>message &
  process=$!
  while kill -0 $process 2>/dev/null && ! grep -qs % message; do sleep 0.01; done
  for signal in "$@"; do kill -"$signal" $process 2>/dev/null || true; done
  wait $process || code=$?
  rm -rf interrupted interrupted.*
  test "$code" -eq "$expected"
}

# Thousands of checkpoints take no more memory and no more open files than the first.
does_not_grow() {
  local process memory files early=0 late=0 early_files=0 late_files=0 sample=0
  clear_output classifier
  "${classifier[@]}" --steps 4000 --checkpoint-interval 0 >/dev/null 2>&1 &
  process=$!
  while sleep 0.5 && kill -0 $process 2>/dev/null; do
    memory=$(awk '/VmRSS/ {print $2}' "/proc/$process/status" 2>/dev/null)
    files=$(ls "/proc/$process/fd" 2>/dev/null | wc -l)
    sample=$((sample + 1))
    if ((sample > 5 && sample <= 20)); then
      early=$((${memory:-0} > early ? memory : early))
      early_files=$((files > early_files ? files : early_files))
    elif ((sample > 20)); then
      late=$((${memory:-0} > late ? memory : late))
      late_files=$((files > late_files ? files : late_files))
    fi
  done
  wait $process
  claim "soak: at most $early KiB early and $late KiB later, of $sample samples" \
    test "$late" -gt 0 -a "$late" -le $((early + 4096))
  claim "soak: at most $early_files open files early and $late_files later" \
    test "$late_files" -le $((early_files + 1))
}

# A million images: the first step within a minute, in less than 1 GiB.
trains_on_a_million() {
  make_million_files
  local tiny=(train-vqvae --images million --grey "${small[@]}" --channels 4 --residual-channels 4
    --residual-blocks 1 --codes 16 --code-channels 4)
  takes_a_million_by "${tiny[@]}"
  "${tiny[@]}" --steps 5 --output many.safetensors >/dev/null 2>&1
  extract-codes --images million --vqvae many.safetensors --output many-codes.safetensors
  takes_a_million_by train-prior --codes many-codes.safetensors --level top "${small[@]}" \
    --channels 16 --blocks 1 --residual-blocks 1
}

takes_a_million_by() {
  local started=$SECONDS process seconds memory
  rm -f message
  "$@" --steps 10000 --output begun.safetensors >/dev/null 2>message &
  process=$!
  while kill -0 $process 2>/dev/null && ! grep -qs 'step 1 ' message; do sleep 0.1; done
  seconds=$((SECONDS - started))
  if ! memory=$(awk '/VmHWM/ {print $2}' "/proc/$process/status" 2>/dev/null); then
    claim "$1 on a million images: it trains, $(grep -im1 ^error message)" false
    return
  fi
  kill -KILL $process
  wait $process 2>/dev/null || true
  claim "$1 on a million images: the first step after $seconds s, at most $memory KiB" \
    test "$seconds" -le 60 -a "$memory" -le 1048576
}

# A million images in one archive, prepared in less than 1 GiB; killed half-way, with the same bytes.
prepares_a_million() {
  local process memory=0 now bytes=0
  # Links to a file count for nothing in an archive.
  tar --hard-dereference -cf million.tar million
  prepare-images --images million.tar --grey --output whole.safetensors 2>/dev/null &
  process=$!
  while now=$(awk '/VmHWM/ {print $2}' "/proc/$process/status" 2>/dev/null) && [[ -n $now ]]; do
    memory=$now
    sleep 0.2
  done
  wait $process
  prepare-images --images million.tar --grey --output half.safetensors >/dev/null 2>message &
  process=$!
  until grep -qs '([3-9].%)' message; do sleep 0.1; done
  kill -KILL $process
  wait $process 2>/dev/null || true
  prepare-images --images million.tar --grey --output half.safetensors 2>/dev/null
  cmp whole.safetensors half.safetensors && bytes=1
  claim "prepare-images of a million images in an archive: at most $memory KiB" \
    test "$memory" -gt 0 -a "$memory" -le 1048576
  claim "prepare-images of a million images: killed half-way, the same bytes" test "$bytes" -eq 1
}
