// Weights at the points of minimal filtering, and the derivative in them.

// Tap i, j of one phase in a square of taps.
INLINE int tap_of_phase(const kernel_convolution *shape, int phase, int i, int j) {
  const int stride = shape->stride, side = stride == 1 ? 3 : 4;
  return (phase / stride + stride * i) * side + phase % stride + stride * j;
}

// One vector of every tap, `step` apart, to every phase and point. The adjoint meets taps in reverse.
INLINE void transform_taps(
    const int points, const kernel_convolution *shape, bool transposed, const float *taps,
    long step, float *weights) {
  const int side = points - WINOGRAD_OUTPUTS + 1;
  for (int phase = 0; phase < winograd_phases(shape); phase++) {
    vector filter[9], result[WINOGRAD_SQUARE];
    for (int i = 0; i < side; i++) {
      for (int j = 0; j < side; j++) {
        const int tap = transposed ? tap_of_phase(shape, phase, side - 1 - i, side - 1 - j)
                                   : tap_of_phase(shape, phase, i, j);
        filter[i * side + j] = load(taps + step * tap);
      }
    }
    along_both_axes(weights_at_points, points, side, points, filter, result);
    for (int k = 0; k < points * points; k++) {
      store(weights + step * (phase * points * points + k), result[k]);
    }
  }
}

static void winograd_transform_weights(
    const kernel_convolution *shape, const float *packed, bool transposed, float *weights,
    long begin, long end) {
  const long inputs = transposed ? shape->output_channels : shape->input_channels;
  const int outputs = transposed ? shape->input_channels : shape->output_channels;
  const int points = winograd_points(shape), phases = winograd_phases(shape);
  for (long i = begin; i < end; i += VECTOR_WIDTH) {
    // All panels but the last are whole, so a position tells its panel.
    const long panel = i / (inputs * PANEL_WIDTH), before = panel * inputs * PANEL_WIDTH;
    const long step = inputs * panel_width(outputs - (int)panel * PANEL_WIDTH);
    const float *taps = packed + before * shape->tap_count + i - before;
    float *target = weights + before * phases * points * points + i - before;
    if (points == 6) {
      transform_taps(6, shape, transposed, taps, step, target);
    } else {
      transform_taps(5, shape, transposed, taps, step, target);
    }
  }
}

// ---------------------------------------------------------------------------------------------
// The derivative in the weights: for each phase and point, inputsᵀ · gradients over the tiles, which
// come from memory a chunk at a time; the taps come back from the points once, at the end.

// What a chunk may take, in floats: all threads share it, so it lies in a cache that they share.
#define WINOGRAD_CHUNK 589824
#define WINOGRAD_CHUNK_TILES 96  // at most

static int winograd_chunk_tiles(const kernel_convolution *shape) {
  const int tile = winograd_squares(shape) *
                   (winograd_phases(shape) * whole_vectors(shape->input_channels) +
                    whole_vectors(shape->output_channels));
  const int tiles = WINOGRAD_CHUNK / tile;
  return tiles < TILE_ROWS              ? TILE_ROWS
         : tiles > WINOGRAD_CHUNK_TILES ? WINOGRAD_CHUNK_TILES
                                        : tiles;
}

// From one point of a chunk to the next: not a power of two apart, the points of a window have room in
// the first-level cache together.
INLINE long chunk_step(const kernel_convolution *shape, int channels) {
  return (long)winograd_chunk_tiles(shape) * whole_vectors(channels) + VECTOR_WIDTH;
}

static long winograd_chunk_count(const kernel_convolution *shape) {
  return winograd_squares(shape) *
         (winograd_phases(shape) * chunk_step(shape, shape->input_channels) +
          chunk_step(shape, shape->output_channels));
}

// [phases][points][tiles][input channels], and after them [points][tiles][output channels].
INLINE float *gradients_of_chunk(const kernel_convolution *shape, const float *chunk) {
  return (float *)chunk + winograd_squares(shape) * winograd_phases(shape) *
                              chunk_step(shape, shape->input_channels);
}

static void winograd_transform_chunk(
    const kernel_convolution *shape, const float *x, const float *g, long first, float *chunk,
    int begin, int end) {
  const int squares = winograd_squares(shape);
  const int depth = whole_vectors(shape->input_channels);
  const int width = whole_vectors(shape->output_channels);
  const tile_windows inputs = input_windows(shape, x), gradients = gradient_windows(shape, g);
  const long input_step = chunk_step(shape, depth), gradient_step = chunk_step(shape, width);
  transform_inputs(
      shape, &inputs, first + begin, end - begin,
      (point_layout){chunk + begin * depth, depth, squares * input_step, input_step});
  transform_gradients(
      shape, &gradients, first + begin, end - begin,
      (point_layout){
          gradients_of_chunk(shape, chunk) + begin * width, width, squares * gradient_step,
          gradient_step});
}

static void winograd_multiply_chunk(
    const kernel_convolution *shape, const float *chunk, int tiles, bool is_first,
    float *products, long begin, long end) {
  const int squares = winograd_squares(shape);
  const int channels = shape->input_channels, outputs = shape->output_channels;
  const long input_step = chunk_step(shape, channels), gradient_step = chunk_step(shape, outputs);
  const float *gradients = gradients_of_chunk(shape, chunk);
  const float *x[WINOGRAD_CHUNK_TILES], *g[WINOGRAD_CHUNK_TILES];
  for (long k = begin / channels; k * channels < end; k++) {
    for (int tile = 0; tile < tiles; tile++) {
      x[tile] = chunk + k * input_step + tile * whole_vectors(channels);
      g[tile] = gradients + k % squares * gradient_step + tile * whole_vectors(outputs);
    }
    const long row = k * channels;
    const int first = begin > row ? (int)(begin - row) : 0;
    const int last = end - row < channels ? (int)(end - row) : channels;
    float *product = products + row * outputs;
    if (is_first) {
      memset(product + (long)first * outputs, 0, sizeof(float) * (size_t)(last - first) * outputs);
    }
    outer_product(first, last, tiles, x, g, outputs, product);
  }
}

INLINE void taps_from_products(
    const int points, const kernel_convolution *shape, const float *products, long step, float *dw,
    int live) {
  const int side = points - WINOGRAD_OUTPUTS + 1;
  for (int phase = 0; phase < winograd_phases(shape); phase++) {
    vector at_points[WINOGRAD_SQUARE], result[9];
    for (int k = 0; k < points * points; k++) {
      at_points[k] = load_first(products + step * (phase * points * points + k), live);
    }
    along_both_axes(weights_from_points, points, points, side, at_points, result);
    for (int t = 0; t < side * side; t++) {
      store_first(dw + step * tap_of_phase(shape, phase, t / side, t % side), result[t], live);
    }
  }
}

static void winograd_weight_gradient(
    const kernel_convolution *shape, const float *products, float *dw, long begin, long end) {
  const long step = (long)shape->input_channels * shape->output_channels;
  for (long i = begin; i < end; i += VECTOR_WIDTH) {
    const int live = end - i < VECTOR_WIDTH ? (int)(end - i) : VECTOR_WIDTH;
    if (winograd_points(shape) == 6) {
      taps_from_products(6, shape, products + i, step, dw + i, live);
    } else {
      taps_from_products(5, shape, products + i, step, dw + i, live);
    }
  }
}
