// Weights at the points of minimal filtering along rows, and the derivative in them.

// `count` elements of every tap, `step` apart, to every point and row. The adjoint meets taps in
// reverse.
INLINE void transform_row_taps(
    const int points, int rows, bool transposed, const float *taps, long step, int count,
    float *weights) {
  const int width = points - WINOGRAD_OUTPUTS + 1;
  for (int row = 0; row < rows; row++) {
    for (int i = 0; i < count; i += VECTOR_WIDTH) {
      vector filter[ROW_POINTS], result[ROW_POINTS];
#pragma clang loop unroll(full)
      for (int j = 0; j < width; j++) {
        const int tap = row * width + j;
        filter[j] = load(taps + step * (transposed ? rows * width - 1 - tap : tap) + i);
      }
      row_weights_at_points(points, filter, result);
#pragma clang loop unroll(full)
      for (int k = 0; k < points; k++) store(weights + step * (k * rows + row) + i, result[k]);
    }
  }
}

// Whole lines of the cache at a time: the points lie so far apart that they drive each other out of it.
#define LINE 16

static void row_filtering_transform_weights(
    const kernel_convolution *shape, const float *packed, bool transposed, float *weights,
    long begin, long end) {
  const long inputs = transposed ? shape->output_channels : shape->input_channels;
  const int outputs = transposed ? shape->input_channels : shape->output_channels;
  const int points = row_points(shape), rows = row_filter_height(shape);
  int count;
  for (long i = begin; i < end; i += count) {
    // All panels but the last are whole, so a position tells its panel.
    const long panel = i / (inputs * PANEL_WIDTH), before = panel * inputs * PANEL_WIDTH;
    const long step = inputs * panel_width(outputs - (int)panel * PANEL_WIDTH);
    const long left = before + step < end ? before + step - i : end - i;
    count = left < LINE ? (int)left : LINE;
    const float *taps = packed + before * shape->tap_count + i - before;
    float *target = weights + before * rows * points + i - before;
    if (points == 6) {
      transform_row_taps(6, rows, transposed, taps, step, count, target);
    } else {
      transform_row_taps(8, rows, transposed, taps, step, count, target);
    }
  }
}

// ---------------------------------------------------------------------------------------------
// The derivative in the weights: for each point and row of taps, inputsᵀ · gradients over the tiles.

#define ROW_CHUNK_TILES 192  // at most

static int row_filtering_chunk_rows(const kernel_convolution *shape) {
  const int points = row_points(shape), width = shape->output_width;
  const long row = row_step(points, width, shape->input_channels) +
                   row_step(points, width, shape->output_channels);
  const long fitting = WINOGRAD_CHUNK / row;
  const int most = ROW_CHUNK_TILES / tiles_across(width);
  return even_rows(clamped(fitting > most ? most : (int)fitting, 1, most), shape->output_height);
}

// [rows][tiles][points][output channels], and after them [sources][tiles][points][input channels].
static long row_filtering_chunk_count(const kernel_convolution *shape) {
  const int points = row_points(shape), width = shape->output_width;
  const int rows = row_filtering_chunk_rows(shape);
  const row_sources sources = sources_in_input(shape, NULL);
  return rows * row_step(points, width, shape->output_channels) +
         most_sources(&sources, rows) * row_step(points, width, shape->input_channels);
}

INLINE float *sources_of_chunk(const kernel_convolution *shape, const float *chunk) {
  return (float *)chunk + row_filtering_chunk_rows(shape) *
                              row_step(row_points(shape), shape->output_width,
                                       shape->output_channels);
}

static void row_filtering_transform_chunk(
    const kernel_convolution *shape, const float *x, const float *g, long first, int rows,
    float *chunk, int begin, int end) {
  const int points = row_points(shape), width = shape->output_width;
  const int channels = shape->output_channels;
  const row_sources sources = sources_in_input(shape, x);
  for (int i = begin; i < end; i++) {
    const float *row = g + (first + i) * width * channels;
    float *target = chunk + i * row_step(points, width, channels);
    if (points == 6) {
      transform_row(row_gradients_at_points, 6, 4, row, width, channels, 0, target);
    } else {
      transform_row(row_gradients_at_points, 8, 4, row, width, channels, 0, target);
    }
  }
  // As many sources; what is beyond belongs to the last.
  const long from = first_source(&sources, first), to = end_of_sources(&sources, first + rows);
  const long last = end == rows || from + end > to ? to : from + end;
  float *target = sources_of_chunk(shape, chunk);
  for (long source = from + begin; source < last; source++) {
    transform_source(
        &sources, points, source,
        target + (source - from) * row_step(points, width, shape->input_channels));
  }
}

static void row_filtering_multiply_chunk(
    const kernel_convolution *shape, const float *chunk, long first, int rows, bool is_first,
    float *products, long begin, long end) {
  const int points = row_points(shape), taps = row_filter_height(shape);
  const int across = tiles_across(shape->output_width);
  const int channels = shape->input_channels, outputs = shape->output_channels;
  const row_sources sources = sources_in_input(shape, NULL);
  const float *inputs = sources_of_chunk(shape, chunk);
  const long input_step = row_step(points, shape->input_width, channels);
  const long gradient_step = row_step(points, shape->output_width, outputs);
  const long from = first_source(&sources, first);
  const float *x[ROW_CHUNK_TILES], *g[ROW_CHUNK_TILES];
  for (long product = begin / channels; product * channels < end; product++) {
    const int k = (int)(product / taps), t = (int)(product % taps);
    int pairs = 0;
    for (int i = 0; i < rows; i++) {
      const int row = (int)((first + i) % sources.height) + sources.first_row + t;
      if ((unsigned)row >= (unsigned)sources.height) continue;
      const long source = first + i + sources.first_row + t - from;
      for (int tile = 0; tile < across; tile++, pairs++) {
        x[pairs] = inputs + source * input_step + tile * tile_step(points, channels) +
                   k * whole_vectors(channels);
        g[pairs] = chunk + i * gradient_step + tile * tile_step(points, outputs) +
                   k * whole_vectors(outputs);
      }
    }
    const long row = product * channels;
    const int start = begin > row ? (int)(begin - row) : 0;
    const int stop = end - row < channels ? (int)(end - row) : channels;
    float *sum = products + row * outputs;
    if (is_first) {
      memset(sum + (long)start * outputs, 0, sizeof(float) * (size_t)(stop - start) * outputs);
    }
    if (pairs > 0) outer_product(start, stop, pairs, x, g, outputs, sum);
  }
}

INLINE void row_taps_from_products(
    const int points, int rows, const float *products, long step, float *dw, int live) {
  const int width = points - WINOGRAD_OUTPUTS + 1;
  for (int row = 0; row < rows; row++) {
    vector at_points[ROW_POINTS], result[ROW_POINTS];
    for (int k = 0; k < points; k++) {
      at_points[k] = load_first(products + step * (k * rows + row), live);
    }
    row_weights_from_points(points, at_points, result);
    for (int i = 0; i < width; i++) {
      store_first(dw + step * (row * width + i), result[i], live);
    }
  }
}

static void row_filtering_weight_gradient(
    const kernel_convolution *shape, const float *products, float *dw, long begin, long end) {
  const long step = (long)shape->input_channels * shape->output_channels;
  const int rows = row_filter_height(shape);
  for (long i = begin; i < end; i += VECTOR_WIDTH) {
    const int live = end - i < VECTOR_WIDTH ? (int)(end - i) : VECTOR_WIDTH;
    if (row_points(shape) == 6) {
      row_taps_from_products(6, rows, products + i, step, dw + i, live);
    } else {
      row_taps_from_products(8, rows, products + i, step, dw + i, live);
    }
  }
}
