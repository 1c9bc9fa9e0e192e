# What the recipes of the shipped models share: the stages, in their order, and the flags that are the same.
# A recipe sets $folder, $shape (how images are read), $train and $test (which images), and sources this.

PATH=$PWD/.build/release:$PATH
mkdir -p "$folder"

# first_sheet SUBJECT FLAG…: draws from the shipped models.
first_sheet() {
  echo "Drawing from the shipped models"
  sample-images --models "models/$1" --count 12 --keep 0.5 "${@:2}" --output "$folder/first-samples"
  echo "Look at $folder/first-samples/contact-sheet.png"
}

# stage_one FLAG…: images to a VQ-VAE.
stage_one() {
  echo "Stage 1: images to codes"
  train-vqvae "${train[@]}" "${shape[@]}" --output "$folder/vqvae.safetensors" \
    --precision half "$@"
}

# codes FLAG…: the codes of the images.
codes() {
  extract-codes "${train[@]}" --vqvae "$folder/vqvae.safetensors" "$@" \
    --output "$folder/codes.safetensors"
}

# stage_two LEVEL FLAG…: codes to the prior of a level.
stage_two() {
  echo "Stage 2: the prior of the $1 codes"
  train-prior --codes "$folder/codes.safetensors" --vqvae "$folder/vqvae.safetensors" --level "$1" \
    --precision half "${@:2}" --output "$folder/prior-$1.safetensors"
}

# classifiers FLAG…: of the images, for the classes they have.
classifiers() {
  echo "Classifiers: one to reject samples, another to judge them"
  train-classifier "${train[@]}" "${shape[@]}" --precision half "$@" \
    --output "$folder/classifier.safetensors"
  train-classifier "${train[@]}" "${shape[@]}" --precision half "$@" --architecture residual \
    --output "$folder/judge.safetensors"
}

# stage_three FLAG…: codes to samples, some plain, the better half of others drawn with the flags, and what
# they are worth.
stage_three() {
  echo "Stage 3: codes to samples"
  sample-images --models "$folder" --count 100 --output "$folder/unfiltered"
  sample-images --models "$folder" --count 100 --keep 0.5 "$@" --output "$folder/samples"
  evaluate --models "$folder" "${test[@]}" --samples "$folder/unfiltered/samples.safetensors" \
    --samples "$folder/samples/samples.safetensors"
  echo "Look at $folder/samples/contact-sheet.png"
}
