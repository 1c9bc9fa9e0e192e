// The derivative of a convolution in its weights: for each tap, inputsᵀ · gradients over all pixels.
// A tile holds a few input channels × a panel of output channels in registers and runs down a list of
// pixel pairs: at once as many as a sum over a batch is divided into, so that its parts are summed in
// registers and the weights, which may be far larger than the caches, are passed over once for each.
//
// Measured on a core where sgemm reaches 102 GFLOP/s: 99 to 102 for a prior's causal windows of 128 or 256
// channels at 16×16 and 94 at 8×8, 83 to 97 for 1×1, 90 for 3×3 at 4×4.

#define PAIRS 1024

INLINE void outer_tile(
    const int channels, const int vectors, const bool bfloat16, int pairs,
    const float *const *inputs, int first_channel, const float *const *gradients, int first_output,
    int width, float *dw, int dw_stride) {
  vector sums[TILE_ROWS][PANEL_VECTORS];
  for (int c = 0; c < channels; c++) {
    for (int v = 0; v < vectors; v++) sums[c][v] = (vector){};
  }
  for (int p = 0; p < pairs; p++) {
    const float *x = inputs[p] + first_channel;
    const float *g = gradients[p] + first_output;
    vector row[PANEL_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) row[v] = load(g + v * VECTOR_WIDTH);
#pragma clang loop unroll(full)
    for (int c = 0; c < channels; c++) {
      vector value = broadcast(x[c]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        sums[c][v] = multiply_add(bfloat16, sums[c][v], value, row[v]);
      }
    }
  }
  for (int c = 0; c < channels; c++) {
    for (int v = 0; v < vectors; v++) {
      float *target = dw + (long)c * dw_stride + v * VECTOR_WIDTH;
      const int live = width - v * VECTOR_WIDTH;
      store_first(target, sums[c][v] + load_first(target, live), live);
    }
  }
}

INLINE void outer_tiles_of_vectors(
    const int vectors, const bool bfloat16, int first, int end, int pairs,
    const float *const *inputs, const float *const *gradients, int first_output, int width,
    float *dw, int dw_stride) {
#define OUTER(count) \
  outer_tile(count, vectors, bfloat16, pairs, inputs, c, gradients, first_output, width, \
             dw + (long)c * dw_stride + first_output, dw_stride)
  int c = first;
  for (; c + TILE_ROWS <= end; c += TILE_ROWS) OUTER(TILE_ROWS);
  for (; c + 2 <= end; c += 2) OUTER(2);
  for (; c < end; c++) OUTER(1);
#undef OUTER
}

INLINE void outer_product_of(
    const bool bfloat16, int first, int end, int pairs, const float *const *inputs,
    const float *const *gradients, int outputs, float *dw) {
  for (int o = 0; o < outputs; o += PANEL_WIDTH) {
    const int width = outputs - o < PANEL_WIDTH ? outputs - o : PANEL_WIDTH;
#define PANEL(vectors) \
  outer_tiles_of_vectors( \
      vectors, bfloat16, first, end, pairs, inputs, gradients, o, width, dw, outputs)
    switch ((width + VECTOR_WIDTH - 1) / VECTOR_WIDTH) {
      case 1: PANEL(1); break;
      case 2: PANEL(2); break;
#if PANEL_VECTORS == 4
      case 3: PANEL(3); break;
      default: PANEL(4); break;
#endif
    }
#undef PANEL
  }
}

static void outer_product(
    int first, int end, int pairs, const float *const *inputs, const float *const *gradients,
    int outputs, float *dw) {
  outer_product_of(false, first, end, pairs, inputs, gradients, outputs, dw);
}

#define PAIRED_FLOATS (1 << 16)

// The same of bfloat16s. The sum is over pixels, so neighbours in the list are put into pairs: as many of
// them at a time as there is room for, which the shape alone decides.
static void bfloat16_outer_product(
    int first, int end, int pairs, const float *const *inputs, const float *const *gradients,
    int channels, int outputs, float *dw) {
  float room[PAIRED_FLOATS + KERNEL_SLACK];
  const float *paired_inputs[PAIRS / 2], *paired_gradients[PAIRS / 2];
  const int row = (channels + outputs + 2 * KERNEL_SLACK) / KERNEL_SLACK * KERNEL_SLACK;
  const int fit = PAIRED_FLOATS / row < PAIRS / 2 ? PAIRED_FLOATS / row : PAIRS / 2;
  for (int done = 0; done < pairs; done += 2 * fit) {
    int count = 0;
    for (int p = done; p < pairs && count < fit; p += 2, count++) {
      float *x = room + (long)count * row;
      float *g = x + (channels + KERNEL_SLACK - 1) / KERNEL_SLACK * KERNEL_SLACK;
      const bool is_alone = p + 1 == pairs;
      pair_rows(
          inputs[p] + first, is_alone ? zeros : inputs[p + 1] + first, end - first, x + first);
      pair_rows(gradients[p], is_alone ? zeros : gradients[p + 1], outputs, g);
      paired_inputs[count] = x;
      paired_gradients[count] = g;
    }
    outer_product_of(true, first, end, count, paired_inputs, paired_gradients, outputs, dw);
  }
}

static void convolution_weight_gradient(
    const kernel_convolution *shape, const float *x, const float *g, float *dw, long begin,
    long end) {
  const int channels = shape->input_channels, outputs = shape->output_channels;
  const long output_rows = (long)shape->images * shape->output_height;
  const float *inputs[PAIRS], *gradients[PAIRS];
  for (long chunk = 0; chunk < output_rows * shape->output_width; chunk += PAIRS) {
    for (int t = (int)(begin / channels); (long)t * channels < end; t++) {
      const long tap_row = (long)t * channels;
      const int first = tap_row < begin ? (int)(begin - tap_row) : 0;
      const int last = end - tap_row < channels ? (int)(end - tap_row) : channels;
      int pairs = 0;
      long pixel = chunk;
      int column = (int)(pixel % shape->output_width);
      long row = pixel / shape->output_width;
      int y = (int)(row % shape->output_height);
      int image = (int)(row / shape->output_height);
      for (int i = 0; i < PAIRS && row < output_rows; i++, pixel++) {
        const int input_y = y * shape->stride + shape->tap_rows[t];
        const int input_x = column * shape->stride + shape->tap_columns[t];
        if ((unsigned)input_y < (unsigned)shape->input_height &&
            (unsigned)input_x < (unsigned)shape->input_width) {
          inputs[pairs] = x + (((long)image * shape->input_height + input_y) * shape->input_width +
                               input_x) * channels;
          gradients[pairs] = g + pixel * outputs;
          pairs++;
        }
        if (++column == shape->output_width) {
          column = 0;
          row++;
          if (++y == shape->output_height) {
            y = 0;
            image++;
          }
        }
      }
      if (pairs == 0) continue;
      float *sum = dw + tap_row * outputs;
      if (shape->bfloat16) {
        bfloat16_outer_product(first, last, pairs, inputs, gradients, channels, outputs, sum);
      } else {
        outer_product(first, last, pairs, inputs, gradients, outputs, sum);
      }
    }
  }
}
