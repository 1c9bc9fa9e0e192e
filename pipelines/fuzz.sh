#!/usr/bin/env bash
# Fuzzes the readers of files, or the one that is named, with libFuzzer and the address sanitizer:
#
#   pipelines/fuzz.sh [READER] [SECONDS]
#
# Ten minutes each unless told otherwise, as many at a time as there are cores. Prints a line for each,
# and fails if one mishandles a file: that file is left in .build/fuzzing/READER-crash-…, and belongs in
# Tests/FileReaderTests/Found once the reader is mended. libFuzzer's words are in .build/fuzzing/*.log.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seeds=Tests/FileReaderTests/Seeds
seconds=${2:-600}
readers=("${1:-}")
if [[ -z ${1:-} ]]; then readers=($(ls "$seeds")); fi
for reader in "${readers[@]}"; do
  [[ -d $seeds/$reader ]] || {
    echo "error: there is no reader $reader; name one of: $(ls "$seeds" | xargs)" >&2
    exit 1
  }
done

pipelines/setup.sh
folder=.build/fuzzing
mkdir -p "$folder"
# Coverage is asked for apart: two sanitizers at once come without it.
FUZZING=1 swift build -c release --product fuzz-readers --scratch-path "$folder/build" \
  --sanitize=fuzzer --sanitize=address -Xswiftc -parse-as-library \
  -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp

# A crash is libFuzzer's to report, not for the runtime to explain at length.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0

export folder seeds seconds

fuzz() {
  local log=$folder/$1.log
  mkdir -p "$folder/$1"
  if FUZZED_READER=$1 "$folder/build/release/fuzz-readers" "$folder/$1" "$seeds/$1" \
    -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=1024 \
    -artifact_prefix="$folder/$1-" -verbosity=1 -print_final_stats=1 >"$log" 2>&1; then
    echo "$1: read $(awk '/number_of_executed_units/ {print $2}' "$log") files in $seconds s"
  else
    echo "error: $1 mishandles a file; $log says how" >&2
    return 1
  fi
}
export -f fuzz

printf '%s\n' "${readers[@]}" | xargs -P "$(nproc)" -I{} bash -c 'fuzz {}' || exit 1
