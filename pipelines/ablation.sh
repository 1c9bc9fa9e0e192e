#!/usr/bin/env bash
# Which levers help: the pipeline with one thing changed, trained in equal time, measured by one judge.
#
#   pipelines/ablation.sh textures|digits [--hours H] [--seeds N] [VARIANT...]
#
# Without variants, all of them; 'defaults' changes nothing. The trainings of a run share the hours, 1/6
# unless told otherwise; the classifier and the judge are trained before, once. Each run has a folder below
# output/ablation, and is not done again; interrupted, it goes on where it was. What all runs so far have
# shown is in output/ablation/SUBJECT.md. Let nothing else run meanwhile: time is what is equal.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "error: $*" >&2
  exit 64
}

subject=${1:-}
[[ $subject == textures || $subject == digits ]] || fail "name what to train on: textures or digits"
shift
hours=0.1667 seeds=1 variants=()
while (($# > 0)); do
  case $1 in
    --hours) hours=${2:?--hours needs a number} && shift ;;
    --seeds) seeds=${2:?--seeds needs a number} && shift ;;
    -*) fail "there is no option '$1'" ;;
    *) variants+=("$1") ;;
  esac
  shift
done
((${#variants[@]} > 0)) || variants=(defaults guidance-1.5 guidance-2 cooler-bottom last-weights fewer-codes
  small-codebook three-levels no-level-dropout code-noise rotation features discriminator no-copies
  narrow-prior full-gates)

# What a variant changes of a stage: vqvae, prior or draw.
flags() {
  case $1:$2 in
    guidance-1.5:draw) echo --guidance 1.5 ;;
    guidance-2:draw) echo --guidance 2 ;;
    cooler-bottom:draw) echo --temperature top=1,bottom=0.8 ;;
    last-weights:prior) echo --keep last ;;
    fewer-codes:vqvae) echo --downsampling 2,8 ;;
    small-codebook:vqvae) echo --codes 64 ;;
    three-levels:vqvae) echo --downsampling 2,2,4 ;;
    no-level-dropout:vqvae) echo --level-dropout 0 ;;
    code-noise:vqvae) echo --code-noise 0.05 ;;
    rotation:vqvae) echo --gradient rotation ;;
    features:vqvae) echo --features "$subject_folder/classifier.safetensors" ;;
    discriminator:vqvae) echo --adversarial-weight 0.5 ;;
    narrow-prior:prior) echo --channels 32 ;;
    full-gates:prior) echo --no-pointwise-gates ;;
  esac
}

folder=output/ablation
subject_folder=$folder/$subject
share() { awk "BEGIN { print $hours * $1 }"; }

pipelines/setup.sh
pipelines/install.sh jq
PATH=$PWD/.build/release:$PATH
mkdir -p "$subject_folder"
if [[ $subject == textures ]]; then
  pipelines/texture-crops.sh "$folder/crops"
  train=(--images "$folder/crops/train.safetensors")
  real=(--images "$folder/crops/others.safetensors")
  shape=() count=100 augmentation=(--flip)
  copies=(--copies 3 --flip --shift 3 --rotation 0 --shear 0)
else
  data=pipelines/data/digits
  train=(--images "$data/train-images-idx3-ubyte.gz" --labels "$data/train-labels-idx1-ubyte.gz")
  real=(--images "$data/t10k-images-idx3-ubyte.gz" --labels "$data/t10k-labels-idx1-ubyte.gz")
  shape=(--grey) count=200 augmentation=()
  copies=(--copies 0)
fi

echo "A classifier and a judge, the same for all"
for network in classifier:plain judge:residual; do
  train-classifier "${train[@]}" "${shape[@]}" "${augmentation[@]}" --steps 1500 --precision half \
    --architecture "${network#*:}" --output "$subject_folder/${network%:*}.safetensors"
done

# Trains what a variant changes; what only draws otherwise uses the models of the defaults.
train_run() { # VARIANT SEED FOLDER
  local variant=$1 seed=$2 run=$3 level
  local vqvae prior levels=(top bottom)
  read -ra vqvae <<<"$(flags "$variant" vqvae)"
  read -ra prior <<<"$(flags "$variant" prior)"
  [[ $variant != three-levels ]] || levels=(top middle bottom)
  train-vqvae "${train[@]}" "${shape[@]}" --hours "$(share 0.2)" --seed "$seed" "${vqvae[@]}" \
    --output "$run/vqvae.safetensors"
  [[ $variant != no-copies ]] || local copies=(--copies 0)
  extract-codes "${train[@]}" --vqvae "$run/vqvae.safetensors" "${copies[@]}" \
    --output "$run/codes.safetensors"
  for level in "${levels[@]}"; do
    train-prior --codes "$run/codes.safetensors" --level "$level" \
      --hours "$(share "0.8 / ${#levels[@]}")" --seed "$seed" "${prior[@]}" \
      --output "$run/prior-$level.safetensors"
  done
  cp "$subject_folder"/{classifier,judge}.safetensors "$run"
}

measure_run() { # VARIANT SEED MODELS FOLDER
  local draw
  read -ra draw <<<"$(flags "$1" draw)"
  sample-images --models "$3" --count "$count" --keep 0.5 --seed "$2" "${draw[@]}" --output "$4/half"
  tune-rejection --models "$3" --samples "$4/half/samples.safetensors" "${real[@]}" --keep 0.5 \
    --output "$4/report"
  evaluate --models "$3" "${real[@]}" --strangest 0 --samples "$4/half/samples.safetensors" \
    --json "$4/evaluation.json"
  jq --null-input --arg variant "$1" --slurpfile evaluation "$4/evaluation.json" \
    --slurpfile report "$4/report/report.json" '
    ($report[0].dials[] | select(.dial == "keep").settings) as $settings |
    ($settings[] | select(.setting.value == 1)) as $all |
    ($settings[] | select(.setting.value == 0.52)) as $half |
    {$variant, error: $evaluation[0].reconstruction.squaredError,
      top: $evaluation[0].likelihood.levels[0].natsPerCode,
      bottom: $evaluation[0].likelihood.levels[-1].natsPerCode,
      judged: $evaluation[0].samples[0].all, judgedHalf: $evaluation[0].samples[0].accepted,
      distance: $all.quality.frechetDistance.value, precision: $all.quality.precision.value,
      recall: $all.quality.recall.value, coverage: $all.quality.coverage.value,
      distanceHalf: $half.quality.frechetDistance.value}' >"$4/figures.partial.json"
  mv "$4/figures.partial.json" "$4/figures.json"
}

# Means over seeds and, behind ±, half the distance from the lowest to the highest.
write_table() {
  jq --slurp --raw-output '
    def figure($digits): (pow(10; $digits)) as $scale | . * $scale | round / $scale;
    def spread($digits): "\(add / length | figure($digits))" +
      if length > 1 then " ± \((max - min) / 2 | figure($digits))" else "" end;
    def percent: map(100 * .) | spread(1) + " %";
    "| variant | runs | squared error | nats top | bottom | judged as asked | better half " +
    "| Fréchet distance | of the better half | precision | recall | coverage |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|",
    (group_by(.variant) | sort_by(.[0].variant != "defaults", .[0].variant)[] |
      "| \(.[0].variant) | \(length) | \(map(.error) | spread(5)) | \(map(.top) | spread(2)) " +
      "| \(map(.bottom) | spread(2)) | \(map(.judged) | percent) | \(map(.judgedHalf) | percent) " +
      "| \(map(.distance) | spread(0)) | \(map(.distanceHalf) | spread(0)) " +
      "| \(map(.precision) | spread(2)) | \(map(.recall) | spread(2)) | \(map(.coverage) | spread(2)) |")
    ' "$subject_folder"/*/figures.json >"$subject_folder.md"
}

for variant in "${variants[@]}"; do
  for ((seed = 0; seed < seeds; seed++)); do
    run=$subject_folder/$variant-$seed models=$subject_folder/$variant-$seed
    [[ -z $(flags "$variant" draw) ]] || models=$subject_folder/defaults-$seed
    mkdir -p "$run" "$models"
    [[ ! -e $run/figures.json ]] || continue
    echo "$subject, $variant, seed $seed"
    [[ -e $models/figures.json ]] || train_run "${variant}" "$seed" "$models"
    measure_run "$variant" "$seed" "$models" "$run"
    write_table
  done
done
echo "Look at $subject_folder.md"
