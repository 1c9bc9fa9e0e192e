// Direct convolution and its adjoint in the input. Both visit output pixels on a lattice and gather
// input pixels at a lattice of their own:
//   output (l·output_step + output_offset), input (l·input_step + tap offset).
// A convolution steps through the input by its stride. Its adjoint splits the output into stride²
// phases; a phase meets just the taps that fall on it, so no zero is ever multiplied.
//
// Measured on a core where sgemm reaches 102 GFLOP/s, in GFLOP/s of the pixels that are inside the image;
// the first four are a prior's causal windows of 22 taps:
//
//                             AVX-512              AVX2
//                             forward   adjoint    forward   adjoint
//   128→128 at 16×16          103       101        101       100
//   128→256 at 16×16          103       104        100       98
//   256→512 at 16×16          104       103        70        94
//   128→128 at 8×8            91        90         47        48
//   1×1, 128→512 at 16×16     82        101        98        65
//   1×1, 32→128 at 16×16      66        89         75        89
//   3×3, 128→32 at 4×4        77        73         78        77

typedef struct {
  int output_step, output_row, output_column;  // where the lattice lies in the output
  int input_step;
  int lattice_height, lattice_width;
  int taps;
  int tap_rows[MAXIMUM_TAPS], tap_columns[MAXIMUM_TAPS], tap_indices[MAXIMUM_TAPS];
} lattice;

typedef struct {
  const float *input;
  int input_height, input_width, input_channels;
  float *output;
  int output_height, output_width, output_channels;
  const float *packed, *bias, *addend;
  int taps_packed;
  bool bfloat16;
  kernel_activation activation;
} gather;

static void convolve_lattice(const gather *g, const lattice *l, long begin, long end) {
  const float *inputs[MAXIMUM_TAPS * TILE_ROWS];
  const float *addends[TILE_ROWS];
  float *outputs[TILE_ROWS];
  const int area = l->lattice_height * l->lattice_width;
  int image = (int)(begin / area), row = (int)(begin % area) / l->lattice_width;
  int column = (int)(begin % area) % l->lattice_width;
  for (long pixel = begin; pixel < end;) {
    const int rows = end - pixel < TILE_ROWS ? (int)(end - pixel) : TILE_ROWS;
    for (int r = 0; r < TILE_ROWS; r++) {
      if (r >= rows) {
        for (int t = 0; t < l->taps; t++) inputs[t * TILE_ROWS + r] = zeros;
        continue;
      }
      const float *plane =
          g->input + (long)image * g->input_height * g->input_width * g->input_channels;
      for (int t = 0; t < l->taps; t++) {
        const int y = row * l->input_step + l->tap_rows[t];
        const int x = column * l->input_step + l->tap_columns[t];
        const bool inside =
            (unsigned)y < (unsigned)g->input_height && (unsigned)x < (unsigned)g->input_width;
        inputs[t * TILE_ROWS + r] =
            inside ? plane + ((long)y * g->input_width + x) * g->input_channels : zeros;
      }
      const long target = ((long)image * g->output_height + row * l->output_step + l->output_row) *
                              g->output_width +
                          column * l->output_step + l->output_column;
      outputs[r] = g->output + target * g->output_channels;
      if (g->addend != NULL) addends[r] = g->addend + target * g->output_channels;
      if (++column == l->lattice_width) {
        column = 0;
        if (++row == l->lattice_height) {
          row = 0;
          image++;
        }
      }
    }
    tile_panels(
        rows, l->taps, g->input_channels, g->bfloat16, 0, g->output_channels, inputs, g->packed,
        g->taps_packed, l->tap_indices, g->bias, g->addend == NULL ? NULL : addends, g->activation, outputs);
    pixel += rows;
  }
}

static void convolve(
    const kernel_convolution *shape, const float *x, const float *packed, const float *bias,
    const float *addend, kernel_activation activation, float *y, long begin, long end) {
  const gather g = {
      .input = x, .input_height = shape->input_height, .input_width = shape->input_width,
      .input_channels = shape->input_channels, .output = y, .output_height = shape->output_height,
      .output_width = shape->output_width, .output_channels = shape->output_channels,
      .packed = packed, .bias = bias, .addend = addend, .taps_packed = shape->tap_count,
      .bfloat16 = shape->bfloat16, .activation = activation};
  lattice l = {
      .output_step = 1, .input_step = shape->stride, .lattice_height = shape->output_height,
      .lattice_width = shape->output_width, .taps = shape->tap_count};
  for (int t = 0; t < shape->tap_count; t++) {
    l.tap_rows[t] = shape->tap_rows[t];
    l.tap_columns[t] = shape->tap_columns[t];
    l.tap_indices[t] = t;
  }
  convolve_lattice(&g, &l, begin, end);
}

// The first pixel of a lattice in row `row` of all images, of `rows` rows each: phases of an odd image
// lack the last one.
INLINE long first_pixel(const lattice *l, int rows, long row) {
  const long inside = row % rows;
  const long image_rows = inside < l->lattice_height ? inside : l->lattice_height;
  return (row / rows * l->lattice_height + image_rows) * l->lattice_width;
}

static void convolve_transposed(
    const kernel_convolution *shape, const float *gradient, const float *packed, const float *bias,
    kernel_activation activation, float *x, long begin, long end) {
  const gather g = {
      .input = gradient, .input_height = shape->output_height, .input_width = shape->output_width,
      .input_channels = shape->output_channels, .output = x, .output_height = shape->input_height,
      .output_width = shape->input_width, .output_channels = shape->input_channels,
      .packed = packed, .bias = bias, .taps_packed = shape->tap_count, .bfloat16 = shape->bfloat16,
      .activation = activation};
  const int stride = shape->stride, rows = (shape->input_height + stride - 1) / stride;
  for (int phase = 0; phase < stride * stride; phase++) {
    lattice l = {
        .output_step = stride, .output_row = phase / stride, .output_column = phase % stride,
        .input_step = 1};
    l.lattice_height = (shape->input_height - l.output_row + stride - 1) / stride;
    l.lattice_width = (shape->input_width - l.output_column + stride - 1) / stride;
    for (int t = 0; t < shape->tap_count; t++) {
      const int row = l.output_row - shape->tap_rows[t];
      const int column = l.output_column - shape->tap_columns[t];
      if (row % stride != 0 || column % stride != 0) continue;
      l.tap_rows[l.taps] = row / stride;
      l.tap_columns[l.taps] = column / stride;
      l.tap_indices[l.taps] = t;
      l.taps++;
    }
    // An image smaller than the stride lacks some phases.
    if (l.lattice_height == 0 || l.lattice_width == 0) continue;
    convolve_lattice(&g, &l, first_pixel(&l, rows, begin), first_pixel(&l, rows, end));
  }
}

static void gathered_product(
    int rows, int taps, int inputs, bool bfloat16, const float *const *x, const float *packed,
    const float *bias, const float *const *addend, kernel_activation activation, float *const *y,
    int begin, int end) {
  int tap_indices[MAXIMUM_TAPS];
  for (int t = 0; t < taps; t++) tap_indices[t] = t;
  for (int first = 0; first < rows; first += TILE_ROWS) {
    const int live = rows - first < TILE_ROWS ? rows - first : TILE_ROWS;
    const float *pointers[MAXIMUM_TAPS * TILE_ROWS];
    for (int r = 0; r < TILE_ROWS; r++) {
      for (int t = 0; t < taps; t++) {
        const float *source = r < live ? x[(long)(first + r) * taps + t] : NULL;
        pointers[t * TILE_ROWS + r] = source == NULL ? zeros : source;
      }
    }
    tile_panels(
        live, taps, inputs, bfloat16, begin, end, pointers, packed, taps, tap_indices, bias,
        addend == NULL ? NULL : addend + first, activation, y + first);
  }
}
