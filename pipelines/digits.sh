#!/usr/bin/env bash
# Digits, end to end: a first sheet from the shipped models, then the whole pipeline trained from
# images, down to a sheet of samples that a classifier recognised. About 15 minutes on 2 cores.
#
#   pipelines/digits.sh [--long] [folder]
#
# Everything is written to the folder (output/digits by default). Interrupted, it goes on where it
# was when it is run again. --long trains as the shipped models were trained, in an hour and a half.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

vqvae_steps=700 classifier_steps=2000
top_channels=64 top_steps=3500 top_dropout=0 bottom_steps=500
if [[ ${1:-} == --long ]]; then
  vqvae_steps=1400 classifier_steps=4000
  top_channels=128 top_steps=20000 top_dropout=0.1 bottom_steps=2500
  shift
fi
folder=${1:-output/digits}

pipelines/setup.sh
PATH=$PWD/.build/release:$PATH
data=pipelines/data/digits
train=(--images "$data/train-images-idx3-ubyte.gz" --labels "$data/train-labels-idx1-ubyte.gz")
test=(--images "$data/t10k-images-idx3-ubyte.gz" --labels "$data/t10k-labels-idx1-ubyte.gz")
mkdir -p "$folder"

echo "Drawing from the shipped models"
sample-images --models models/digits --count 12 --keep 0.5 --output "$folder/first-samples"
echo "Look at $folder/first-samples/contact-sheet.png"

# Without level dropout, the bottom would say it all: samples are only as coherent as the top makes
# them.
echo "Stage 1: images to codes"
train-vqvae "${train[@]}" --grey --output "$folder/vqvae.safetensors" \
  --steps "$vqvae_steps" --batch 128 \
  --learning-rate 0.002 --channels 64 --residual-channels 32 --codes 128 --code-channels 32 \
  --revival 30 --level-dropout 0.2 --precision half
extract-codes "${train[@]}" --vqvae "$folder/vqvae.safetensors" --output "$folder/codes.safetensors"

echo "Stage 2: priors of the codes"
codes=(--codes "$folder/codes.safetensors" --vqvae "$folder/vqvae.safetensors")
train-prior "${codes[@]}" --level top --steps "$top_steps" --batch 32 \
  --learning-rate 0.002 --channels "$top_channels" --dropout "$top_dropout" --precision half \
  --output "$folder/prior-top.safetensors"
train-prior "${codes[@]}" --level bottom --steps "$bottom_steps" \
  --learning-rate 0.003 --dropout 0 --precision half --output "$folder/prior-bottom.safetensors"

echo "Classifiers: one to reject samples, another to judge them"
train-classifier "${train[@]}" --grey --steps "$classifier_steps" --precision half \
  --output "$folder/classifier.safetensors"
train-classifier "${train[@]}" --grey --steps "$classifier_steps" --precision half \
  --architecture residual --output "$folder/judge.safetensors"

echo "Stage 3: codes to samples"
sample-images --models "$folder" --count 100 --output "$folder/unfiltered"
sample-images --models "$folder" --count 100 --keep 0.5 --output "$folder/samples"
evaluate --models "$folder" "${test[@]}" --samples "$folder/unfiltered/samples.safetensors" \
  --samples "$folder/samples/samples.safetensors"
echo "Look at $folder/samples/contact-sheet.png"
