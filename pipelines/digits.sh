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
data=pipelines/data/digits
train=(--images "$data/train-images-idx3-ubyte.gz" --labels "$data/train-labels-idx1-ubyte.gz")
test=(--images "$data/t10k-images-idx3-ubyte.gz" --labels "$data/t10k-labels-idx1-ubyte.gz")
shape=(--grey)
source pipelines/shipped/stages.sh

first_sheet digits
stage_one --steps "$vqvae_steps" --batch 128 --learning-rate 0.002 --channels 64 --residual-channels 32 \
  --codes 128 --code-channels 32 --revival 30
codes
stage_two top --steps "$top_steps" --batch 32 --learning-rate 0.002 --channels "$top_channels" \
  --dropout "$top_dropout"
stage_two bottom --steps "$bottom_steps" --learning-rate 0.003 --dropout 0
classifiers --steps "$classifier_steps"
stage_three
