#!/usr/bin/env bash
# Does to trainings what nights do: kills each stage at 50 random moments and compares the bytes at the
# end, fills the disk, forbids the folder, sends signals, and watches memory over many checkpoints.
#
#   pipelines/endurance.sh [--kills n] [--million] [stage ...]
#
# Stages: prepared, vqvae, codes, prior, classifier, samples, disk, signals, soak; all by default, in
# about 5 minutes on 2 cores. --million also trains on a folder and a code file of a million images and
# prepares an archive of them, in another 5 minutes. The moments are the same in every run. Prints a
# line for each claim, and fails if one does not hold.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kills=50 million=false stages=()
while (($# > 0)); do
  case $1 in
    --kills) kills=$2 && shift ;;
    --million) million=true ;;
    *) stages+=("$1") ;;
  esac
  shift
done
((${#stages[@]} > 0)) || stages=(prepared vqvae codes prior classifier samples disk signals soak)
! $million || stages+=(million)

pipelines/setup.sh
PATH=$PWD/.build/release:$PATH
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for file in train-images-idx3 train-labels-idx1; do
  gzip -dc "pipelines/data/digits/$file-ubyte.gz" >"$scratch/$file"
done
cd "$scratch"
repository=$OLDPWD
source "$repository/pipelines/endurance/data.sh"
source "$repository/pipelines/endurance/claims.sh"

images=(--images images --labels labels)
small=(--batch 16 --held-out 10 --threads 1)
prepared=(prepare-images "${images[@]}" --size 64 --threads 1 --output prepared.safetensors)
vqvae=(train-vqvae --images images --grey "${small[@]}" --channels 16 --residual-channels 8
  --residual-blocks 1 --codes 16 --code-channels 8 --output vqvae.safetensors)
codes=(extract-codes "${images[@]}" --vqvae vqvae.safetensors --threads 1 --output codes.safetensors)
prior=(train-prior --codes codes.safetensors --level top "${small[@]}" --channels 16 --blocks 1
  --residual-blocks 2 --output prior-top.safetensors)
bottom=(train-prior --codes codes.safetensors --level bottom "${small[@]}" --steps 20 --channels 16
  --blocks 1 --residual-blocks 2 --output prior-bottom.safetensors)
classifier=(train-classifier "${images[@]}" --grey "${small[@]}" --channels 8 --output classifier.safetensors)
judge=(train-classifier "${images[@]}" --grey "${small[@]}" --steps 20 --channels 8 --architecture residual
  --output judge.safetensors)
samples=(sample-images --models . --count 40 --threads 1 --output samples)
report=(tune-rejection --models . --samples samples/samples.safetensors "${images[@]}" --threads 1
  --output report)
measures=(evaluate --models . "${images[@]}" --threads 1 --json measures.json)

echo "Preparing small models"
make_digits 400
for command in vqvae codes prior bottom classifier judge samples; do
  declare -n words=$command
  steps=()
  case $command in vqvae | prior | classifier) steps=(--steps 150) ;; esac
  "${words[@]}" "${steps[@]}" >/dev/null 2>&1
done

for stage in "${stages[@]}"; do
  case $stage in
    vqvae | prior | classifier) survives_kills "$stage" --steps 150 --checkpoint-interval 0.05 ;;
    prepared | codes | samples) survives_kills "$stage" ;;
    disk) survives_bad_disks ;;
    signals) ends_by_signals ;;
    soak) does_not_grow ;;
    million) trains_on_a_million && prepares_a_million ;;
    *) echo "error: there is no stage '$stage'" >&2 && exit 64 ;;
  esac
done
exit "$failures"
