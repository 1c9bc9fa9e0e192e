#!/usr/bin/env bash
# Times ours and PyTorch's, in turn, on this machine, and prints the table of medians; then how our
# own times grow with image size, batch, codes and positions.
#
#   pipelines/benchmark.sh [--with-pytorch] [rounds]
#
# --with-pytorch installs PyTorch and Pillow into a throw-away virtual environment (python3 and about
# 1 GB of downloads). Networks are timed in float32 and, where the processor multiplies bfloat16, in that
# too; the best of each side counts. Results go to output/benchmark.jsonl. Let nothing else run meanwhile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

with_pytorch=false
if [[ ${1:-} == --with-pytorch ]]; then
  with_pytorch=true
  shift
fi
rounds=${1:-3}

pipelines/setup.sh
mkdir -p output
results=output/benchmark.jsonl
: >"$results"
threads=$(nproc)
export OMP_NUM_THREADS=$threads

environment=
if $with_pytorch; then
  environment=$(mktemp -d)
  trap 'rm -rf "$environment"' EXIT
  echo "Installing PyTorch into $environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet torch numpy pillow
  echo "Making the JPEGs to read"
  "$environment/bin/python" pipelines/benchmark/pictures.py output/benchmark-pictures
fi

cases=(matrix-product vqvae-step-64 vqvae-step-256 vqvae-encode-64 vqvae-encode-256
  prior-step-top-8 prior-step-bottom-16 prior-step-top-16 sample-16 sample-32 sample-one-16
  classifier-step png-decode loader-28 first-digit)
# Pillow makes the pictures of these.
[[ ! -d output/benchmark-pictures ]] || cases+=(jpeg-large jpeg-small)

variants_of() {
  case $1 in
    sample-*) echo whole cached ;;
    first-digit | loader-28) ;; # PyTorch has no such program.
    jpeg-*) echo draft whole ;;
    matrix-product | png-decode) echo plain ;;
    *) echo plain channels-last compiled ;;
  esac
}

# arithmetics_of CASE VARIANT: what to time a case in.
arithmetics_of() {
  echo float32
  # Without such instructions bfloat16 is emulated, and slower than float32.
  case $1 in
    png-decode | jpeg-* | loader-28 | first-digit) return ;;
    matrix-product) [[ $2 != ours ]] || return 0 ;;
  esac
  if [[ $2 != whole ]] && grep -qwE 'avx512_bf16|amx_bf16|bf16' /proc/cpuinfo; then
    echo bfloat16
  fi
}

for ((round = 1; round <= rounds; round++)); do
  for name in "${cases[@]}"; do
    echo "round $round of $rounds: $name" >&2
    for arithmetic in $(arithmetics_of "$name" ours); do
      .build/release/benchmark --case "$name" --arithmetic "$arithmetic" >>"$results"
    done
    [[ -n $environment ]] || continue
    for variant in $(variants_of "$name"); do
      # The whole-network sampler takes minutes: once is enough.
      [[ $name == sample-* && $variant == whole && $round != 1 ]] && continue
      for arithmetic in $(arithmetics_of "$name" "$variant"); do
        "$environment/bin/python" pipelines/benchmark/pytorch.py "$name" "$variant" "$arithmetic" \
          >>"$results"
      done
    done
  done
done

.build/release/benchmark --report "$results"

echo
echo "How the cost grows"
.build/release/benchmark --scaling
