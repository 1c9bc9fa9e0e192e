#!/usr/bin/env bash
# What the hierarchy of codes buys: on the same digits, a VAE with a Gaussian bottleneck, a VQ-VAE of
# one level, and the shipped VQ-VAE-2 of two. The first two are trained here.
#
#   pipelines/baselines.sh [folder]
#
# Everything is written to the folder (output/baselines by default): the models, 2,000 samples of each,
# and what evaluate finds, as JSON. Interrupted, it goes on where it was when it is run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=${1:-output/baselines}

pipelines/setup.sh
PATH=$PWD/.build/release:$PATH
data=pipelines/data/digits
train=(--images "$data/train-images-idx3-ubyte.gz" --labels "$data/train-labels-idx1-ubyte.gz" --grey)
test=(--images "$data/t10k-images-idx3-ubyte.gz" --labels "$data/t10k-labels-idx1-ubyte.gz" --grey)
mkdir -p "$folder"/{vae,one-level,two-levels}

echo "A VAE, whose prior needs no training"
train-vqvae "${train[@]}" --bottleneck gaussian --output "$folder/vae/vae.safetensors" \
  --latents 32 --steps 8000 --batch 128 --learning-rate 0.002 --channels 32 --residual-channels 32 \
  --residual-blocks 1

echo "A VQ-VAE of one level, and its prior"
train-vqvae "${train[@]}" --output "$folder/one-level/vqvae.safetensors" --downsampling 4 \
  --codes 512 --code-channels 32 --revival 30 --steps 700 --batch 128 --learning-rate 0.002 \
  --channels 64 --residual-channels 32
extract-codes "${train[@]}" --vqvae "$folder/one-level/vqvae.safetensors" \
  --output "$folder/one-level/codes.safetensors"
train-prior --codes "$folder/one-level/codes.safetensors" --level top --steps 4000 --batch 32 \
  --learning-rate 0.002 --dropout 0 --output "$folder/one-level/prior-top.safetensors"

echo "The shipped VQ-VAE-2"
cp models/digits/{vqvae,prior-top,prior-bottom}.safetensors "$folder/two-levels"

for model in vae one-level two-levels; do
  # The judge had no part in any of them; whoever draws by class draws 200 of each.
  cp models/digits/judge.safetensors "$folder/$model"
  count=200
  [[ $model != vae ]] || count=2000
  echo "Measuring $model"
  sample-images --models "$folder/$model" --count "$count" --output "$folder/$model/samples"
  evaluate --models "$folder/$model" "${test[@]}" --samples "$folder/$model/samples/images" \
    --samples "$data/t10k-images-idx3-ubyte.gz" --strangest 0 --json "$folder/$model/figures.json"
done
