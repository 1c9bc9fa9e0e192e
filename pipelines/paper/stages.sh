# What the recipes of the paper's configurations share; they set nothing but hyperparameters.

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }

# prepare ARGUMENT…: reads the command line of a recipe, and builds.
prepare() {
  plan=() few=()
  while [[ ${1:-} == --* ]]; do
    case $1 in
      --plan) plan=(--plan) ;;
      --one-step) few=(--steps 1 --batch 8 --accumulate 8) ;;
      --help) usage && exit 0 ;;
      *) usage >&2 && exit 64 ;;
    esac
    shift
  done
  (($# == 1 || $# == 2)) || { usage >&2 && exit 64; }
  [[ -d $1 ]] || { echo "error: $1 is not a folder; pass one of PNGs" >&2 && exit 1; }
  images=$(realpath "$1")
  output=output/$(basename "$0" .sh)${few:+-one-step}
  [[ -z ${2:-} ]] || output=$(realpath -m "$2")

  cd "$(dirname "${BASH_SOURCE[0]}")/../.."
  pipelines/setup.sh
  PATH=$PWD/.build/release:$PATH
  if ((${#plan[@]} > 0)); then
    output=$(mktemp -d)
    trap 'rm -rf "$output"' EXIT
  fi
  mkdir -p "$output"
  if ((${#plan[@]} + ${#few[@]} > 0)); then
    copy_some_images "$output/images"
    images=$output/images
  fi
}

# copy_some_images FOLDER: one image of each class, or more where there are few classes.
copy_some_images() {
  local folders folder
  rm -rf "$1" && mkdir -p "$1"
  folder=$(realpath "$1")
  folders=$(find -L "$images" -mindepth 1 -maxdepth 1 -type d | wc -l)
  (cd "$images" && find -L . -type f -iname '*.png' | sort |
    awk -F/ -v most=$((folders < 16 ? 16 : 1)) 'seen[NF > 2 ? $2 : "."]++ < most' |
    tr '\n' '\0' | xargs -0 cp -L --parents -t "$folder")
}

# stage_one FLAG…: images, $size pixels a side, to a VQ-VAE, then to codes. A plan of the priors needs
# codes, which a VQ-VAE of one step makes: they mean nothing, but take as long and as much memory.
stage_one() {
  local train=(train-vqvae --images "$images" --size "$size" "$@" "${few[@]}"
    --output "$output/vqvae.safetensors")
  if ((${#plan[@]} > 0)); then
    "${train[@]}" --plan
    train+=(--steps 1 --batch 8 --accumulate 8)
  fi
  "${train[@]}"
  extract-codes --images "$images" --vqvae "$output/vqvae.safetensors" \
    --output "$output/codes.safetensors"
}

# stage_two LEVEL FLAG…: codes to the prior of a level.
stage_two() {
  train-prior --codes "$output/codes.safetensors" --level "$1" \
    --output "$output/prior-$1.safetensors" "${@:2}" "${few[@]}" "${plan[@]}"
}

# classifier FLAG…: images to the classifier that rejects samples.
classifier() {
  train-classifier --images "$images" --size "$size" "$@" "${few[@]}" "${plan[@]}" \
    --output "$output/classifier.safetensors"
}

# samples FLAG…: draws from what was trained; not from what took only one step.
samples() {
  ((${#plan[@]} + ${#few[@]} > 0)) ||
    sample-images --models "$output" --output "$output/samples" "$@"
}
