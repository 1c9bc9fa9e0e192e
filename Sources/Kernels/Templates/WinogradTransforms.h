// Winograd's minimal filtering (arXiv 1509.09308): 4 neighbouring outputs of a filter with 2 or 3 taps
// are a product of polynomials, and cost one multiplication for each point at which both polynomials
// are known, 5 or 6. In two dimensions these are F(4×4, 2×2) and F(4×4, 3×3): 25 and 36 multiplications
// where the direct form has 64 and 144.
//
//   y = Aᵀ((G w) · (Bᵀ d)) along each axis, and so dw = Gᵀ((A dy) · (Bᵀ d))
//
// The points are 0, ±5/8, ±3/2, ∞ for 3 taps and ±1/2, ±5/4, ∞ for 2. Opposite ones share their even and
// odd parts, and all constants of A and B are exact. For 128 channels rounding errors are about 2·10⁻⁷
// of the largest output (root mean square; at most 3·10⁻⁶): twice those of the direct form, and half of
// those at the customary 0, ±1, ±2, ∞.
//
// Each function is one of the matrices times a column of vectors. `points` is a constant wherever they
// are used, so that nothing but the arithmetic remains.

#define WINOGRAD_OUTPUTS 4
#define WINOGRAD_POINTS 6  // at most

// The points other than 0 and ∞.
#define NEAR (points == 6 ? 0.625f : 0.5f)
#define FAR (points == 6 ? 1.5f : 1.25f)
#define NEAR2 (NEAR * NEAR)
#define FAR2 (FAR * FAR)

// Bᵀ: a window of `points` inputs.
INLINE void inputs_at_points(const int points, const vector *d, vector *v) {
  const int zero = points - 5;  // how many points come before the pairs
  if (zero) v[0] = NEAR2 * FAR2 * d[0] - (NEAR2 + FAR2) * d[2] + d[4];
  d += zero;
  const vector near_even = d[3] - FAR2 * d[1], near_odd = d[2] - FAR2 * d[0];
  const vector far_even = d[3] - NEAR2 * d[1], far_odd = d[2] - NEAR2 * d[0];
  v[zero] = near_even + NEAR * near_odd;
  v[zero + 1] = near_even - NEAR * near_odd;
  v[zero + 2] = far_even + FAR * far_odd;
  v[zero + 3] = far_even - FAR * far_odd;
  v[zero + 4] = NEAR2 * FAR2 * d[0] - (NEAR2 + FAR2) * d[2] + d[4];
}

// Aᵀ: the four outputs.
INLINE void outputs_from_points(const int points, const vector *m, vector *y) {
  const int zero = points - 5;
  const vector *pair = m + zero;
  const vector near_sum = pair[0] + pair[1], near_difference = pair[0] - pair[1];
  const vector far_sum = pair[2] + pair[3], far_difference = pair[2] - pair[3];
  y[0] = near_sum + far_sum;
  if (zero) y[0] += m[0];
  y[1] = NEAR * near_difference + FAR * far_difference;
  y[2] = NEAR2 * near_sum + FAR2 * far_sum;
  y[3] = NEAR * NEAR2 * near_difference + FAR * FAR2 * far_difference + pair[4];
}

// A: the gradients of the four outputs.
INLINE void gradients_at_points(const int points, const vector *g, vector *v) {
  const int zero = points - 5;
  if (zero) v[0] = g[0];
  const vector near_even = g[0] + NEAR2 * g[2], near_odd = g[1] + NEAR2 * g[3];
  const vector far_even = g[0] + FAR2 * g[2], far_odd = g[1] + FAR2 * g[3];
  v[zero] = near_even + NEAR * near_odd;
  v[zero + 1] = near_even - NEAR * near_odd;
  v[zero + 2] = far_even + FAR * far_odd;
  v[zero + 3] = far_even - FAR * far_odd;
  v[zero + 4] = g[3];
}

// What G multiplies by: one over a point's distances from all other finite points.
#define NEAR_SCALE (1 / (2 * (points == 6 ? NEAR2 : NEAR) * (NEAR2 - FAR2)))
#define FAR_SCALE (1 / (2 * (points == 6 ? FAR2 : FAR) * (FAR2 - NEAR2)))

// G: the 2 or 3 taps.
INLINE void weights_at_points(const int points, const vector *w, vector *u) {
  if (points == 6) {
    u[0] = 1 / (NEAR2 * FAR2) * w[0];
    const vector near_even = NEAR_SCALE * (w[0] + NEAR2 * w[2]);
    const vector far_even = FAR_SCALE * (w[0] + FAR2 * w[2]);
    const vector near_odd = NEAR_SCALE * NEAR * w[1], far_odd = FAR_SCALE * FAR * w[1];
    u[1] = near_even + near_odd;
    u[2] = near_even - near_odd;
    u[3] = far_even + far_odd;
    u[4] = far_even - far_odd;
    u[5] = w[2];
  } else {
    const vector near_even = NEAR_SCALE * w[0], near_odd = NEAR_SCALE * NEAR * w[1];
    const vector far_even = FAR_SCALE * w[0], far_odd = FAR_SCALE * FAR * w[1];
    u[0] = near_odd + near_even;
    u[1] = near_odd - near_even;
    u[2] = far_odd + far_even;
    u[3] = far_odd - far_even;
    u[4] = w[1];
  }
}

// Gᵀ: the gradients of the 2 or 3 taps.
INLINE void weights_from_points(const int points, const vector *u, vector *w) {
  const int zero = points - 5;
  const vector *pair = u + zero;
  const vector near_sum = NEAR_SCALE * (pair[0] + pair[1]);
  const vector near_difference = NEAR_SCALE * (pair[0] - pair[1]);
  const vector far_sum = FAR_SCALE * (pair[2] + pair[3]);
  const vector far_difference = FAR_SCALE * (pair[2] - pair[3]);
  if (points == 6) {
    w[0] = 1 / (NEAR2 * FAR2) * u[0] + near_sum + far_sum;
    w[1] = NEAR * near_difference + FAR * far_difference;
    w[2] = NEAR2 * near_sum + FAR2 * far_sum + u[5];
  } else {
    w[0] = near_difference + far_difference;
    w[1] = NEAR * near_sum + FAR * far_sum + u[4];
  }
}

// One of the matrices above.
typedef void along_axis(const int points, const vector *from, vector *to);

// Applies `matrix` along both axes of a square, from a side of `before` to one of `after`.
INLINE void along_both_axes(
    along_axis *matrix, const int points, const int before, const int after, const vector *from,
    vector *to) {
  vector half[WINOGRAD_POINTS][WINOGRAD_POINTS];
#pragma clang loop unroll(full)
  for (int j = 0; j < before; j++) {
    vector column[WINOGRAD_POINTS], result[WINOGRAD_POINTS];
#pragma clang loop unroll(full)
    for (int i = 0; i < before; i++) column[i] = from[i * before + j];
    matrix(points, column, result);
#pragma clang loop unroll(full)
    for (int i = 0; i < after; i++) half[i][j] = result[i];
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < after; i++) matrix(points, half[i], to + i * after);
}
