#include "KernelTable.h"
#include "Rectangle.h"

// What minimal filtering needs, and when it is worth it.

enum { TILE_SIDE = 4 };

static int phases(const kernel_convolution *shape) { return shape->stride * shape->stride; }
static int points(const kernel_convolution *shape) { return shape->stride == 1 ? 36 : 25; }

static bool is_square_of_taps(const kernel_convolution *shape) {
  const int side = shape->stride == 1 ? 3 : 4;
  if ((shape->stride != 1 && shape->stride != 2) || shape->tap_count != side * side) return false;
  if (!taps_are_rectangle(shape, side)) return false;
  return shape->output_height == (shape->input_height + shape->stride - 1) / shape->stride &&
         shape->output_width == (shape->input_width + shape->stride - 1) / shape->stride;
}

static long tiles_of_image(const kernel_convolution *shape) {
  return (long)((shape->output_height + TILE_SIDE - 1) / TILE_SIDE) *
         ((shape->output_width + TILE_SIDE - 1) / TILE_SIDE);
}

// Measured: transforms take as long as the products save where there are few channels, or where tiles
// reach far beyond the image; and weights far beyond the caches are read too often. A single tile per
// image leaves too little to share the transform of the weights.
bool kernel_winograd_is_faster(const kernel_convolution *shape) {
  const int inputs = shape->input_channels, outputs = shape->output_channels;
  if (!is_square_of_taps(shape) || inputs < 12 || outputs < 12) return false;
  if ((long)inputs * outputs > 512 * 512 || tiles_of_image(shape) < 4) return false;
  const int side = shape->stride == 1 ? 3 : 4;
  const long direct =
      pairs_inside(
          shape->output_height, shape->input_height, shape->stride, shape->tap_rows[0], side) *
      pairs_inside(
          shape->output_width, shape->input_width, shape->stride, shape->tap_columns[0], side);
  return 2 * direct >= 3 * tiles_of_image(shape) * points(shape) * phases(shape);
}

bool kernel_winograd_weight_gradient_is_faster(const kernel_convolution *shape) {
  return kernel_winograd_is_faster(shape) && kernel_winograd_tiles(shape) >= 32;
}

long kernel_winograd_tiles(const kernel_convolution *shape) {
  return shape->images * tiles_of_image(shape);
}

long kernel_winograd_weights_count(const kernel_convolution *shape, bool transposed) {
  return kernel_packed_count(
      phases(shape) * points(shape), transposed ? shape->output_channels : shape->input_channels,
      transposed ? shape->input_channels : shape->output_channels);
}

long kernel_winograd_product_rows(const kernel_convolution *shape) {
  return (long)phases(shape) * points(shape) * shape->input_channels;
}
