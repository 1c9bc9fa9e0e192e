#!/usr/bin/env bash
# Builds the programs for several processes at a time, into .build-mpi/release, and tests them there.
#
#   pipelines/mpi.sh [--build-only] [--steps n]
#
# Installs Open MPI where it is missing. Then, for example:
#
#   mpirun -n 2 .build-mpi/release/train-vqvae --images photos --size 64 --output output/vqvae.safetensors
#
# --steps  how long trainings by two processes are compared with those by one: 20 steps, in about a
#          minute. Losses agree within 1e-4, codebooks in every bit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build_only=false steps=20
while (($# > 0)); do
  case $1 in
    --build-only) build_only=true ;;
    --steps) steps=$2 && shift ;;
    *) echo "error: there is no option '$1'" >&2 && exit 64 ;;
  esac
  shift
done

pipelines/install.sh libopenblas-dev libpng-dev libjpeg-dev libwebp-dev libopenmpi-dev openmpi-bin
mpi=(-c release --traits default,MPI --scratch-path .build-mpi)
echo "Building with MPI"
swift build "${mpi[@]}" --quiet
! $build_only || exit 0

echo "Testing several processes"
MPI_STEPS=$steps swift test "${mpi[@]}" --disable-testable-imports \
  --filter 'ProcessesTests|CommunicationTests'
