#!/usr/bin/env bash
# Your own pictures, end to end: from a folder of them to new ones and a report on them.
#
#   pipelines/folder.sh PICTURES SIZE [--hours H] [--grey] [--output FOLDER]
#
# PICTURES is a folder, or a file that prepare-images wrote. SIZE is the side of the square that all
# pictures are cropped to, 64 for example. The trainings share the hours, 1 unless told otherwise. Where
# the pictures lie in sub-folders, those are classes; a flat folder has none, and then a critic turns
# samples away. Everything is written to FOLDER (output/folder by default). Interrupted, it goes on where
# it was when it is run again.
set -euo pipefail

fail() {
  echo "error: $*" >&2
  exit 64
}

[[ $# -ge 2 && $1 != -* && $2 != -* ]] || fail "give a folder of pictures and a size: pipelines/folder.sh photos 64"
pictures=$(realpath -- "$1") size=$2 hours=1 folder=output/folder color=()
shift 2
while (($# > 0)); do
  case $1 in
    --hours) hours=${2:?--hours needs a number} && shift ;;
    --output) folder=${2:?--output needs a folder} && shift ;;
    --grey) color=(--grey) ;;
    *) fail "there is no option '$1'" ;;
  esac
  shift
done
[[ $size =~ ^[0-9]+$ ]] || fail "SIZE is a number of pixels, not '$size'"
[[ $hours =~ ^[0-9]*\.?[0-9]+$ ]] || fail "--hours is a number, not '$hours'"
[[ -e $pictures ]] || fail "there is nothing at $pictures"
mkdir -p "$folder"
folder=$(realpath -- "$folder")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pipelines/setup.sh
PATH=$PWD/.build/release:$PATH
images=(--images "$pictures")
shape=(--size "$size" "${color[@]}")
has_classes() {
  if [[ -d $pictures ]]; then
    [[ -n $(find "$pictures" -mindepth 1 -maxdepth 1 -type d ! -name '.*' -print -quit) ]]
  else
    # A tensor of the file, named in its header.
    grep -aq '"labels"' <(head -c 65536 "$pictures")
  fi
}
share() { awk "BEGIN { print $hours * $1 }"; }

features=() guidance=()
if has_classes; then
  echo "Classifiers: one to reject samples and to sharpen reconstructions, another to judge"
  train-classifier "${images[@]}" "${shape[@]}" --flip --hours "$(share 0.1)" --precision half \
    --output "$folder/classifier.safetensors"
  train-classifier "${images[@]}" "${shape[@]}" --flip --hours "$(share 0.1)" --precision half \
    --architecture residual --output "$folder/judge.safetensors"
  features=(--features "$folder/classifier.safetensors") guidance=(--guidance 1.5)
  count=100
fi

echo "Stage 1: pictures to codes"
train-vqvae "${images[@]}" "${shape[@]}" "${features[@]}" --hours "$(share 0.15)" --precision half \
  --output "$folder/vqvae.safetensors"
extract-codes "${images[@]}" --vqvae "$folder/vqvae.safetensors" --copies 3 --shift 2 --rotation 0 \
  --shear 0 --flip --output "$folder/codes.safetensors"

echo "Stage 2: priors of the codes"
codes=(--codes "$folder/codes.safetensors" --vqvae "$folder/vqvae.safetensors")
train-prior "${codes[@]}" --level top --hours "$(share 0.3)" \
  --precision half --output "$folder/prior-top.safetensors"
train-prior "${codes[@]}" --level bottom --hours "$(share 0.35)" \
  --precision half --output "$folder/prior-bottom.safetensors"

if ! has_classes; then
  echo "A critic to reject samples, and a judge of which way is up"
  [[ -e $folder/critic.safetensors ]] || sample-images --models "$folder" --count 4000 \
    --seed 1 --output "$folder/pool"
  train-classifier "${images[@]}" --samples "$folder/pool/samples.safetensors" \
    --vqvae "$folder/vqvae.safetensors" --hours "$(share 0.1)" --precision half \
    --output "$folder/critic.safetensors"
  train-classifier "${images[@]}" "${shape[@]}" --task rotation --architecture residual --rotation 0 \
    --hours "$(share 0.1)" --precision half --output "$folder/judge.safetensors"
  count=1000
fi

echo "Stage 3: codes to samples"
sample-images --models "$folder" --count "$count" "${guidance[@]}" --output "$folder/candidates"
sample-images --models "$folder" --count 50 --keep 0.5 "${guidance[@]}" --output "$folder/samples"
tune-rejection --models "$folder" --samples "$folder/candidates/samples.safetensors" \
  "${images[@]}" --output "$folder/report"
echo "Look at $folder/samples/contact-sheet.png and $folder/report/report.html"
