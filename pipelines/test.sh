#!/usr/bin/env bash
# Checks everything: the style of the sources, then every test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pipelines/setup.sh

echo "Checking style"
swift format lint --strict --recursive Package.swift Sources Tests

echo "Testing"
# Without testable imports it shares the build of setup, and tests what users run.
swift test -c release --disable-testable-imports
