// Vectors of VECTOR_WIDTH floats in the compiler's own vector types; no intrinsics.

typedef float vector __attribute__((vector_size(4 * VECTOR_WIDTH)));
typedef int32_t integers __attribute__((vector_size(4 * VECTOR_WIDTH)));
typedef vector unaligned_vector __attribute__((aligned(4)));

#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const float *address) { return *(const unaligned_vector *)address; }
INLINE void store(float *address, vector value) { *(unaligned_vector *)address = value; }
INLINE vector broadcast(float value) { return value - (vector){}; }
INLINE vector choose(integers which, vector yes, vector no) {
  return (vector)(((integers)yes & which) | ((integers)no & ~which));
}

// If a is no number, so is the result; the compiler's own maximum would hide it behind b. One
// instruction either way.
INLINE vector maximum(vector a, vector b) { return choose(a < b, b, a); }
INLINE vector minimum(vector a, vector b) { return choose(a > b, b, a); }

INLINE void store_first(float *address, vector value, int count) {
  if (count >= VECTOR_WIDTH) {
    store(address, value);
  } else {
    memcpy(address, &value, sizeof(float) * (unsigned)count);
  }
}

INLINE vector load_first(const float *address, int count) {
  if (count >= VECTOR_WIDTH) return load(address);
  vector value = {};
  memcpy(&value, address, sizeof(float) * (unsigned)count);
  return value;
}

INLINE float sum(vector value) {
  for (int half = VECTOR_WIDTH / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) value[i] += value[i + half];
  }
  return value[0];
}

// exp(x) for x in [-87, 88], clamped outside: 2^n · e^r with |r| ≤ ln 2 / 2 and a polynomial of
// degree 6 for e^r; within 2 units in the last place. NaN where x is NaN.
INLINE vector exponential(vector x) {
  x = maximum(minimum(x, broadcast(88.0f)), broadcast(-87.0f));
  const vector shift = broadcast(12582912.0f);  // 1.5 · 2^23: adding it rounds to an integer
  const vector shifted = x * 1.44269504f + shift;
  const vector n = shifted - shift;
  vector r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  vector p = broadcast(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  // The integer is in the last bits of the shifted number; a conversion of NaN would be undefined.
  const integers exponent = ((integers)shifted - (integers)shift + 127) << 23;
  return p * (vector)exponent;
}

INLINE vector sigmoid(vector x) { return 1.0f / (1.0f + exponential(-x)); }

INLINE vector activated(kernel_activation activation, vector x) {
  const vector zero = {};
  switch (activation) {
    case KERNEL_IDENTITY: return x;
    case KERNEL_RELU: return maximum(x, zero);
    case KERNEL_ELU: return maximum(x, zero) + (exponential(minimum(x, zero)) - 1.0f);
  }
}
