// A rectangle of taps by minimal filtering along rows, and its adjoint, which is such a rectangle too,
// with the taps in reverse.
//
// A block of rows at a time, the rows they read go to the points, tile by tile; each point has a product
// of its own over rows of taps and channels, in the register tile of the direct kernel; the outputs come
// back from the points. A tile meets only the rows of taps that lie inside its image.
//
// Measured on a core with AVX2, as many times as fast as the direct form, weights and the pixels to the
// left, which stay direct, included:
//
//                                      forward   adjoint   weights
//   window of 5×5, 128→256 at 16×16    1.5       1.6       2.2
//   window of 5×5, 128→256 at 8×8      1.3       1.4       1.8
//   window of 3×3, 64→128 at 16×16     1.1       1.3       1.9

#define ROW_BLOCK_TILES 96  // at most

// How wide the rectangle of taps is.
INLINE int row_filter_width(const kernel_convolution *shape) {
  int width = 1;
  while (width < shape->tap_count && shape->tap_rows[width] == shape->tap_rows[0]) width++;
  return width;
}
INLINE int row_filter_height(const kernel_convolution *shape) {
  return shape->tap_count / row_filter_width(shape);
}
INLINE int row_points(const kernel_convolution *shape) {
  return row_filter_width(shape) + WINOGRAD_OUTPUTS - 1;
}
INLINE int tiles_across(int width) { return (width + WINOGRAD_OUTPUTS - 1) / WINOGRAD_OUTPUTS; }

// The rows that outputs are computed from: from the one at `first_row`, `taps` of them; tiles read windows
// from `first_column` on.
typedef struct {
  const float *map;
  int height, width, channels;
  int taps, first_row, first_column;
} row_sources;

static row_sources sources_in_input(const kernel_convolution *shape, const float *x) {
  return (row_sources){
      .map = x, .height = shape->input_height, .width = shape->input_width,
      .channels = shape->input_channels, .taps = row_filter_height(shape),
      .first_row = shape->tap_rows[0], .first_column = shape->tap_columns[0]};
}

static row_sources sources_in_gradient(const kernel_convolution *shape, const float *g) {
  return (row_sources){
      .map = g, .height = shape->output_height, .width = shape->output_width,
      .channels = shape->output_channels, .taps = row_filter_height(shape),
      .first_row = -shape->tap_rows[shape->tap_count - 1],
      .first_column = -shape->tap_columns[shape->tap_count - 1]};
}

INLINE int clamped(int value, int low, int high) {
  return value < low ? low : value > high ? high : value;
}

// Rows are counted over all images. Those that output rows first..<end read are within these:
INLINE long first_source(const row_sources *sources, long first) {
  const int row = (int)(first % sources->height);
  return first - row + clamped(row + sources->first_row, 0, sources->height);
}
INLINE long end_of_sources(const row_sources *sources, long end) {
  const int row = (int)((end - 1) % sources->height);
  return end - 1 - row +
         clamped(row + sources->first_row + sources->taps, 0, sources->height);
}
// How many they are at most.
INLINE int most_sources(const row_sources *sources, int rows) {
  const int last = sources->first_row + sources->taps - 1;
  return rows + (last > 0 ? last : 0) - (sources->first_row < 0 ? sources->first_row : 0);
}
// Whether any output of its image reads a row.
INLINE bool is_read(const row_sources *sources, long source) {
  const int row = (int)(source % sources->height);
  return row - sources->first_row >= 0 &&
         row - (sources->first_row + sources->taps - 1) < sources->height;
}

// One row to the points: point k of a tile's channel c goes to target[tile · tile_step + k · depth + c].
INLINE void transform_row(
    along_axis *matrix, const int points, const int side, const float *row, int width, int channels,
    int first_column, float *target) {
  const int depth = whole_vectors(channels);
  for (int tile = 0; tile < tiles_across(width); tile++) {
    const float *pixels[ROW_POINTS];
    for (int i = 0; i < side; i++) {
      const int column = tile * WINOGRAD_OUTPUTS + first_column + i;
      const bool inside = (unsigned)column < (unsigned)width;
      pixels[i] = inside ? row + (long)column * channels : zeros;
    }
    for (int c = 0; c < channels; c += VECTOR_WIDTH) {
      vector window[ROW_POINTS], result[ROW_POINTS];
#pragma clang loop unroll(full)
      for (int i = 0; i < side; i++) window[i] = load(pixels[i] + c);
      matrix(points, window, result);
#pragma clang loop unroll(full)
      for (int k = 0; k < points; k++) store(target + k * depth + c, result[k]);
    }
    target += tile_step(points, channels);
  }
}

// Source `source` of all images.
static void transform_source(
    const row_sources *sources, int points, long source, float *target) {
  if (!is_read(sources, source)) return;
  const float *row = sources->map + source * sources->width * sources->channels;
  if (points == 6) {
    transform_row(
        row_inputs_at_points, 6, 6, row, sources->width, sources->channels,
        sources->first_column, target);
  } else {
    transform_row(
        row_inputs_at_points, 8, 8, row, sources->width, sources->channels,
        sources->first_column, target);
  }
}

INLINE long row_step(int points, int width, int channels) {
  return tiles_across(width) * tile_step(points, channels);
}

// Some rows of whole images, or an even part of one, that are at most `most`.
INLINE int even_rows(int most, int height) {
  if (most >= height) return most / height * height;
  const int parts = (height + most - 1) / (most < 1 ? 1 : most);
  return (height + parts - 1) / parts;
}

// As many rows at a time as have their points within the second-level cache, but enough of them to make use
// of the weights.
static int rows_of_block(const row_sources *sources, int points, int outputs) {
  const int across = tiles_across(sources->width);
  const long row = row_step(points, sources->width, sources->channels) +
                   row_step(points, sources->width, panel_width(outputs));
  const int fewest = (WINOGRAD_FEWEST_TILES + across - 1) / across;
  const long fitting = WINOGRAD_BLOCK / row;
  const int most = fitting < fewest ? fewest : (int)fitting;
  return even_rows(clamped(most, 1, ROW_BLOCK_TILES / across), sources->height);
}

static long scratch_of_rows(const row_sources *sources, int points, int outputs) {
  const int rows = rows_of_block(sources, points, outputs);
  return most_sources(sources, rows) * row_step(points, sources->width, sources->channels) +
         rows * row_step(points, sources->width, panel_width(outputs));
}

static long row_filtering_scratch_count(const kernel_convolution *shape) {
  const row_sources inputs = sources_in_input(shape, NULL);
  const row_sources gradients = sources_in_gradient(shape, NULL);
  const long forwards = scratch_of_rows(&inputs, row_points(shape), shape->output_channels);
  const long backwards = scratch_of_rows(&gradients, row_points(shape), shape->input_channels);
  return forwards > backwards ? forwards : backwards;
}

// Where a tile's outputs are, `live` pixels from `pixel` on, and its sources: the one of the first row of
// taps, were it inside the image, is `source` rows after the block's first one and `row` in its image.
typedef struct {
  long pixel, source, offset;
  int live, row;
} row_tile;

// The tiles of a block, in the order of their rows within their images: those of the register tile then
// mostly meet the same rows of taps.
static int find_tiles(
    const row_sources *sources, int points, long first, int rows, row_tile *tiles) {
  const int height = sources->height, width = sources->width, start = (int)(first % height);
  int count = 0;
  for (int row = 0; row < height; row++) {
    for (int i = row < start ? row - start + height : row - start; i < rows; i += height) {
      for (int tile = 0; tile < tiles_across(width); tile++) {
        const int column = tile * WINOGRAD_OUTPUTS, left = width - column;
        tiles[count++] = (row_tile){
            .pixel = (first + i) * width + column,
            .source = first + i + sources->first_row - first_source(sources, first),
            .offset = tile * tile_step(points, sources->channels),
            .live = left < WINOGRAD_OUTPUTS ? left : WINOGRAD_OUTPUTS,
            .row = row + sources->first_row};
      }
    }
  }
  return count;
}

// The products of one panel: [tiles][points][panel] from sources [rows][tiles][points][channels] and
// weights [points][taps][channels][panel].
static void multiply_rows(
    const row_sources *sources, int points, const float *scratch, const row_tile *tiles, int count,
    const float *weights, int vectors, float *products) {
  const int depth = whole_vectors(sources->channels), width = vectors * VECTOR_WIDTH;
  const long step = row_step(points, sources->width, sources->channels);
  const tile_end end = {NULL, KERNEL_IDENTITY, width};
  for (int k = 0; k < points; k++) {
    for (int first = 0; first < count; first += TILE_ROWS) {
      const int rows = count - first < TILE_ROWS ? count - first : TILE_ROWS;
      const float *inputs[MAXIMUM_TAPS * TILE_ROWS], *tap_weights[MAXIMUM_TAPS];
      float *outputs[TILE_ROWS];
      int taps = 0;
      for (int t = 0; t < sources->taps; t++) {
        bool reads = false;
        for (int r = 0; r < TILE_ROWS; r++) {
          const row_tile *tile = tiles + first + (r < rows ? r : 0);
          const bool inside = (unsigned)(tile->row + t) < (unsigned)sources->height;
          reads |= inside;
          inputs[taps * TILE_ROWS + r] =
              inside ? scratch + (tile->source + t) * step + tile->offset + k * depth : zeros;
        }
        tap_weights[taps] = weights + (long)(k * sources->taps + t) * sources->channels * width;
        taps += reads;
      }
      for (int r = 0; r < rows; r++) {
        outputs[r] = products + (first + r) * tile_step(points, width) + k * width;
      }
      tile_functions[vectors](
          rows, taps, sources->channels, inputs, tap_weights, end, NULL, outputs);
    }
  }
}

// What is done to the outputs, and where they go.
typedef struct {
  float *map;
  int channels;
  const float *bias, *addend;
  kernel_activation activation;
} row_outputs;

// The outputs of one tile for `channels` channels from `first_channel`, from products [points][panel].
INLINE void finish_row_tile(
    const int points, const row_outputs *outputs, row_tile tile, int first_channel, int channels,
    const float *products, int panel) {
  for (int c = 0; c < channels; c += VECTOR_WIDTH) {
    vector at_points[ROW_POINTS], result[WINOGRAD_OUTPUTS];
#pragma clang loop unroll(full)
    for (int k = 0; k < points; k++) at_points[k] = load(products + k * panel + c);
    row_outputs_from_points(points, at_points, result);
    const int channel = first_channel + c;
    for (int i = 0; i < tile.live; i++) {
      const long target = (tile.pixel + i) * outputs->channels + channel;
      vector value = result[i];
      if (outputs->bias != NULL) value += load(outputs->bias + channel);
      if (outputs->addend != NULL) value += load(outputs->addend + target);
      store_first(outputs->map + target, activated(outputs->activation, value), channels - c);
    }
  }
}

static void finish_rows(
    int points, const row_outputs *outputs, const row_tile *tiles, int count, int first_channel,
    int channels, const float *products) {
  const int panel = panel_width(channels);
  for (int i = 0; i < count; i++, products += tile_step(points, panel)) {
    if (points == 6) {
      finish_row_tile(6, outputs, tiles[i], first_channel, channels, products, panel);
    } else {
      finish_row_tile(8, outputs, tiles[i], first_channel, channels, products, panel);
    }
  }
}

static void filter_rows(
    const row_sources *sources, int points, const float *weights, const row_outputs *outputs,
    float *scratch, long begin, long end) {
  const int block = rows_of_block(sources, points, outputs->channels);
  const long step = row_step(points, sources->width, sources->channels);
  float *products = scratch + most_sources(sources, block) * step;
  for (long first = begin; first < end; first += block) {
    const int rows = end - first < block ? (int)(end - first) : block;
    const long from = first_source(sources, first), to = end_of_sources(sources, first + rows);
    for (long source = from; source < to; source++) {
      transform_source(sources, points, source, scratch + (source - from) * step);
    }
    row_tile tiles[ROW_BLOCK_TILES];
    const int count = find_tiles(sources, points, first, rows, tiles);
    const float *panel_weights = weights;
    for (int o = 0; o < outputs->channels; o += PANEL_WIDTH) {
      const int left = outputs->channels - o;
      const int channels = left < PANEL_WIDTH ? left : PANEL_WIDTH;
      const int panel = panel_width(channels);
      multiply_rows(
          sources, points, scratch, tiles, count, panel_weights, panel / VECTOR_WIDTH, products);
      finish_rows(points, outputs, tiles, count, o, channels, products);
      panel_weights += (long)points * sources->taps * sources->channels * panel;
    }
  }
}

static void row_filtering_convolve(
    const kernel_convolution *shape, const float *x, const float *weights, const float *bias,
    const float *addend, kernel_activation activation, float *y, float *scratch, long begin,
    long end) {
  const row_sources sources = sources_in_input(shape, x);
  const row_outputs outputs = {y, shape->output_channels, bias, addend, activation};
  filter_rows(&sources, row_points(shape), weights, &outputs, scratch, begin, end);
}

static void row_filtering_convolve_transposed(
    const kernel_convolution *shape, const float *g, const float *weights, const float *bias,
    const float *addend, kernel_activation activation, float *x, float *scratch, long begin,
    long end) {
  const row_sources sources = sources_in_gradient(shape, g);
  const row_outputs outputs = {x, shape->input_channels, bias, addend, activation};
  filter_rows(&sources, row_points(shape), weights, &outputs, scratch, begin, end);
}
