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
static void pack(
    const float *weights, int taps, int inputs, int outputs, long tap_step, long input_step,
    long output_step, float *packed) {
  const kernel_table *table = kernel_table_active();
  int width;
  for (int o = 0; o < outputs; o += width) {
    width = panel_width(outputs - o, table);
    const int live = outputs - o < width ? outputs - o : width;
    for (int t = 0; t < taps; t++) {
      for (int c = 0; c < inputs; c++, packed += width) {
        const float *source = weights + t * tap_step + c * input_step + o * output_step;
        if (output_step == 1) {
          memcpy(packed, source, sizeof(float) * (unsigned)live);
        } else {
          for (int i = 0; i < live; i++) packed[i] = source[i * output_step];
        }
        memset(packed + live, 0, sizeof(float) * (unsigned)(width - live));
      }
    }
  }
}

void kernel_pack(const float *weights, int taps, int inputs, int outputs, float *packed) {
  pack(weights, taps, inputs, outputs, (long)inputs * outputs, outputs, 1, packed);
}

void kernel_pack_transposed(
    const float *weights, int taps, int inputs, int outputs, float *packed) {
  pack(weights, taps, inputs, outputs, (long)inputs * outputs, 1, inputs, packed);
}
