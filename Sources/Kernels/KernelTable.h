#ifndef KERNEL_TABLE_H
#define KERNEL_TABLE_H

#include "Kernels.h"

/// The functions of one instruction set. Each source file Instructions*.c compiles the same
/// templates for its own vector width and fills one of these.
typedef struct {
  const char *name;
  bool multiplies_bfloat16;
  int vector_width;
  int maximum_panel_vectors;
  __typeof__(kernel_pair_bfloat16) *pair_bfloat16;
  void (*pair_rows)(const float *lower, const float *upper, int count, float *pairs);
  __typeof__(kernel_convolve) *convolve;
  __typeof__(kernel_convolve_transposed) *convolve_transposed;
  __typeof__(kernel_convolution_weight_gradient) *convolution_weight_gradient;
  __typeof__(kernel_gathered_product) *gathered_product;
  __typeof__(kernel_winograd_transform_weights) *winograd_transform_weights;
  __typeof__(kernel_winograd_scratch_count) *winograd_scratch_count;
  __typeof__(kernel_winograd_convolve) *winograd_convolve;
  __typeof__(kernel_winograd_convolve_transposed) *winograd_convolve_transposed;
  __typeof__(kernel_winograd_chunk_tiles) *winograd_chunk_tiles;
  __typeof__(kernel_winograd_chunk_count) *winograd_chunk_count;
  __typeof__(kernel_winograd_transform_chunk) *winograd_transform_chunk;
  __typeof__(kernel_winograd_multiply_chunk) *winograd_multiply_chunk;
  __typeof__(kernel_winograd_weight_gradient) *winograd_weight_gradient;
  __typeof__(kernel_row_filtering_transform_weights) *row_filtering_transform_weights;
  __typeof__(kernel_row_filtering_scratch_count) *row_filtering_scratch_count;
  __typeof__(kernel_row_filtering_convolve) *row_filtering_convolve;
  __typeof__(kernel_row_filtering_convolve_transposed) *row_filtering_convolve_transposed;
  __typeof__(kernel_row_filtering_chunk_rows) *row_filtering_chunk_rows;
  __typeof__(kernel_row_filtering_chunk_count) *row_filtering_chunk_count;
  __typeof__(kernel_row_filtering_transform_chunk) *row_filtering_transform_chunk;
  __typeof__(kernel_row_filtering_multiply_chunk) *row_filtering_multiply_chunk;
  __typeof__(kernel_row_filtering_weight_gradient) *row_filtering_weight_gradient;
  __typeof__(kernel_activate) *activate;
  __typeof__(kernel_activation_gradient) *activation_gradient;
  __typeof__(kernel_add_scaled) *add_scaled;
  __typeof__(kernel_scale) *scale;
  __typeof__(kernel_gate) *gate;
  __typeof__(kernel_gate_gradient) *gate_gradient;
  __typeof__(kernel_dropout) *dropout;
  __typeof__(kernel_sum_of_squares) *sum_of_squares;
  __typeof__(kernel_squared_error) *squared_error;
  __typeof__(kernel_sum_rows) *sum_rows;
  __typeof__(kernel_index_of_largest) *index_of_largest;
  __typeof__(kernel_indices_not_below) *indices_not_below;
  __typeof__(kernel_softmax_cross_entropy) *softmax_cross_entropy;
  __typeof__(kernel_attend) *attend;
  __typeof__(kernel_attend_gradient) *attend_gradient;
  __typeof__(kernel_weight_norm) *weight_norm;
  __typeof__(kernel_weight_norm_gradient) *weight_norm_gradient;
  __typeof__(kernel_adam) *adam;
} kernel_table;

extern const kernel_table kernel_table_plain;
#if defined(__x86_64__)
extern const kernel_table kernel_table_avx2;
extern const kernel_table kernel_table_avx512;
extern const kernel_table kernel_table_avx512bf16;
#endif

/// The table in use; chosen once, on first call.
const kernel_table *kernel_table_active(void);

#endif
