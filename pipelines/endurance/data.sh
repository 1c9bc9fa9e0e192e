# Data for endurance.sh, made from the digits.

# A number as the four bytes IDX wants.
big_endian() {
  local hexadecimal
  hexadecimal=$(printf '%08x' "$1")
  printf '%b' "$(sed 's/../\\x&/g' <<<"$hexadecimal")"
}

# Writes the first n digits to the files images and labels.
make_digits() {
  { big_endian 2051 && big_endian "$1" && big_endian 28 && big_endian 28; } >images
  { big_endian 2049 && big_endian "$1"; } >labels
  tail -c +17 train-images-idx3 | head -c "$((784 * $1))" >>images || true
  tail -c +9 train-labels-idx1 | head -c "$1" >>labels || true
}

# Writes a folder of a million PNGs in 1000 classes: links to a thousand drawn samples.
make_million_files() {
  local file number=0
  sample-images --models . --count 100 --output drawn >/dev/null 2>&1
  mkdir -p million/000
  for file in drawn/images/*/*.png; do
    ln "$file" "million/000/$((number++)).png"
  done
  for number in {001..999}; do cp -rl million/000 "million/$number"; done
}
