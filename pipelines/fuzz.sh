#!/usr/bin/env bash
# Fuzzes the readers of files, one after the other or the one that is named, with libFuzzer and the
# address sanitizer: pipelines/fuzz.sh [READER] [SECONDS]. Ten minutes each unless told otherwise.
# What a reader mishandles is left in .build/fuzzing/READER-crash-…; it belongs in
# Tests/FileReaderTests/Found once it is fixed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seeds=Tests/FileReaderTests/Seeds
seconds=${2:-600}
readers=("${1:-}")
if [[ -z ${1:-} ]]; then readers=($(ls "$seeds")); fi

pipelines/setup.sh
folder=.build/fuzzing
mkdir -p "$folder"
# Coverage is asked for apart: two sanitizers at once come without it.
FUZZING=1 swift build -c release --product fuzz-readers --scratch-path "$folder/build" \
  --sanitize=fuzzer --sanitize=address -Xswiftc -parse-as-library \
  -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp

# A crash is libFuzzer's to report, not for the runtime to explain at length.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
for reader in "${readers[@]}"; do
  [[ -d $seeds/$reader ]] || {
    echo "error: there is no reader $reader; name one of: $(ls "$seeds" | xargs)" >&2
    exit 1
  }
  echo "Fuzzing $reader for $seconds seconds"
  mkdir -p "$folder/$reader"
  FUZZED_READER=$reader "$folder/build/release/fuzz-readers" "$folder/$reader" "$seeds/$reader" \
    -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=1024 \
    -artifact_prefix="$folder/$reader-" -verbosity=1 -print_final_stats=1
done
