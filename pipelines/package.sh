#!/usr/bin/env bash
# Makes a tarball of the programs, for Linux machines without Swift: its runtime is linked into them.
# Shell completions, the shipped models and the licences of what is inside come along.
#
#   pipelines/package.sh [--try] [FOLDER]
#
# Writes FOLDER/vqvae2-VERSION-MACHINE-linux.tar.xz; FOLDER is output unless told otherwise.
#
# --try  then unpacks it in a bare Debian, in a folder, draws ten digits there and trains a few steps;
#        needs root, debootstrap and a mirror of Debian
set -euo pipefail

try=false
if [[ ${1:-} == --try ]]; then
  try=true
  shift
fi
folder=$(realpath -m -- "${1:-output}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Rooms have capital letters, programs have not.
mapfile -t programs < <(ls Sources | grep '^[[:lower:]]' | grep -vx benchmark)

pipelines/install.sh libopenblas-dev libpng-dev libjpeg-dev libwebp-dev libarchive-dev binutils xz-utils
# Beside the programs that are linked with the toolchain's libraries, and without the tests.
build=(env SWIFT_DETERMINISTIC_HASHING=1 swift build -c release --static-swift-stdlib --quiet
  --scratch-path .build/package)
for program in "${programs[@]}"; do
  echo "Building $program"
  "${build[@]}" --product "$program"
done
built=.build/package/release

version=$("$built/sample-images" --version | sed -n '1s/^vqvae2 \([0-9.]*\),.*/\1/p')
name=vqvae2-$version-$(uname -m)-linux
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
content=$scratch/$name
mkdir -p "$content"/{bin,licences} "$content"/completions/{bash,zsh,fish}

for program in "${programs[@]}"; do
  strip --strip-all -o "$content/bin/$program" "$built/$program"
  "$built/$program" --generate-completion-script bash >"$content/completions/bash/$program"
  "$built/$program" --generate-completion-script zsh >"$content/completions/zsh/_$program"
  "$built/$program" --generate-completion-script fish >"$content/completions/fish/$program.fish"
done
cp -r models pipelines/package/README.md "$content"
cp pipelines/package/unicode-license.txt "$content/licences/unicode.txt"
toolchain=$(dirname "$(dirname "$(realpath "$(command -v swift)")")")
cp "$toolchain/share/swift/LICENSE.txt" "$content/licences/swift.txt"
for package in swift-argument-parser swift-log; do
  cp ".build/package/checkouts/$package/LICENSE.txt" "$content/licences/$package.txt"
done
cat .build/package/checkouts/swift-log/NOTICE.txt >>"$content/licences/swift-log.txt"

mkdir -p "$folder"
tarball=$folder/$name.tar.xz
# The window reaches from one program to the next, for all have the same runtime.
tar -C "$scratch" --owner=0 --group=0 --sort=name -cf - "$name" |
  xz --threads=1 --lzma2=preset=1,dict=192MiB >"$scratch/$name.tar.xz"
mv "$scratch/$name.tar.xz" "$tarball"
echo "Look at $tarball ($(du -h "$tarball" | cut -f1))"
! $try || pipelines/package/try.sh "$tarball"
