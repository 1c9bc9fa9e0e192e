#!/usr/bin/env bash
# Makes everything ready: installs the two system libraries where they are missing, then builds.
# Needs a Swift toolchain and, for the installation, Debian or Ubuntu. Safe to run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "error: $*" >&2
  exit 1
}

command -v swift >/dev/null || fail "swift is not installed; see https://www.swift.org/install"

missing=()
for package in libopenblas-dev libpng-dev; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done

if ((${#missing[@]} > 0)); then
  echo "Installing ${missing[*]}"
  command -v apt-get >/dev/null ||
    fail "cannot install ${missing[*]} without apt-get; install OpenBLAS and libpng, with headers"
  as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "run as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "${missing[@]}"
fi

echo "Building"
swift build -c release --quiet
