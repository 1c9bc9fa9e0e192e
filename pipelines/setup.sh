#!/usr/bin/env bash
# Makes everything ready: installs the system libraries where they are missing, then builds.
# Needs a Swift toolchain and, for the installation, Debian or Ubuntu. Safe to run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v swift >/dev/null || {
  echo "error: swift is not installed; see https://www.swift.org/install" >&2
  exit 1
}

pipelines/install.sh libopenblas-dev libpng-dev libjpeg-dev libwebp-dev libarchive-dev

echo "Building"
# SwiftPM names the traits to the compiler in random order, and another order builds everything anew.
SWIFT_DETERMINISTIC_HASHING=1 swift build -c release --quiet
