// Convolution and its adjoint by minimal filtering.
//
// A block of tiles at a time, the windows of its inputs go to the points; each point has a product of
// its own over phases and channels, in the register tile of the direct kernel; the outputs come back
// from the points, where bias, addend and activation join them. The adjoint of a stride of 2 has four
// phases of output, each a convolution with 2×2 taps.
//
// Measured on a core with AVX-512 where sgemm reaches 101 GFLOP/s and the direct kernels 95 to 108, in
// direct-form GFLOP/s, weights included (in parentheses, what is really multiplied, of sgemm's):
//
//   3×3                 forward      adjoint      weights
//   128→128 at 16×16    295 (73 %)   300 (74 %)   270 (67 %)
//   128→128 at 64×64    310 (77 %)   320 (79 %)   300 (74 %)
//   128→32 at 16×16     250 (62 %)   210 (52 %)   230 (57 %)
//   64→128 at 8×8       220 (54 %)   250 (62 %)   215 (53 %)
//   4×4, stride 2
//   64→128 from 128×128 209 (81 %)   180 (70 %)   185 (72 %)
//   64→128 from 32×32   200 (77 %)   185 (72 %)   175 (68 %)
//   128→64 from 16×16   170 (66 %)   150 (58 %)   140 (54 %)
//
// The rest goes to the transforms; the products themselves run at the direct kernels' speed.

// As many tiles at a time as have their points in so many floats, within the second-level cache; but
// enough of them to make use of the weights, which come from farther away.
#define WINOGRAD_BLOCK 98304
#define WINOGRAD_FEWEST_TILES (2 * TILE_ROWS)
#define WINOGRAD_MOST_TILES (8 * TILE_ROWS)

// From the points of one tile to those of the next. Not a power of two apart, many tiles have room in
// the first-level cache together.
INLINE long tile_step(int points, int channels) {
  return (long)points * whole_vectors(channels) + VECTOR_WIDTH;
}

INLINE int panel_width(int outputs) {
  return outputs < PANEL_WIDTH ? whole_vectors(outputs) : PANEL_WIDTH;
}

// `phases` and `inputs` are those of the windows.
static int tiles_of_block(int phases, int squares, int inputs, int outputs) {
  const long tile =
      tile_step(phases * squares, inputs) + tile_step(squares, panel_width(outputs));
  const long tiles = WINOGRAD_BLOCK / tile / TILE_ROWS * TILE_ROWS;
  return tiles < WINOGRAD_FEWEST_TILES ? WINOGRAD_FEWEST_TILES
         : tiles > WINOGRAD_MOST_TILES ? WINOGRAD_MOST_TILES
                                       : (int)tiles;
}

static long scratch_of_block(int phases, int squares, int inputs, int outputs) {
  return tiles_of_block(phases, squares, inputs, outputs) *
         (tile_step(phases * squares, inputs) + tile_step(squares, panel_width(outputs)));
}

static long winograd_scratch_count(const kernel_convolution *shape) {
  const int squares = winograd_squares(shape);
  const int inputs = shape->input_channels, outputs = shape->output_channels;
  const long forwards = scratch_of_block(winograd_phases(shape), squares, inputs, outputs);
  const long backwards = scratch_of_block(1, squares, outputs, inputs);
  return forwards > backwards ? forwards : backwards;
}

// Where the outputs of the tiles go: every `step`-th pixel of a map, from `row` and `column`.
typedef struct {
  float *map;
  int height, width, channels;
  int step, row, column;
  const float *bias, *addend;
  kernel_activation activation;
} tile_outputs;

// The products of one panel: [tiles][points][panel] from windows [tiles][phases][points][channels] and
// weights [phases][points][channels][panel].
static void multiply_points(
    const tile_windows *windows, int squares, const float *points, int tiles, const float *weights,
    int vectors, float *products) {
  const int depth = whole_vectors(windows->channels), width = vectors * VECTOR_WIDTH;
  const long from = tile_step(windows->phases * squares, depth), to = tile_step(squares, width);
  const tile_end end = {NULL, KERNEL_IDENTITY, width};
  for (int k = 0; k < squares; k++) {
    const float *inputs[WINOGRAD_PHASES * TILE_ROWS], *point_weights[WINOGRAD_PHASES];
    float *outputs[TILE_ROWS];
    for (int phase = 0; phase < windows->phases; phase++) {
      point_weights[phase] = weights + (long)(phase * squares + k) * windows->channels * width;
    }
    for (int first = 0; first < tiles; first += TILE_ROWS) {
      const int rows = tiles - first < TILE_ROWS ? tiles - first : TILE_ROWS;
      for (int r = 0; r < TILE_ROWS; r++) {
        const int tile = r < rows ? first + r : first;
        for (int phase = 0; phase < windows->phases; phase++) {
          inputs[phase * TILE_ROWS + r] = points + tile * from + (phase * squares + k) * depth;
        }
        outputs[r] = products + tile * to + k * width;
      }
      tile_functions[vectors](
          rows, windows->phases, windows->channels, inputs, point_weights, end, NULL, outputs);
    }
  }
}

// The outputs of one tile for `channels` channels from `first_channel`, from products [points][panel].
INLINE void finish_tile(
    const int points, const tile_outputs *outputs, tile_place place, int first_channel,
    int channels, const float *products, int panel) {
  const int rows = (outputs->height - outputs->row + outputs->step - 1) / outputs->step;
  const int columns = (outputs->width - outputs->column + outputs->step - 1) / outputs->step;
  for (int c = 0; c < channels; c += VECTOR_WIDTH) {
    vector at_points[WINOGRAD_SQUARE], result[WINOGRAD_OUTPUTS * WINOGRAD_OUTPUTS];
#pragma clang loop unroll(full)
    for (int k = 0; k < points * points; k++) at_points[k] = load(products + k * panel + c);
    along_both_axes(outputs_from_points, points, points, WINOGRAD_OUTPUTS, at_points, result);
    const int channel = first_channel + c;
    const vector bias = outputs->bias == NULL ? (vector){} : load(outputs->bias + channel);
    for (int i = 0; i < WINOGRAD_OUTPUTS && place.row + i < rows; i++) {
      const long y = (long)place.image * outputs->height +
                     (place.row + i) * outputs->step + outputs->row;
      for (int j = 0; j < WINOGRAD_OUTPUTS && place.column + j < columns; j++) {
        const long x = (place.column + j) * outputs->step + outputs->column;
        const long target = (y * outputs->width + x) * outputs->channels + channel;
        vector value = result[i * WINOGRAD_OUTPUTS + j] + bias;
        if (outputs->addend != NULL) value += load(outputs->addend + target);
        store_first(outputs->map + target, activated(outputs->activation, value), channels - c);
      }
    }
  }
}

// `phase` is the first of the weights' phases that the windows meet.
static void filter_tiles(
    const kernel_convolution *shape, const tile_windows *windows, const float *weights, int phase,
    const tile_outputs *outputs, float *scratch, long begin, long end) {
  const int points = winograd_points(shape), squares = winograd_squares(shape);
  const int inputs = windows->channels, depth = whole_vectors(inputs);
  const int block = tiles_of_block(windows->phases, squares, inputs, outputs->channels);
  const point_layout layout = {
      scratch, tile_step(windows->phases * squares, depth), (long)squares * depth, depth};
  float *products = scratch + block * layout.tile_step;
  for (long first = begin; first < end; first += block) {
    const int tiles = end - first < block ? (int)(end - first) : block;
    transform_inputs(shape, windows, first, tiles, layout);
    const float *panel_weights = weights;
    for (int o = 0; o < outputs->channels; o += PANEL_WIDTH) {
      const int channels =
          outputs->channels - o < PANEL_WIDTH ? outputs->channels - o : PANEL_WIDTH;
      const int panel = panel_width(channels);
      const long point = (long)inputs * panel;
      multiply_points(
          windows, squares, scratch, tiles, panel_weights + phase * squares * point,
          panel / VECTOR_WIDTH, products);
      for (int i = 0; i < tiles; i++) {
        const tile_place place = place_of_tile(shape, first + i);
        const float *product = products + i * tile_step(squares, panel);
        if (points == 6) {
          finish_tile(6, outputs, place, o, channels, product, panel);
        } else {
          finish_tile(5, outputs, place, o, channels, product, panel);
        }
      }
      panel_weights += winograd_phases(shape) * squares * point;
    }
  }
}

static void winograd_convolve(
    const kernel_convolution *shape, const float *x, const float *weights, const float *bias,
    const float *addend, kernel_activation activation, float *y, float *scratch, long begin,
    long end) {
  const tile_windows windows = input_windows(shape, x);
  const tile_outputs outputs = {
      .map = y, .height = shape->output_height, .width = shape->output_width,
      .channels = shape->output_channels, .step = 1, .bias = bias, .addend = addend,
      .activation = activation};
  filter_tiles(shape, &windows, weights, 0, &outputs, scratch, begin, end);
}

// Along one axis, the phase of the taps that reach output phase `phase` of the adjoint, and the corner
// of the window they read.
INLINE int adjoint_phase(int stride, int first_tap, int phase, int *corner) {
  const int taps = stride == 1 ? 3 : 2, distance = phase - first_tap;
  const int tap_phase = (distance % stride + stride) % stride;
  *corner = (distance - tap_phase) / stride - (taps - 1);
  return tap_phase;
}

static void winograd_convolve_transposed(
    const kernel_convolution *shape, const float *g, const float *weights, const float *bias,
    kernel_activation activation, float *x, float *scratch, long begin, long end) {
  const int stride = shape->stride;
  for (int phase = 0; phase < winograd_phases(shape); phase++) {
    const tile_outputs outputs = {
        .map = x, .height = shape->input_height, .width = shape->input_width,
        .channels = shape->input_channels, .step = stride, .row = phase / stride,
        .column = phase % stride, .bias = bias, .activation = activation};
    tile_windows windows = gradient_windows(shape, g);
    windows.side = winograd_points(shape);
    const int row = adjoint_phase(stride, shape->tap_rows[0], outputs.row, &windows.rows[0]);
    const int column =
        adjoint_phase(stride, shape->tap_columns[0], outputs.column, &windows.columns[0]);
    filter_tiles(
        shape, &windows, weights, row * stride + column, &outputs, scratch, begin, end);
  }
}
