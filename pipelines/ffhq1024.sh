#!/usr/bin/env bash
# The paper's model of FFHQ at 1024×1024 (arXiv 1906.00446, appendix): codes of 32×32, 64×64 and
# 128×128, and a prior of each level.
#
#   pipelines/ffhq1024.sh [--plan] [--one-step] images [output]
#
# images is a folder of PNGs; its sub-folders, if any, mean nothing here. Everything is written to
# output (output/ffhq1024 by default); interrupted, it goes on where it was when it is run again.
#
# --plan      prints what each stage will take, trains nothing to keep and writes no output
# --one-step  takes one step of each stage, with 8 images, one at a time, and writes to a folder
#             of its own; may be planned too
#
# Either uses 16 of the images only, or one of each sub-folder. On one machine the
# training itself takes years; --plan says how many.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/paper/stages.sh"
prepare "$@"

# What is the appendix's and what is ours is as in imagenet256.sh. Ours besides: how the levels
# shrink, from the map sizes: 1024 / 8 = 128, 64, 32.
size=1024
stage_one --level-dropout 0 --downsampling 2,2,8 --channels 128 --residual-channels 64 \
  --residual-blocks 2 --codes 512 --code-channels 64 --commitment 0.25 --batch 128 --steps 304741 \
  --learning-rate 0.0003 --accumulate 128 --recompute

stage_two top --unconditional --channels 512 --residual-channels 2048 --blocks 4 \
  --residual-blocks 5 --kernel 5 --attention-heads 8 --output-blocks 20 --dropout 0.5 \
  --batch 1024 --steps 237000 \
  --learning-rate 0.0003 --accumulate 256 --recompute

# One attention layer, so all 20 layers are one block.
stage_two middle --unconditional --channels 512 --residual-channels 1024 --blocks 1 \
  --residual-blocks 20 --kernel 5 --attention-heads 8 --condition-blocks 20 --dropout 0.3 \
  --batch 512 --steps 57400 \
  --learning-rate 0.0003 --accumulate 512 --recompute

stage_two bottom --unconditional --channels 512 --residual-channels 1024 --blocks 1 \
  --residual-blocks 10 --kernel 5 --attention-heads 0 --condition-blocks 8 --dropout 0.25 \
  --batch 256 --steps 270000 \
  --learning-rate 0.0003 --accumulate 256 --recompute

samples --count 8
