#ifndef RECTANGLE_H
#define RECTANGLE_H

#include "Kernels.h"

// What the two forms of minimal filtering ask of a convolution.

/// Whether the taps are a rectangle so wide, row by row from any first offset.
static inline bool taps_are_rectangle(const kernel_convolution *shape, int width) {
  if (shape->tap_count % width != 0) return false;
  for (int t = 0; t < shape->tap_count; t++) {
    if (shape->tap_rows[t] != shape->tap_rows[0] + t / width ||
        shape->tap_columns[t] != shape->tap_columns[0] + t % width) {
      return false;
    }
  }
  return true;
}

/// How many pairs of an output and a tap along one axis lie inside the image.
static inline long pairs_inside(int outputs, int inputs, int stride, int first_tap, int taps) {
  long pairs = 0;
  for (int i = 0; i < outputs; i++) {
    for (int t = 0; t < taps; t++) {
      const int input = i * stride + first_tap + t;
      if (input >= 0 && input < inputs) pairs++;
    }
  }
  return pairs;
}

#endif
