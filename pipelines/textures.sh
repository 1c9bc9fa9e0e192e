#!/usr/bin/env bash
# Textures in colour, end to end: crops of photographs of walls, floors and ground in twelve classes; then
# the whole pipeline is trained on them, down to samples that a classifier recognised and a report on
# them. About an hour on 2 cores.
#
#   pipelines/textures.sh [--hours H] [folder]
#
# The trainings share the hours, 1 unless told otherwise. Everything is written to the folder
# (output/textures by default). Interrupted, it goes on where it was when it is run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

hours=1
if [[ ${1:-} == --hours ]]; then
  hours=${2:?--hours needs a number}
  shift 2
fi
folder=${1:-output/textures}

pipelines/setup.sh
PATH=$PWD/.build/release:$PATH

echo "The data: pictures to crops"
pipelines/texture-crops.sh "$folder/crops"

pipelines/folder.sh "$folder/crops/train.safetensors" 64 --hours "$hours" --output "$folder"

echo "How well it does on crops of the same pictures that it has not seen, and on other pictures"
for images in others test; do
  evaluate --models "$folder" --images "$folder/crops/$images.safetensors" --strangest 0 \
    --samples "$folder/candidates/samples.safetensors" --samples "$folder/samples/samples.safetensors"
done
