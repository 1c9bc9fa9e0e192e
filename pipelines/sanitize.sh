#!/usr/bin/env bash
# Runs the tests of the C kernels, of the tensors on them and of all that reads files under the
# sanitizers of addresses and, for the C, of undefined behaviour; and those of what runs on several
# threads under the sanitizer of threads.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pipelines/setup.sh

# The first report ends the tests; the runtime need not explain it at length. Freed memory is kept a
# little only, because the tests of damaged files bound their memory.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1

echo "Testing with the sanitizers of addresses and undefined behaviour"
swift test -c release --disable-testable-imports --scratch-path .build/sanitized \
  --filter 'KernelsTests|TensorsTests|ArtifactsTests|ImagesTests|FileReaderTests' \
  --sanitize=address -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined

# Without the test that calls the pool 20,000 times: each call waits in a loop that is slow here.
echo "Testing with the sanitizer of threads"
swift test -c release --disable-testable-imports --scratch-path .build/threads \
  --filter 'ThreadPoolTests|ImageLoaderTests|OutputLockTests|CommunicationTests' \
  --skip noBodyOutlivesItsCall --sanitize=thread
