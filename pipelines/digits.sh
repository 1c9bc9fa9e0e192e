#!/usr/bin/env bash
# Digits, end to end: a first sheet from the shipped models, then the whole pipeline trained from
# images, down to a sheet of samples that a classifier recognised. About 9 minutes on 2 cores.
#
#   pipelines/digits.sh [--long] [folder]
#
# Everything is written to the folder (output/digits by default). Interrupted, it goes on where it
# was when it is run again. --long trains as long as the shipped models were trained, in two hours.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

vqvae=(--steps 1200) top=(--dropout 0 --steps 2800) bottom_steps=700 classifier_steps=1500
if [[ ${1:-} == --long ]]; then
  vqvae=(--steps 1400 --batch 128 --learning-rate 0.002 --revival 30)
  top=(--channels 128 --no-pointwise-gates --dropout 0.1 --learning-rate 0.002 --steps 20000 --keep last)
  bottom_steps=12000 classifier_steps=4000
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
stage_one --codes 128 "${vqvae[@]}"
codes
stage_two top "${top[@]}"
stage_two bottom --dropout 0 --steps "$bottom_steps"
classifiers --steps "$classifier_steps"
stage_three --guidance 1.25
