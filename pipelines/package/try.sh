#!/usr/bin/env bash
# Tries a tarball of pipelines/package.sh in a bare Debian without Swift, in a folder of its own: draws
# ten digits and trains a few steps on them.
#
#   pipelines/package/try.sh TARBALL
set -euo pipefail

tarball=$(realpath -- "${1:?give the tarball of pipelines/package.sh}")
((EUID == 0)) || { echo "error: only root can make a Debian to try it in" >&2 && exit 1; }
command -v debootstrap >/dev/null || { echo "error: debootstrap is not installed" >&2 && exit 1; }
libraries=libopenblas0-pthread,libpng16-16,libjpeg62-turbo,libwebp7,libwebpdemux2,libarchive13,libstdc++6

root=$(mktemp -d)
trap 'umount "$root/debian/proc" 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT
echo "Making a bare Debian"
debootstrap --variant=minbase --include="$libraries" "${SUITE:-bookworm}" "$root/debian" >"$root/log" 2>&1 ||
  { tail "$root/log" >&2 && exit 1; }
tar -C "$root/debian/opt" -xf "$tarball"
# A Swift program reads its arguments there.
mount -t proc proc "$root/debian/proc"
home=/opt/$(basename "$tarball" .tar.xz)
in_debian() { chroot "$root/debian" /usr/bin/env -i PATH="$home/bin:/usr/bin:/bin" HOME=/tmp "$@"; }

if [[ -n $(find "$root/debian" -xdev -name 'libswift*.so') ]]; then
  echo "error: there is a Swift here already" >&2
  exit 1
fi
in_debian train-vqvae --version
for program in "$root/debian/$home"/bin/*; do
  in_debian "$(basename "$program")" --help >/dev/null
done
in_debian sample-images --models "$home/models/digits" --count 1 --output /tmp/digits
(($(find "$root/debian/tmp/digits/images" -name '*.png' | wc -l) == 10))
in_debian train-vqvae --images /tmp/digits/images --grey --steps 4 --batch 4 --held-out 2 \
  --channels 16 --residual-channels 8 --codes 16 --output /tmp/vqvae.safetensors
in_debian extract-codes --images /tmp/digits/images --vqvae /tmp/vqvae.safetensors \
  --output /tmp/codes.safetensors
in_debian train-prior --codes /tmp/codes.safetensors --vqvae /tmp/vqvae.safetensors --level top \
  --steps 4 --batch 4 --held-out 2 --channels 16 --output /tmp/prior-top.safetensors
[[ -s $root/debian/tmp/prior-top.safetensors && -s $root/debian/tmp/prior-top.training.html ]]
echo "The programs run without Swift"
