#!/usr/bin/env bash
# Photographs of walls, floors and ground, which come with a game in Debian, cut into crops of 64×64 in
# twelve classes: pipelines/texture-crops.sh FOLDER
#
# Writes train.safetensors; others.safetensors, other crops of the same pictures; and test.safetensors,
# crops of pictures from other sources. What is there already is not made again.
set -euo pipefail
folder=$(realpath -m -- "${1:?give a folder to write}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pipelines/install.sh ufoai-textures unzip
PATH=$PWD/.build/release:$PATH
mkdir -p "$folder"
if [[ ! -d $folder/pictures ]]; then
  rm -rf "$folder/pictures.partial"
  unzip -q /usr/share/games/ufoai/base/0textures.pk3 -d "$folder/pictures.partial"
  mv "$folder/pictures.partial" "$folder/pictures"
fi

# Pictures of 256 pixels and more show some bricks in each crop when they are reduced to a quarter or half.
crop() {
  [[ -e $folder/$1.safetensors ]] || prepare-images --images "$folder/pictures" \
    --labels pipelines/data/textures.csv --where split="$2" --copies "$3" --seed "$4" --size 64 \
    --crop --crop-scale 0.25,0.6 --flip --shift 0 --rotation 0 --scaling 0 --shear 0 \
    --output "$folder/$1.safetensors"
}
crop train train 27 0
crop others train 5 1
crop test test 20 0
