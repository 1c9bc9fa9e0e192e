#include <string.h>

#include "KernelTable.h"

int kernel_panel_width(void) {
  const kernel_table *table = kernel_table_active();
  return table->vector_width * table->maximum_panel_vectors;
}

static int panel_width(int remaining, const kernel_table *table) {
  const int whole = kernel_panel_width();
  const int vectors = (remaining + table->vector_width - 1) / table->vector_width;
  return remaining >= whole ? whole : vectors * table->vector_width;
}

long kernel_packed_count(int taps, int inputs, int outputs) {
  const int width = kernel_table_active()->vector_width;
  return (long)taps * inputs * ((outputs + width - 1) / width * width);
}

// Element (tap, input, output) lies at weights[tap * tap_step + input * input_step +
// output * output_step].
typedef struct {
  const float *weights;
  int taps, inputs, outputs;
  long tap_step, input_step, output_step;
} unpacked;

static unpacked as_given(const float *weights, int taps, int inputs, int outputs) {
  return (unpacked){weights, taps, inputs, outputs, (long)inputs * outputs, outputs, 1};
}

static unpacked exchanged(const float *weights, int taps, int inputs, int outputs) {
  return (unpacked){weights, taps, inputs, outputs, (long)inputs * outputs, 1, inputs};
}

enum { WIDEST_PANEL = 64 };

// The weights of one input, or zeros where there is none.
static void copy_row(
    const unpacked *w, int tap, int input, int first_output, int live, float *row) {
  const float *source = w->weights + tap * w->tap_step + input * w->input_step +
                        first_output * w->output_step;
  if (input >= w->inputs) {
    memset(row, 0, sizeof(float) * (unsigned)live);
  } else if (w->output_step == 1) {
    memcpy(row, source, sizeof(float) * (unsigned)live);
  } else {
    for (int i = 0; i < live; i++) row[i] = source[i * w->output_step];
  }
}

static void pack(const unpacked w, bool bfloat16, float *packed) {
  const kernel_table *table = kernel_table_active();
  float lower[WIDEST_PANEL] = {0}, upper[WIDEST_PANEL] = {0};
  int width;
  for (int o = 0; o < w.outputs; o += width) {
    width = panel_width(w.outputs - o, table);
    const int live = w.outputs - o < width ? w.outputs - o : width;
    for (int t = 0; t < w.taps; t++) {
      for (int c = 0; c < w.inputs; c += bfloat16 ? 2 : 1, packed += width) {
        if (bfloat16) {
          copy_row(&w, t, c, o, live, lower);
          copy_row(&w, t, c + 1, o, live, upper);
          table->pair_rows(lower, upper, live, packed);
        } else {
          copy_row(&w, t, c, o, live, packed);
        }
        memset(packed + live, 0, sizeof(float) * (unsigned)(width - live));
      }
    }
  }
}

void kernel_pack(const float *weights, int taps, int inputs, int outputs, float *packed) {
  pack(as_given(weights, taps, inputs, outputs), false, packed);
}

void kernel_pack_transposed(
    const float *weights, int taps, int inputs, int outputs, float *packed) {
  pack(exchanged(weights, taps, inputs, outputs), false, packed);
}

void kernel_pack_bfloat16(
    const float *weights, int taps, int inputs, int outputs, float *packed) {
  pack(as_given(weights, taps, inputs, outputs), true, packed);
}

void kernel_pack_bfloat16_transposed(
    const float *weights, int taps, int inputs, int outputs, float *packed) {
  pack(exchanged(weights, taps, inputs, outputs), true, packed);
}
