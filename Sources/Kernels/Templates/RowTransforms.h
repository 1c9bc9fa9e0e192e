// The matrices of minimal filtering along one axis: 4 outputs of 3 taps at the 6 points of
// WinogradTransforms.h, or of 5 taps at 8: 0, ±1/2, ±1, ±2, ∞, where again all constants of A and B are
// exact. For 4 rows of 128 channels rounding errors are 4·10⁻⁷ of the largest output (root mean square;
// at most 2·10⁻⁶): twice those of the direct form.

#define ROW_POINTS 8  // at most

#define PAIRS_OF_POINTS 3

// Half of the points other than 0 and ∞, the others being opposite; 1 is the product of their squares.
static const float points_of_pairs[PAIRS_OF_POINTS] = {0.5f, 1, 2};

// The points' squares: of one pair, and the product and the sum of the other two.
#define SQUARE(pair) (points_of_pairs[pair] * points_of_pairs[pair])
#define OTHER_PRODUCT(pair) (SQUARE((pair + 1) % 3) * SQUARE((pair + 2) % 3))
#define OTHER_SUM(pair) (SQUARE((pair + 1) % 3) + SQUARE((pair + 2) % 3))
// What G multiplies by: one over a point's distances from all other finite points.
#define PAIR_SCALE(pair)                                     \
  (1 / (2 * SQUARE(pair) * (SQUARE(pair) - SQUARE((pair + 1) % 3)) * \
        (SQUARE(pair) - SQUARE((pair + 2) % 3))))

// Bᵀ: a window of `points` inputs.
INLINE void row_inputs_at_points(const int points, const vector *d, vector *v) {
  if (points == 6) {
    inputs_at_points(6, d, v);
    return;
  }
  // Elementary symmetric polynomials of the squares; the third is 1.
  const float first = 5.25f, second = 5.25f;
  v[0] = d[6] - first * d[4] + second * d[2] - d[0];
#pragma clang loop unroll(full)
  for (int pair = 0; pair < PAIRS_OF_POINTS; pair++) {
    const vector even = OTHER_PRODUCT(pair) * d[2] - OTHER_SUM(pair) * d[4] + d[6];
    const vector odd = OTHER_PRODUCT(pair) * d[1] - OTHER_SUM(pair) * d[3] + d[5];
    v[1 + 2 * pair] = even + points_of_pairs[pair] * odd;
    v[2 + 2 * pair] = even - points_of_pairs[pair] * odd;
  }
  v[7] = d[7] - first * d[5] + second * d[3] - d[1];
}

// Aᵀ: the four outputs.
INLINE void row_outputs_from_points(const int points, const vector *m, vector *y) {
  if (points == 6) {
    outputs_from_points(6, m, y);
    return;
  }
  y[0] = m[0];
  y[1] = y[2] = (vector){};
  y[3] = m[7];
#pragma clang loop unroll(full)
  for (int pair = 0; pair < PAIRS_OF_POINTS; pair++) {
    const vector sum = m[1 + 2 * pair] + m[2 + 2 * pair];
    const vector difference = m[1 + 2 * pair] - m[2 + 2 * pair];
    y[0] += sum;
    y[1] += points_of_pairs[pair] * difference;
    y[2] += SQUARE(pair) * sum;
    y[3] += SQUARE(pair) * points_of_pairs[pair] * difference;
  }
}

// A: the gradients of the four outputs.
INLINE void row_gradients_at_points(const int points, const vector *g, vector *v) {
  if (points == 6) {
    gradients_at_points(6, g, v);
    return;
  }
  v[0] = g[0];
#pragma clang loop unroll(full)
  for (int pair = 0; pair < PAIRS_OF_POINTS; pair++) {
    const vector even = g[0] + SQUARE(pair) * g[2], odd = g[1] + SQUARE(pair) * g[3];
    v[1 + 2 * pair] = even + points_of_pairs[pair] * odd;
    v[2 + 2 * pair] = even - points_of_pairs[pair] * odd;
  }
  v[7] = g[3];
}

// G: the 3 or 5 taps.
INLINE void row_weights_at_points(const int points, const vector *w, vector *u) {
  if (points == 6) {
    weights_at_points(6, w, u);
    return;
  }
  u[0] = -w[0];
#pragma clang loop unroll(full)
  for (int pair = 0; pair < PAIRS_OF_POINTS; pair++) {
    const vector even =
        PAIR_SCALE(pair) * (w[0] + SQUARE(pair) * (w[2] + SQUARE(pair) * w[4]));
    const vector odd =
        PAIR_SCALE(pair) * points_of_pairs[pair] * (w[1] + SQUARE(pair) * w[3]);
    u[1 + 2 * pair] = even + odd;
    u[2 + 2 * pair] = even - odd;
  }
  u[7] = w[4];
}

// Gᵀ: the gradients of the 3 or 5 taps.
INLINE void row_weights_from_points(const int points, const vector *u, vector *w) {
  if (points == 6) {
    weights_from_points(6, u, w);
    return;
  }
  w[0] = -u[0];
  w[1] = w[2] = w[3] = (vector){};
  w[4] = u[7];
#pragma clang loop unroll(full)
  for (int pair = 0; pair < PAIRS_OF_POINTS; pair++) {
    const vector sum = PAIR_SCALE(pair) * (u[1 + 2 * pair] + u[2 + 2 * pair]);
    const vector difference =
        PAIR_SCALE(pair) * points_of_pairs[pair] * (u[1 + 2 * pair] - u[2 + 2 * pair]);
    w[0] += sum;
    w[1] += difference;
    w[2] += SQUARE(pair) * sum;
    w[3] += SQUARE(pair) * difference;
    w[4] += SQUARE(pair) * SQUARE(pair) * sum;
  }
}
