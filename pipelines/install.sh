#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that are named and missing: pipelines/install.sh PACKAGE...
set -euo pipefail

fail() {
  echo "error: $*" >&2
  exit 1
}

missing=()
for package in "$@"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
((${#missing[@]} > 0)) || exit 0

echo "Installing ${missing[*]}"
command -v apt-get >/dev/null || fail "cannot install ${missing[*]} without apt-get; install it by hand"
as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || fail "run as root: apt-get install ${missing[*]}"
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
  --no-install-recommends "${missing[@]}"
