// Numbers rounded to bfloat16, and products of pairs of them.
//
// The product of two bfloat16s has 16 bits: it is exact in a float, and so a multiplication and an addition
// are what the instruction does, a fused pair of them. Which of the two products of a pair is added first
// is the one freedom there is; Intel's definition of VDPBF16PS adds that of the upper halves first, rounding
// after each. Makers may differ in the last bit there, and where a sum is subnormal, which the instruction
// makes zero.

typedef uint32_t words __attribute__((vector_size(4 * VECTOR_WIDTH)));
typedef uint64_t long_words __attribute__((vector_size(4 * VECTOR_WIDTH)));
typedef uint32_t half_words __attribute__((vector_size(2 * VECTOR_WIDTH)));

// The upper halves are the bfloat16s nearest to x, ties to even. No number stays none.
INLINE words rounded(vector x) {
  const words bits = (words)x, magnitude = bits & 0x7fffffff;
  const words nearest = bits + 0x7fff + (bits >> 16 & 1);
  const words is_number = (words)(magnitude <= 0x7f800000);
  const words is_normal = (words)(magnitude >= 0x00800000);
  const words result = (is_number & nearest) | (~is_number & (bits | 0x00400000));
  return (is_normal & result) | (~is_normal & bits & 0x80000000);
}

// Half a vector of pairs, from neighbours in x.
INLINE half_words neighbors_paired(vector x) {
  const long_words bits = (long_words)rounded(x);
  return __builtin_convertvector((bits >> 32 & 0xffff0000) | (bits >> 16 & 0xffff), half_words);
}

// Pairs from the same places of two rows; whole vectors are written.
static void pair_rows(const float *lower, const float *upper, int count, float *pairs) {
  for (int i = 0; i < count; i += VECTOR_WIDTH) {
    const words halves = rounded(load(lower + i)) >> 16;
    store(pairs + i, (vector)(halves | (rounded(load(upper + i)) & 0xffff0000)));
  }
}

static void pair_bfloat16(const float *x, long rows, int channels, float *pairs) {
  if (channels % 2 == 0) {
    // Pairs do not cross rows, whose ends are nothing special then.
    const long count = rows * channels;
    for (long i = 0; i < count; i += VECTOR_WIDTH) {
      const half_words values = neighbors_paired(load(x + i));
      const long left = (count - i) / 2;
      memcpy(
          pairs + i / 2, &values,
          sizeof(float) * (unsigned)(left < VECTOR_WIDTH / 2 ? left : VECTOR_WIDTH / 2));
    }
    return;
  }
  for (long row = 0; row < rows; row++, x += channels, pairs += kernel_pair_count(channels)) {
    for (int i = 0; i < channels; i += VECTOR_WIDTH) {
      const half_words values = neighbors_paired(load_first(x + i, channels - i));
      const int left = kernel_pair_count(channels - i);
      memcpy(
          pairs + i / 2, &values,
          sizeof(float) * (unsigned)(left < VECTOR_WIDTH / 2 ? left : VECTOR_WIDTH / 2));
    }
  }
}

// sum + x · w, where x and w hold floats or, with `bfloat16`, pairs of those.
INLINE vector multiply_add(const bool bfloat16, vector sum, vector x, vector w) {
  if (!bfloat16) return sum + x * w;
#ifdef MULTIPLY_PAIRS
  return MULTIPLY_PAIRS(sum, x, w);
#else
  sum += (vector)((words)x & 0xffff0000) * (vector)((words)w & 0xffff0000);
  return sum + (vector)((words)x << 16) * (vector)((words)w << 16);
#endif
}
