#!/usr/bin/env bash
# The paper's model of ImageNet at 256×256 (arXiv 1906.00446, appendix): codes of 32×32 and 64×64,
# a prior of each level that knows the class, a classifier that rejects samples.
#
#   pipelines/imagenet256.sh [--plan] [--one-step] images [output]
#
# images is a folder of PNGs of any size, with a sub-folder for each class. Everything is written to
# output (output/imagenet256 by default); interrupted, it goes on where it was when it is run again.
#
# --plan      prints what each stage will take, trains nothing to keep and writes no output
# --one-step  takes one step of each stage, with 8 images, one at a time, and writes to a folder
#             of its own; may be planned too
#
# Either uses a few of the images only: 16, or one of each class. On one machine the
# training itself takes years; --plan says how many.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/paper/stages.sh"
prepare "$@"

# Hidden and residual units, layers, codebook, commitment, batch and steps are the appendix's. Ours:
# the learning rate, its schedule and clipping, moving averages of decay 0.99 as in 1711.00937,
# the revival of unused codes (--revival), 4×4 filters where the encoder halves the map, and the
# parts a batch is split into, which the codebooks learn from one by one.
size=256
stage_one --downsampling 2,4 --channels 128 --residual-channels 64 --residual-blocks 2 --level-dropout 0 \
  --codes 512 --code-channels 64 --commitment 0.25 --batch 128 --steps 2207444 \
  --learning-rate 0.0003 --accumulate 16

# 20 layers in 4 blocks, each ended by attention. Ours: the learning rate, and 1×1 convolutions for
# the gates. The appendix tells only the filter and the units of a residual block; a second
# convolution with that filter would make 1.4 billion parameters, beyond what 16 GiB can train.
stage_two top --channels 512 --residual-channels 2048 --blocks 4 --residual-blocks 5 --kernel 5 \
  --attention-heads 8 --output-blocks 20 --dropout 0.1 --batch 1024 --steps 1600000 \
  --learning-rate 0.0003 --accumulate 256 --recompute

# 20 layers without attention. Ours besides: the conditioning stack's 512 channels and 3×3 filter.
stage_two bottom --channels 512 --residual-channels 1024 --blocks 1 --residual-blocks 20 \
  --kernel 5 --attention-heads 0 --condition-blocks 20 --dropout 0.1 --batch 512 --steps 754000 \
  --learning-rate 0.0003 --accumulate 512 --recompute

# Ours altogether: the paper takes a classifier from elsewhere.
classifier --channels 128 --blocks 2 --flip --shift 16 --batch 128 --steps 200000 \
  --accumulate 4

samples --count 8 --keep 0.5
