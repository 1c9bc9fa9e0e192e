#include "KernelTable.h"

// The public functions: each runs the version for the instruction set in use.

void kernel_pair_bfloat16(const float *x, long rows, int channels, float *pairs) {
  kernel_table_active()->pair_bfloat16(x, rows, channels, pairs);
}

void kernel_convolve(
    const kernel_convolution *shape, const float *x, const float *packed, const float *bias,
    const float *addend, kernel_activation activation, float *y, long begin, long end) {
  kernel_table_active()->convolve(shape, x, packed, bias, addend, activation, y, begin, end);
}

void kernel_convolve_transposed(
    const kernel_convolution *shape, const float *g, const float *packed, const float *bias,
    kernel_activation activation, float *x, long begin, long end) {
  kernel_table_active()->convolve_transposed(shape, g, packed, bias, activation, x, begin, end);
}

void kernel_convolution_weight_gradient(
    const kernel_convolution *shape, const float *x, const float *g, float *dw, long begin,
    long end) {
  kernel_table_active()->convolution_weight_gradient(shape, x, g, dw, begin, end);
}

void kernel_gathered_product(
    int rows, int taps, int inputs, bool bfloat16, const float *const *x, const float *packed,
    const float *bias, const float *const *addend, kernel_activation activation, float *const *y,
    int begin, int end) {
  kernel_table_active()->gathered_product(
      rows, taps, inputs, bfloat16, x, packed, bias, addend, activation, y, begin, end);
}

void kernel_winograd_transform_weights(
    const kernel_convolution *shape, const float *packed, bool transposed, float *weights,
    long begin, long end) {
  kernel_table_active()->winograd_transform_weights(
      shape, packed, transposed, weights, begin, end);
}

long kernel_winograd_scratch_count(const kernel_convolution *shape) {
  return kernel_table_active()->winograd_scratch_count(shape);
}

void kernel_winograd_convolve(
    const kernel_convolution *shape, const float *x, const float *weights, const float *bias,
    const float *addend, kernel_activation activation, float *y, float *scratch, long begin,
    long end) {
  kernel_table_active()->winograd_convolve(
      shape, x, weights, bias, addend, activation, y, scratch, begin, end);
}

void kernel_winograd_convolve_transposed(
    const kernel_convolution *shape, const float *g, const float *weights, const float *bias,
    kernel_activation activation, float *x, float *scratch, long begin, long end) {
  kernel_table_active()->winograd_convolve_transposed(
      shape, g, weights, bias, activation, x, scratch, begin, end);
}

int kernel_winograd_chunk_tiles(const kernel_convolution *shape) {
  return kernel_table_active()->winograd_chunk_tiles(shape);
}

long kernel_winograd_chunk_count(const kernel_convolution *shape) {
  return kernel_table_active()->winograd_chunk_count(shape);
}

void kernel_winograd_transform_chunk(
    const kernel_convolution *shape, const float *x, const float *g, long first, float *chunk,
    int begin, int end) {
  kernel_table_active()->winograd_transform_chunk(shape, x, g, first, chunk, begin, end);
}

void kernel_winograd_multiply_chunk(
    const kernel_convolution *shape, const float *chunk, int tiles, bool is_first,
    float *products, long begin, long end) {
  kernel_table_active()->winograd_multiply_chunk(
      shape, chunk, tiles, is_first, products, begin, end);
}

void kernel_winograd_weight_gradient(
    const kernel_convolution *shape, const float *products, float *dw, long begin, long end) {
  kernel_table_active()->winograd_weight_gradient(shape, products, dw, begin, end);
}

void kernel_row_filtering_transform_weights(
    const kernel_convolution *shape, const float *packed, bool transposed, float *weights,
    long begin, long end) {
  kernel_table_active()->row_filtering_transform_weights(
      shape, packed, transposed, weights, begin, end);
}

long kernel_row_filtering_scratch_count(const kernel_convolution *shape) {
  return kernel_table_active()->row_filtering_scratch_count(shape);
}

void kernel_row_filtering_convolve(
    const kernel_convolution *shape, const float *x, const float *weights, const float *bias,
    const float *addend, kernel_activation activation, float *y, float *scratch, long begin,
    long end) {
  kernel_table_active()->row_filtering_convolve(
      shape, x, weights, bias, addend, activation, y, scratch, begin, end);
}

void kernel_row_filtering_convolve_transposed(
    const kernel_convolution *shape, const float *g, const float *weights, const float *bias,
    const float *addend, kernel_activation activation, float *x, float *scratch, long begin,
    long end) {
  kernel_table_active()->row_filtering_convolve_transposed(
      shape, g, weights, bias, addend, activation, x, scratch, begin, end);
}

int kernel_row_filtering_chunk_rows(const kernel_convolution *shape) {
  return kernel_table_active()->row_filtering_chunk_rows(shape);
}

long kernel_row_filtering_chunk_count(const kernel_convolution *shape) {
  return kernel_table_active()->row_filtering_chunk_count(shape);
}

void kernel_row_filtering_transform_chunk(
    const kernel_convolution *shape, const float *x, const float *g, long first, int rows,
    float *chunk, int begin, int end) {
  kernel_table_active()->row_filtering_transform_chunk(
      shape, x, g, first, rows, chunk, begin, end);
}

void kernel_row_filtering_multiply_chunk(
    const kernel_convolution *shape, const float *chunk, long first, int rows, bool is_first,
    float *products, long begin, long end) {
  kernel_table_active()->row_filtering_multiply_chunk(
      shape, chunk, first, rows, is_first, products, begin, end);
}

void kernel_row_filtering_weight_gradient(
    const kernel_convolution *shape, const float *products, float *dw, long begin, long end) {
  kernel_table_active()->row_filtering_weight_gradient(shape, products, dw, begin, end);
}

void kernel_activate(kernel_activation activation, const float *x, float *y, long count) {
  kernel_table_active()->activate(activation, x, y, count);
}

void kernel_activation_gradient(
    kernel_activation activation, const float *y, float *g, long count) {
  kernel_table_active()->activation_gradient(activation, y, g, count);
}

void kernel_add_scaled(float scale, const float *x, float *y, long count) {
  kernel_table_active()->add_scaled(scale, x, y, count);
}

void kernel_scale(float scale, float *y, long count) {
  kernel_table_active()->scale(scale, y, count);
}

void kernel_gate(const float *x, const float *shortcut, float *y, long rows, int channels) {
  kernel_table_active()->gate(x, shortcut, y, rows, channels);
}

void kernel_gate_gradient(const float *x, const float *g, float *dx, long rows, int channels) {
  kernel_table_active()->gate_gradient(x, g, dx, rows, channels);
}

void kernel_dropout(const float *x, float *y, long count, long first, float rate, uint64_t key) {
  kernel_table_active()->dropout(x, y, count, first, rate, key);
}

double kernel_sum_of_squares(const float *x, long count) {
  return kernel_table_active()->sum_of_squares(x, count);
}

double kernel_squared_error(const float *x, const float *y, float scale, float *dx, long count) {
  return kernel_table_active()->squared_error(x, y, scale, dx, count);
}

void kernel_sum_rows(const float *x, long rows, int channels, float *sums) {
  kernel_table_active()->sum_rows(x, rows, channels, sums);
}

int kernel_index_of_largest(const float *x, int count) {
  return kernel_table_active()->index_of_largest(x, count);
}

int kernel_indices_not_below(float limit, const float *x, int count, int32_t *indices) {
  return kernel_table_active()->indices_not_below(limit, x, count, indices);
}

void kernel_softmax_cross_entropy(
    const float *logits, const int32_t *targets, long rows, int classes, float scale, float *losses,
    float *gradients) {
  kernel_table_active()->softmax_cross_entropy(
      logits, targets, rows, classes, scale, losses, gradients);
}

void kernel_attend(
    const float *query, const float *kt, const float *vt, int count, int stride, int key_dimensions,
    int value_dimensions, float scale, float *weights, float *out) {
  kernel_table_active()->attend(
      query, kt, vt, count, stride, key_dimensions, value_dimensions, scale, weights, out);
}

void kernel_attend_gradient(
    const float *query, const float *kt, const float *vt, int count, int stride, int key_dimensions,
    int value_dimensions, float scale, float *weights, const float *g, float *dq, float *dkt,
    float *dvt) {
  kernel_table_active()->attend_gradient(
      query, kt, vt, count, stride, key_dimensions, value_dimensions, scale, weights, g, dq, dkt,
      dvt);
}

void kernel_weight_norm(
    const float *v, const float *gain, long rows, int columns, float *w, float *norms, int begin,
    int end) {
  kernel_table_active()->weight_norm(v, gain, rows, columns, w, norms, begin, end);
}

void kernel_weight_norm_gradient(
    const float *v, const float *gain, const float *norms, const float *dw, long rows, int columns,
    float *dv, float *dgain, int begin, int end) {
  kernel_table_active()->weight_norm_gradient(
      v, gain, norms, dw, rows, columns, dv, dgain, begin, end);
}

void kernel_adam(
    float *w, const float *g, float *m, float *v, long count, float gradient_scale, float rate,
    float beta1, float beta2, float epsilon) {
  kernel_table_active()->adam(w, g, m, v, count, gradient_scale, rate, beta1, beta2, epsilon);
}
