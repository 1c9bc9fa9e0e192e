#!/usr/bin/env bash
# What the hierarchy of codes buys, and what codes cost: on the same images, VAEs with a Gaussian
# bottleneck of one level and of two, a VQ-VAE of one level, a plain autoencoder that is the same without
# codes, and the shipped VQ-VAE-2 of two levels. All but the last are trained here.
#
#   pipelines/baselines.sh [digits|emoji] [folder]
#
# Everything is written to the folder (output/baselines/digits by default): the models, some 2,000
# samples of each, and what evaluate finds, as JSON. Interrupted, it goes on where it was when it is run
# again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

subject=${1:-digits}
folder=${2:-output/baselines/$subject}
mkdir -p "$folder"/{vae,two-level-vae,autoencoder,one-level,two-levels}

pipelines/setup.sh
PATH=$PWD/.build/release:$PATH
extract=()
case $subject in
  digits)
    data=pipelines/data/digits
    train=(--images "$data/train-images-idx3-ubyte.gz" --labels "$data/train-labels-idx1-ubyte.gz")
    test=(--images "$data/t10k-images-idx3-ubyte.gz" --labels "$data/t10k-labels-idx1-ubyte.gz")
    real=$data/t10k-images-idx3-ubyte.gz
    classes=10
    shape=(--grey)
    latents=32
    top_latents=32
    vae=(--steps 8000 --batch 128 --learning-rate 0.002 --channels 32
      --residual-channels 32 --residual-blocks 1)
    network=(--code-channels 32 --steps 700 --batch 128 --learning-rate 0.002 --channels 64
      --residual-channels 32)
    codes=(--codes 512 --revival 30)
    prior=(--steps 4000 --batch 32 --learning-rate 0.002 --dropout 0)
    ;;
  emoji)
    pipelines/install.sh fonts-noto-color-emoji unicode-data
    extract-emoji --output "$folder/images"
    train=(--images "$folder/images/train")
    test=(--images "$folder/images/test")
    real=$folder/images/test
    classes=9
    shape=(--size 64)
    latents=128
    top_latents=64
    vae=(--steps 4000 --batch 32 --learning-rate 0.001 --channels 64
      --residual-channels 32)
    network=(--code-channels 32 --steps 1600 --batch 32 --learning-rate 0.0015 --channels 64
      --residual-channels 32 --precision half)
    codes=(--codes 256)
    extract=(--copies 20 --flip --rotation 5 --scaling 0.05 --shear 0.05)
    prior=(--steps 1000 --batch 32 --learning-rate 0.002 --dropout 0.3 --precision half)
    ;;
  *)
    echo "baselines.sh: there are baselines of digits and of emoji, none of '$subject'" >&2
    exit 64
    ;;
esac

echo "A VAE, whose prior needs no training"
train-vqvae "${train[@]}" "${shape[@]}" --bottleneck gaussian --latents "$latents" "${vae[@]}" \
  --output "$folder/vae/vae.safetensors"

echo "A VAE of two levels, of which the upper is the prior of the lower"
train-vqvae "${train[@]}" "${shape[@]}" --bottleneck gaussian --latents "$top_latents,$latents" \
  "${vae[@]}" --output "$folder/two-level-vae/vae.safetensors"

echo "A VQ-VAE of one level, and its prior"
train-vqvae "${train[@]}" "${shape[@]}" --downsampling 4 "${network[@]}" "${codes[@]}" \
  --output "$folder/one-level/vqvae.safetensors"
extract-codes "${train[@]}" --vqvae "$folder/one-level/vqvae.safetensors" "${extract[@]}" \
  --output "$folder/one-level/codes.safetensors"
train-prior --codes "$folder/one-level/codes.safetensors" --level top "${prior[@]}" \
  --output "$folder/one-level/prior-top.safetensors"

echo "An autoencoder, which is that VQ-VAE without its codes, and draws nothing"
train-vqvae "${train[@]}" "${shape[@]}" --bottleneck none --downsampling 4 "${network[@]}" \
  --output "$folder/autoencoder/autoencoder.safetensors"
cp models/"$subject"/judge.safetensors "$folder/autoencoder"
evaluate --models "$folder/autoencoder" "${test[@]}" --json "$folder/autoencoder/figures.json"

echo "The shipped VQ-VAE-2"
cp models/"$subject"/{vqvae,prior-top,prior-bottom}.safetensors "$folder/two-levels"

for model in vae two-level-vae one-level two-levels; do
  # The judge had no part in any of them; whoever draws by class draws as many of each.
  cp models/"$subject"/judge.safetensors "$folder/$model"
  count=$((2000 / classes))
  [[ $model != *vae ]] || count=2000
  echo "Measuring $model"
  sample-images --models "$folder/$model" --count "$count" --output "$folder/$model/samples"
  evaluate --models "$folder/$model" "${test[@]}" --samples "$folder/$model/samples/images" \
    --samples "$real" --strangest 0 --json "$folder/$model/figures.json"
done
