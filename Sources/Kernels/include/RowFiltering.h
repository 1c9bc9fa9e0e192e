#ifndef ROW_FILTERING_H
#define ROW_FILTERING_H

#include "Kernels.h"

// Convolution by minimal filtering along the rows of a map alone: 4 neighbouring outputs of a filter
// with 3 or 5 taps are 6 or 8 multiplications instead of 12 or 20.
//
// That is for the rows above a pixel in a causal window. What an output is computed from lies in the
// rows of its taps and nowhere else, so nothing later reaches an output, not even its last bit; tiles
// that span rows, as those of Winograd.h, would read rows below their first. And the points of a row
// serve every row of taps that meets it.
//
// All of it is for one kind of shape: a rectangle of taps, 3 or 5 wide, row by row from any first offset,
// with a stride of 1, to outputs of the input's size. What an element becomes does not depend on the rows
// that are computed with it.

/// Whether a convolution has that shape, and is computed sooner in this form than directly: the same for
/// any number of images.
bool kernel_row_filtering_is_faster(const kernel_convolution *shape);

/// Floats needed for the weights of the convolution, or if `transposed` of its adjoint.
long kernel_row_filtering_weights_count(const kernel_convolution *shape, bool transposed);
/// Makes such weights from those that `kernel_pack` or, if `transposed`, `kernel_pack_transposed` made:
/// for elements begin..<end of one packed tap, of which there are kernel_packed_count(1, …). Both are
/// multiples of 16, or the end.
void kernel_row_filtering_transform_weights(
    const kernel_convolution *shape, const float *packed, bool transposed, float *weights,
    long begin, long end);

/// Floats of scratch that a call of the following two needs.
long kernel_row_filtering_scratch_count(const kernel_convolution *shape);
/// As `kernel_convolve`, for begin..<end of all images' rows. `addend` may be y.
void kernel_row_filtering_convolve(
    const kernel_convolution *shape, const float *x, const float *weights, const float *bias,
    const float *addend, kernel_activation activation, float *y, float *scratch, long begin,
    long end);
/// As `kernel_convolve_transposed`, with an addend besides, laid out as x, which it may be.
void kernel_row_filtering_convolve_transposed(
    const kernel_convolution *shape, const float *g, const float *weights, const float *bias,
    const float *addend, kernel_activation activation, float *x, float *scratch, long begin,
    long end);

// The derivative in the weights is a sum over chunks of rows, each of which is first transformed and
// then multiplied; the sum is transformed at the end.

/// How many rows make a chunk.
int kernel_row_filtering_chunk_rows(const kernel_convolution *shape);
/// Floats needed for a chunk.
long kernel_row_filtering_chunk_count(const kernel_convolution *shape);
/// Rows of the sum, each of as many floats as there are output channels.
long kernel_row_filtering_product_rows(const kernel_convolution *shape);
/// Transforms x and g for the chunk of `rows` rows from `first` on, counted over all images: a share of
/// the work for its rows begin..<end.
void kernel_row_filtering_transform_chunk(
    const kernel_convolution *shape, const float *x, const float *g, long first, int rows,
    float *chunk, int begin, int end);
/// Adds the products of that chunk to the sum, for its rows begin..<end; the first chunk begins the sum.
void kernel_row_filtering_multiply_chunk(
    const kernel_convolution *shape, const float *chunk, long first, int rows, bool is_first,
    float *products, long begin, long end);
/// The derivative from the sum, dw[t, c, o], for elements begin..<end of one tap.
void kernel_row_filtering_weight_gradient(
    const kernel_convolution *shape, const float *products, float *dw, long begin, long end);

#endif
