#!/usr/bin/env bash
# Checks everything: the style of the sources, then every test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pipelines/setup.sh

echo "Checking style"
swift format lint --strict --recursive Package.swift Sources Tests

echo "Building without what is optional"
swift build --disable-default-traits --target Images --scratch-path .build/bare --quiet

echo "Testing"
# Without testable imports it shares the build of setup, and tests what users run; built first, since what
# is tested should not depend on the order of hashes.
SWIFT_DETERMINISTIC_HASHING=1 swift test -c release --disable-testable-imports --filter '^$'
swift test -c release --disable-testable-imports --skip-build

echo "Using the library from a package of its own"
rm -rf .build/library/output
swift run --package-path Tests/LibraryUse --scratch-path .build/library -c release --quiet \
  LibraryUse models/digits .build/library/output

echo "Generating the documentation"
pipelines/document.sh

# The kernels of each instruction set the processor has; the run above was on the best.
lesser=(avx2 plain)
! grep -qw avx512_bf16 /proc/cpuinfo || lesser=(avx512 "${lesser[@]}")
for instructions in "${lesser[@]}"; do
  echo "Testing the kernels for $instructions"
  VQVAE_KERNELS=$instructions swift test -c release --disable-testable-imports --skip-build \
    --filter 'KernelsTests|TensorsTests|PixelCNNTests'
done
