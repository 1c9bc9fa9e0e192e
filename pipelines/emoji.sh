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
PATH=$PWD/.build/release:$PATH
mkdir -p "$folder"

echo "Drawing from the shipped models"
sample-images --models models/emoji --count 12 --keep 0.5 --temperature 0.8 \
  --output "$folder/first-samples"
echo "Look at $folder/first-samples/contact-sheet.png"

echo "The data: a font to pictures"
extract-emoji --output "$folder/images"
train=(--images "$folder/images/train")
test=(--images "$folder/images/test")

echo "Stage 1: images to codes"
train-vqvae "${train[@]}" --size 64 --output "$folder/vqvae.safetensors" \
  --steps "$vqvae_steps" --batch 32 \
  --learning-rate 0.0015 --channels 64 --residual-channels 32 --codes 256 --code-channels 32 \
  --level-dropout 0.2 --precision half
# There are few pictures: altered copies keep the priors from soon knowing them by heart.
extract-codes "${train[@]}" --vqvae "$folder/vqvae.safetensors" --copies 20 --flip --rotation 5 \
  --scaling 0.05 --shear 0.05 --output "$folder/codes.safetensors"

echo "Stage 2: priors of the codes"
codes=(--codes "$folder/codes.safetensors" --vqvae "$folder/vqvae.safetensors")
train-prior "${codes[@]}" --level top --steps "$top_steps" --batch 32 \
  --learning-rate 0.002 --channels "$top_channels" --dropout "$top_dropout" --precision half \
  --output "$folder/prior-top.safetensors"
train-prior "${codes[@]}" --level bottom --steps "$bottom_steps" --batch 32 \
  --learning-rate 0.002 --precision half --output "$folder/prior-bottom.safetensors"

echo "Classifiers: one to reject samples, another to judge them"
train-classifier "${train[@]}" --size 64 --flip --steps "$classifier_steps" --precision half \
  --output "$folder/classifier.safetensors"
train-classifier "${train[@]}" --size 64 --flip --steps "$classifier_steps" --precision half \
  --architecture residual --output "$folder/judge.safetensors"

echo "Stage 3: codes to samples"
sample-images --models "$folder" --count 100 --output "$folder/unfiltered"
sample-images --models "$folder" --count 100 --keep 0.5 --output "$folder/samples"
evaluate --models "$folder" "${test[@]}" --samples "$folder/unfiltered/samples.safetensors" \
  --samples "$folder/samples/samples.safetensors"
echo "Look at $folder/samples/contact-sheet.png"
