#!/usr/bin/env bash
# Emoji in colour, end to end: a first sheet from the shipped models, then the whole pipeline
# trained from Debian's font of them, down to a sheet of samples that a classifier recognised. Some 10
# to 15 minutes on 2 cores.
#
#   pipelines/emoji.sh [--long] [folder]
#
# Everything is written to the folder (output/emoji by default). Interrupted, it goes on where it
# was when it is run again. --long trains as the shipped models were trained, 45 minutes of
# one core.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

classifier_steps=400 vqvae_steps=1600 top_steps=4000 bottom_steps=2000
if [[ ${1:-} == --long ]]; then
  classifier_steps=1000 vqvae_steps=2500 top_steps=15027 bottom_steps=8541
  shift
fi
folder=${1:-output/emoji}

pipelines/setup.sh
pipelines/install.sh fonts-noto-color-emoji unicode-data
train=(--images "$folder/images/train")
test=(--images "$folder/images/test")
shape=(--size 64)
source pipelines/shipped/stages.sh

first_sheet emoji --guidance 1.5 --temperature 0.8
echo "The data: a font to pictures"
extract-emoji --output "$folder/images"
# Features of the classifier sharpen the reconstructions, so the classifiers come first.
classifiers --flip --steps "$classifier_steps"
stage_one --features "$folder/classifier.safetensors" --steps "$vqvae_steps"
# There are few pictures: altered copies keep the priors from soon knowing them by heart.
codes --copies 20 --flip --rotation 5 --scaling 0.05 --shear 0.05
stage_two top --steps "$top_steps" --patience 6
stage_two bottom --steps "$bottom_steps" --patience 6
stage_three --guidance 1.5 --temperature 0.8
