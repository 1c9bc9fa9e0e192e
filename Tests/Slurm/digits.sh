#!/usr/bin/env bash
# The digits recipe in little, for the test of Slurm: digits.sh DATA FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=$2
PATH=$PWD/.build/release:$PATH
train=(--images "$1/images" --labels "$1/labels" --grey)
small=(--batch 16 --held-out 20 --threads 1 --checkpoint-interval 1)

train-vqvae "${train[@]:0:2}" --grey "${small[@]}" --output "$folder/vqvae.safetensors" --steps 150 \
  --channels 16 --residual-channels 8 --codes 32 --code-channels 16
extract-codes "${train[@]}" --vqvae "$folder/vqvae.safetensors" --threads 1 \
  --output "$folder/codes.safetensors"
train-prior --codes "$folder/codes.safetensors" --level top "${small[@]}" --steps 800 \
  --channels 32 --blocks 1 --output "$folder/prior-top.safetensors"
train-prior --codes "$folder/codes.safetensors" --level bottom "${small[@]}" --steps 150 \
  --channels 16 --output "$folder/prior-bottom.safetensors"
train-classifier "${train[@]}" "${small[@]}" --steps 300 --channels 8 \
  --output "$folder/classifier.safetensors"
train-classifier "${train[@]}" "${small[@]}" --steps 300 --channels 8 --architecture residual \
  --output "$folder/judge.safetensors"
sample-images --models "$folder" --count 8 --keep 0.5 --threads 1 --output "$folder/samples"
sample-images --models "$folder" --count 4 --threshold 0.1 --attempts 100 --threads 1 \
  --output "$folder/likely"
evaluate --models "$folder" "${train[@]}" --samples "$folder/samples/samples.safetensors" --threads 1
