#include "KernelTable.h"
#include "Rectangle.h"

// What minimal filtering along rows needs, and when it is worth it.

enum { TILE_WIDTH = 4, WIDEST_MAP = 384 };

static int filter_width(const kernel_convolution *shape) {
  int width = 1;
  while (width < shape->tap_count && shape->tap_rows[width] == shape->tap_rows[0]) width++;
  return width;
}

static int points(const kernel_convolution *shape) {
  return filter_width(shape) + TILE_WIDTH - 1;
}

static bool is_rectangle_of_taps(const kernel_convolution *shape) {
  const int width = filter_width(shape);
  return (width == 3 || width == 5) && shape->stride == 1 && taps_are_rectangle(shape, width) &&
         shape->output_height == shape->input_height && shape->output_width == shape->input_width;
}

// Measured: transforms take as long as the products save where there are few channels, or where tiles
// reach far beyond the image.
bool kernel_row_filtering_is_faster(const kernel_convolution *shape) {
  const int inputs = shape->input_channels, outputs = shape->output_channels;
  if (!is_rectangle_of_taps(shape) || inputs < 12 || outputs < 12) return false;
  if (shape->input_width > WIDEST_MAP || (long)inputs * outputs > 512 * 512) return false;
  const int tiles = (shape->output_width + TILE_WIDTH - 1) / TILE_WIDTH;
  const long direct = pairs_inside(
      shape->output_width, shape->input_width, 1, shape->tap_columns[0], filter_width(shape));
  return 2 * direct >= 3 * tiles * points(shape);
}

long kernel_row_filtering_weights_count(const kernel_convolution *shape, bool transposed) {
  return kernel_packed_count(
      shape->tap_count / filter_width(shape) * points(shape),
      transposed ? shape->output_channels : shape->input_channels,
      transposed ? shape->input_channels : shape->output_channels);
}

long kernel_row_filtering_product_rows(const kernel_convolution *shape) {
  return (long)shape->tap_count / filter_width(shape) * points(shape) * shape->input_channels;
}
