#ifndef WINOGRAD_H
#define WINOGRAD_H

#include "Kernels.h"

// Convolution by Winograd's minimal filtering (arXiv 1509.09308): a quarter of the multiplications, or
// 0.39 of them, for errors about twice those of the direct form.
//
// All of it is for one kind of shape: a square of 3×3 taps with a stride of 1, or of 4×4 with a stride of
// 2, row by row from any first offset, to ⌈input / stride⌉ outputs. Outputs come in tiles of 4×4, the
// last of a row or column in part; adjoints come in the same tiles, stride × stride times as large. What
// an element becomes does not depend on the tiles that are computed with it.

/// Whether a convolution has that shape, and is computed sooner in this form than directly. It may be
/// faster for many images and not for one: the answer is the same, so that an image's result is.
bool kernel_winograd_is_faster(const kernel_convolution *shape);
/// The same for the derivative in the weights, which needs many tiles to be worth its end.
bool kernel_winograd_weight_gradient_is_faster(const kernel_convolution *shape);

/// How many tiles all images have.
long kernel_winograd_tiles(const kernel_convolution *shape);

/// Floats needed for the weights of the convolution, or if `transposed` of its adjoint.
long kernel_winograd_weights_count(const kernel_convolution *shape, bool transposed);
/// Makes such weights from those that `kernel_pack` or, if `transposed`, `kernel_pack_transposed` made:
/// for elements begin..<end of one packed tap, of which there are kernel_packed_count(1, …). Both are
/// multiples of 16, or the end.
void kernel_winograd_transform_weights(
    const kernel_convolution *shape, const float *packed, bool transposed, float *weights,
    long begin, long end);

/// Floats of scratch that a call of the following two needs.
long kernel_winograd_scratch_count(const kernel_convolution *shape);
/// As `kernel_convolve`, for tiles begin..<end.
void kernel_winograd_convolve(
    const kernel_convolution *shape, const float *x, const float *weights, const float *bias,
    const float *addend, kernel_activation activation, float *y, float *scratch, long begin,
    long end);
/// As `kernel_convolve_transposed`, for tiles begin..<end.
void kernel_winograd_convolve_transposed(
    const kernel_convolution *shape, const float *g, const float *weights, const float *bias,
    kernel_activation activation, float *x, float *scratch, long begin, long end);

// The derivative in the weights is a sum over chunks of tiles, each of which is first transformed and
// then multiplied; the sum is transformed at the end.

/// How many tiles make a chunk, at most 96.
int kernel_winograd_chunk_tiles(const kernel_convolution *shape);
/// Floats needed for a chunk.
long kernel_winograd_chunk_count(const kernel_convolution *shape);
/// Rows of the sum, each of as many floats as there are output channels.
long kernel_winograd_product_rows(const kernel_convolution *shape);
/// Transforms x and g of tiles begin..<end of the chunk whose first tile is `first`.
void kernel_winograd_transform_chunk(
    const kernel_convolution *shape, const float *x, const float *g, long first, float *chunk,
    int begin, int end);
/// Adds the products of a chunk's first `tiles` tiles to the sum, for its rows begin..<end; the first
/// chunk begins the sum.
void kernel_winograd_multiply_chunk(
    const kernel_convolution *shape, const float *chunk, int tiles, bool is_first,
    float *products, long begin, long end);
/// The derivative from the sum, dw[t, c, o], for elements begin..<end of one tap.
void kernel_winograd_weight_gradient(
    const kernel_convolution *shape, const float *products, float *dw, long begin, long end);

#endif
