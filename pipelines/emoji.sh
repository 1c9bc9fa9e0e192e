#!/usr/bin/env bash
# Emoji in colour, end to end: a first sheet from the shipped models, then the whole pipeline
# trained from Debian's font of them, down to a sheet of samples that a classifier recognised. About 15
# minutes on 2 cores.
#
#   pipelines/emoji.sh [--long] [folder]
#
# Everything is written to the folder (output/emoji by default). Interrupted, it goes on where it
# was when it is run again. --long trains more, in some 40 minutes: so the shipped models were trained.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

vqvae_steps=1600 top_channels=64 top_steps=2000 top_dropout=0.3 bottom_steps=500 classifier_steps=400
if [[ ${1:-} == --long ]]; then
  vqvae_steps=2500 top_channels=96 top_steps=9000 top_dropout=0.1 bottom_steps=1800
  classifier_steps=1000
  shift
fi
folder=${1:-output/emoji}

pipelines/setup.sh
pipelines/install.sh fonts-noto-color-emoji unicode-data
train=(--images "$folder/images/train")
test=(--images "$folder/images/test")
shape=(--size 64)
source pipelines/shipped/stages.sh

first_sheet emoji --temperature 0.8
echo "The data: a font to pictures"
extract-emoji --output "$folder/images"
stage_one --steps "$vqvae_steps" --batch 32 --learning-rate 0.0015 --channels 64 --residual-channels 32 \
  --codes 256 --code-channels 32
# There are few pictures: altered copies keep the priors from soon knowing them by heart.
codes --copies 20 --flip --rotation 5 --scaling 0.05 --shear 0.05
stage_two top --steps "$top_steps" --batch 32 --learning-rate 0.002 --channels "$top_channels" \
  --dropout "$top_dropout" --no-pointwise-gates
stage_two bottom --channels 64 --steps "$bottom_steps" --batch 32 --learning-rate 0.002 --no-pointwise-gates
classifiers --flip --steps "$classifier_steps"
stage_three
