#!/usr/bin/env bash
# Runs the tests of the C kernels, of the tensors on them and of all that reads files under sanitizers:
# addresses and undefined behaviour together, then threads. Each is a build of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pipelines/setup.sh

# The first report ends the tests; the runtime need not explain it at length.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1

sanitize() {
  local name=$1 tests=$2
  shift 2
  echo "Testing with the $name sanitizer"
  swift test -c release --disable-testable-imports --scratch-path ".build/sanitized/$name" \
    --filter "$tests" "$@"
}

sanitize address 'KernelsTests|TensorsTests|ArtifactsTests|ImagesTests|FileReaderTests' \
  --sanitize=address -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined
sanitize thread 'TensorsTests|ImagesTests' --sanitize=thread
