// From maps of pixels to the points of minimal filtering, tile by tile.
//
// A tile is a square of 4×4 outputs. It sees a window of 6×6 inputs for 3×3 taps. A stride of 2 splits a
// map in its four phases, as if it had four times the channels, and 4×4 taps into 2×2 for each phase:
// four windows of 5×5.

#define WINOGRAD_PHASES 4  // at most
#define WINOGRAD_SQUARE (WINOGRAD_POINTS * WINOGRAD_POINTS)

INLINE int winograd_points(const kernel_convolution *shape) { return shape->stride == 1 ? 6 : 5; }
INLINE int winograd_squares(const kernel_convolution *shape) {
  return winograd_points(shape) * winograd_points(shape);
}
INLINE int winograd_phases(const kernel_convolution *shape) {
  return shape->stride * shape->stride;
}
INLINE int whole_vectors(int channels) {
  return (channels + VECTOR_WIDTH - 1) / VECTOR_WIDTH * VECTOR_WIDTH;
}

// Where a tile lies: its image, and its first row and column.
typedef struct {
  int image, row, column;
} tile_place;

INLINE tile_place place_of_tile(const kernel_convolution *shape, long tile) {
  const int down = (shape->output_height + WINOGRAD_OUTPUTS - 1) / WINOGRAD_OUTPUTS;
  const int across = (shape->output_width + WINOGRAD_OUTPUTS - 1) / WINOGRAD_OUTPUTS;
  const int inside = (int)(tile % ((long)down * across));
  return (tile_place){
      (int)(tile / ((long)down * across)), inside / across * WINOGRAD_OUTPUTS,
      inside % across * WINOGRAD_OUTPUTS};
}

// The windows of a tile: in each phase of a map, a square of pixels `step` apart whose corner is `rows`
// and `columns` away from `step` times the tile's place.
typedef struct {
  const float *map;
  int height, width, channels;
  int side, step;
  int phases, rows[WINOGRAD_PHASES], columns[WINOGRAD_PHASES];
} tile_windows;

static tile_windows input_windows(const kernel_convolution *shape, const float *x) {
  tile_windows windows = {
      .map = x, .height = shape->input_height, .width = shape->input_width,
      .channels = shape->input_channels, .side = winograd_points(shape), .step = shape->stride,
      .phases = winograd_phases(shape)};
  for (int phase = 0; phase < windows.phases; phase++) {
    windows.rows[phase] = shape->tap_rows[0] + phase / shape->stride;
    windows.columns[phase] = shape->tap_columns[0] + phase % shape->stride;
  }
  return windows;
}

static tile_windows gradient_windows(const kernel_convolution *shape, const float *g) {
  return (tile_windows){
      .map = g, .height = shape->output_height, .width = shape->output_width,
      .channels = shape->output_channels, .side = WINOGRAD_OUTPUTS, .step = 1, .phases = 1};
}

typedef const float *window_pixels[WINOGRAD_SQUARE];

// Pixels outside the map are zeros.
static void find_window(
    const kernel_convolution *shape, const tile_windows *windows, long tile, int phase,
    window_pixels pixels) {
  const tile_place place = place_of_tile(shape, tile);
  const int height = windows->height, width = windows->width;
  const float *plane = windows->map + (long)place.image * height * width * windows->channels;
  for (int i = 0; i < windows->side; i++) {
    for (int j = 0; j < windows->side; j++) {
      const int y = (place.row + i) * windows->step + windows->rows[phase];
      const int x = (place.column + j) * windows->step + windows->columns[phase];
      const bool inside = (unsigned)y < (unsigned)height && (unsigned)x < (unsigned)width;
      pixels[i * windows->side + j] =
          inside ? plane + ((long)y * width + x) * windows->channels : zeros;
    }
  }
}

// Point k of channel c goes to target[k · point_step + c]. The next window is fetched meanwhile: no
// processor foresees as many streams as a window has pixels.
INLINE void transform_window(
    along_axis *matrix, const int points, const int side, const window_pixels pixels,
    const window_pixels next, int channels, float *target, long point_step) {
  for (int c = 0; c < channels; c += VECTOR_WIDTH) {
    vector window[WINOGRAD_SQUARE], result[WINOGRAD_SQUARE];
#pragma clang loop unroll(full)
    for (int i = 0; i < side * side; i++) {
      window[i] = load(pixels[i] + c);
      __builtin_prefetch(next[i] + c);
    }
    along_both_axes(matrix, points, side, points, window, result);
#pragma clang loop unroll(full)
    for (int k = 0; k < points * points; k++) store(target + k * point_step + c, result[k]);
  }
}

// Where the points of the windows go.
typedef struct {
  float *values;
  long tile_step, phase_step, point_step;
} point_layout;

INLINE void transform_windows(
    along_axis *matrix, const int points, const int side, const kernel_convolution *shape,
    const tile_windows *windows, long first_tile, int tiles, point_layout to) {
  window_pixels pixels[2];
  find_window(shape, windows, first_tile, 0, pixels[0]);
  const int phases = windows->phases;
  for (int i = 0; i < tiles * phases; i++) {
    const int next = i + 1 < tiles * phases ? i + 1 : i;
    find_window(shape, windows, first_tile + next / phases, next % phases, pixels[(i + 1) % 2]);
    transform_window(
        matrix, points, side, pixels[i % 2], pixels[(i + 1) % 2], windows->channels,
        to.values + i / phases * to.tile_step + i % phases * to.phase_step, to.point_step);
  }
}

static void transform_inputs(
    const kernel_convolution *shape, const tile_windows *windows, long first_tile, int tiles,
    point_layout to) {
  if (winograd_points(shape) == 6) {
    transform_windows(inputs_at_points, 6, 6, shape, windows, first_tile, tiles, to);
  } else {
    transform_windows(inputs_at_points, 5, 5, shape, windows, first_tile, tiles, to);
  }
}

static void transform_gradients(
    const kernel_convolution *shape, const tile_windows *windows, long first_tile, int tiles,
    point_layout to) {
  if (winograd_points(shape) == 6) {
    transform_windows(gradients_at_points, 6, 4, shape, windows, first_tile, tiles, to);
  } else {
    transform_windows(gradients_at_points, 5, 4, shape, windows, first_tile, tiles, to);
  }
}
