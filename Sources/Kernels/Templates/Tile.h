// The register tile of every product: `rows` pixels × `vectors` vectors of output channels.
//
// Weights are packed in panels of up to PANEL_VECTORS vectors of output channels; within a panel they
// lie [tap][input channel][output channel], in the order they are read. Each step of the inner loop
// loads one row of the panel, broadcasts one input channel of each pixel and issues rows × vectors
// fused multiply-adds, so inputs need no im2col: a tap is a set of pointers. Where bfloat16s are multiplied, a
// pair of them stands in the place of a float throughout. Six pixels by four vectors of sixteen channels are
// 24 of AVX-512's 32 registers, by two vectors of eight 12 of AVX2's 16; both reach sgemm's speed where
// weights are read often enough (Convolution.h has the measurements).

typedef struct {
  const float *bias;            // of this panel, or NULL
  kernel_activation activation;
  int width;                    // output channels of this panel that exist
} tile_end;

INLINE void tile(
    const int rows, const int vectors, const bool bfloat16, int taps, int channels,
    const float *const *inputs, int input_step, const float *const *weights, tile_end end,
    const float *const *addends, float *const *outputs, int live) {
  vector sums[TILE_ROWS][PANEL_VECTORS];
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) sums[r][v] = (vector){};
  }
  for (int t = 0; t < taps; t++) {
    const float *in[TILE_ROWS];
    for (int r = 0; r < rows; r++) in[r] = inputs[t * input_step + r];
    const float *w = weights[t];
    // Tested at the end: were it possible that the loop does not run, the sums before it and after it
    // would need registers of their own, and there are none to spare.
    int c = 0;
    do {
      vector row[PANEL_VECTORS];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) row[v] = load(w + v * VECTOR_WIDTH);
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) {
        vector x = broadcast(in[r][c]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
          sums[r][v] = multiply_add(bfloat16, sums[r][v], x, row[v]);
        }
      }
      w += vectors * VECTOR_WIDTH;
    } while (++c < channels);
  }
  for (int r = 0; r < rows; r++) {
    if (r >= live) break;
    for (int v = 0; v < vectors; v++) {
      const int first = v * VECTOR_WIDTH;
      vector result = sums[r][v];
      if (end.bias != NULL) result += load(end.bias + first);
      if (addends != NULL) result += load(addends[r] + first);
      store_first(
          outputs[r] + first, activated(end.activation, result), end.width - first);
    }
  }
}

// A tile with its size made constant. Surplus rows are computed and not stored.
INLINE void tile_of_vectors(
    const int vectors, const bool bfloat16, int rows, int taps, int channels,
    const float *const *inputs, const float *const *weights, tile_end end,
    const float *const *addends, float *const *outputs) {
#define TILE(count) \
  tile(count, vectors, bfloat16, taps, channels, inputs, TILE_ROWS, weights, end, addends, outputs, \
       rows)
  if (rows == 1) {
    TILE(1);
  } else if (rows == 2) {
    TILE(2);
  } else if (rows <= 4) {
    TILE(4);
  } else {
    TILE(TILE_ROWS);
  }
#undef TILE
}

#define TILE_FUNCTION(name, vectors, bfloat16) \
  static void name( \
      int rows, int taps, int channels, const float *const *inputs, const float *const *weights, \
      tile_end end, const float *const *addends, float *const *outputs) { \
    tile_of_vectors( \
        vectors, bfloat16, rows, taps, channels, inputs, weights, end, addends, outputs); \
  }
TILE_FUNCTION(tile_1, 1, false)
TILE_FUNCTION(tile_2, 2, false)
TILE_FUNCTION(bfloat16_tile_1, 1, true)
TILE_FUNCTION(bfloat16_tile_2, 2, true)
#if PANEL_VECTORS == 4
TILE_FUNCTION(tile_3, 3, false)
TILE_FUNCTION(tile_4, 4, false)
TILE_FUNCTION(bfloat16_tile_3, 3, true)
TILE_FUNCTION(bfloat16_tile_4, 4, true)
static __typeof__(tile_1) *const tile_functions[] = {NULL, tile_1, tile_2, tile_3, tile_4};
static __typeof__(tile_1) *const bfloat16_tile_functions[] = {
    NULL, bfloat16_tile_1, bfloat16_tile_2, bfloat16_tile_3, bfloat16_tile_4};
#else
static __typeof__(tile_1) *const tile_functions[] = {NULL, tile_1, tile_2};
static __typeof__(tile_1) *const bfloat16_tile_functions[] = {
    NULL, bfloat16_tile_1, bfloat16_tile_2};
#endif
#undef TILE_FUNCTION

#define PANEL_WIDTH (PANEL_VECTORS * VECTOR_WIDTH)
#define MAXIMUM_TAPS 256

static const float zeros[KERNEL_MAXIMUM_CHANNELS + KERNEL_SLACK];

// Drops the taps at which no pixel of a tile reads anything but zeros, as near the edges of an image, and
// returns how many are left: a sum that zeros are not added to is the same.
INLINE int drop_zeros(int taps, const float **inputs, const int *tap_indices, int *left_indices) {
  int left = 0;
  for (int t = 0; t < taps; t++) {
    const float **tap = inputs + t * TILE_ROWS;
    bool reads = false;
    for (int r = 0; r < TILE_ROWS; r++) reads |= tap[r] != zeros;
    if (!reads) continue;
    for (int r = 0; r < TILE_ROWS; r++) inputs[left * TILE_ROWS + r] = tap[r];
    left_indices[left++] = tap_indices[t];
  }
  return left;
}

// The panels of one tile that make the output channels begin..<end, where `begin` is the first of a panel:
// `inputs` [taps][TILE_ROWS], which is changed; `taps_packed` is the number of taps the weights were packed
// with and `tap_indices` which of them each row of `inputs` meets.
static void tile_panels(
    int rows, int all_taps, int channels, bool bfloat16, int begin, int end, const float **inputs,
    const float *packed, int taps_packed, const int *all_indices, const float *bias,
    const float *const *addends, kernel_activation activation, float *const *outputs) {
  int tap_indices[MAXIMUM_TAPS];
  const int taps = drop_zeros(all_taps, inputs, all_indices, tap_indices);
  // Panels before another are whole.
  packed += (long)taps_packed * channels * begin;
  for (int o = begin; o < end; o += PANEL_WIDTH) {
    const int width = end - o < PANEL_WIDTH ? end - o : PANEL_WIDTH;
    const int vectors = (width + VECTOR_WIDTH - 1) / VECTOR_WIDTH;
    const float *weights[MAXIMUM_TAPS];
    for (int t = 0; t < taps; t++) {
      weights[t] = packed + (long)tap_indices[t] * channels * vectors * VECTOR_WIDTH;
    }
    float *panel_outputs[TILE_ROWS];
    const float *panel_addends[TILE_ROWS];
    for (int r = 0; r < rows; r++) {
      panel_outputs[r] = outputs[r] + o;
      if (addends != NULL) panel_addends[r] = addends[r] + o;
    }
    const tile_end ending = {bias == NULL ? NULL : bias + o, activation, width};
    (bfloat16 ? bfloat16_tile_functions : tile_functions)[vectors](
        rows, taps, channels, inputs, weights, ending, addends == NULL ? NULL : panel_addends,
        panel_outputs);
    packed += (long)taps_packed * channels * vectors * VECTOR_WIDTH;
  }
}
