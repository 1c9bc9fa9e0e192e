#ifndef KERNELS_H
#define KERNELS_H

#include <stdbool.h>
#include <stdint.h>

// The hot loops. Every function works on the calling thread, over the part of the work it is given,
// and gives each output element the same sum in the same order however the work is divided: results
// do not depend on the number of threads. All tensors are dense float32, channels last.
//
// Buffers of floats must be readable for KERNEL_SLACK elements past their end: the last vector of a
// row is loaded whole and its surplus lanes are thrown away.
#define KERNEL_SLACK 16

// Input channels of a convolution: at least 1, and bounded by the row of zeros that stands for pixels
// outside.
#define KERNEL_MAXIMUM_CHANNELS 16384

// ---------------------------------------------------------------------------------------------
// Dispatch

/// The instruction set in use: "avx512bf16", "avx512", "avx2" or "plain". The best this processor has,
/// unless the environment variable VQVAE_KERNELS names another that it has.
const char *kernel_instruction_set(void);

/// Whether that set has an instruction that multiplies pairs of bfloat16, which are else taken apart: the
/// same bits, at no gain in time.
bool kernel_multiplies_bfloat16(void);

/// How many processors the calling thread may run on; 0 if the system does not tell, or has more than 1024.
int kernel_available_processors(void);

// ---------------------------------------------------------------------------------------------
// Convolution

/// What is done to an output element before it is stored.
typedef enum { KERNEL_IDENTITY, KERNEL_RELU, KERNEL_ELU } kernel_activation;

/// y[n, i, j, o] = activation( Σ_t Σ_c x[n, i·stride + row_t, j·stride + column_t, c] · w[t, c, o]
///                             + bias[o] + addend[n, i, j, o] )
///
/// Any set of taps: a rectangle makes an ordinary convolution (padding is in the offsets, which may
/// be negative), the past of a raster scan a causal one. Pixels outside the image are zero.
///
/// With `bfloat16`, what is multiplied are numbers of that type. What is summed over lies in pairs then,
/// each in the place of one float, and counts as so many channels: the inputs of `kernel_convolve`, the
/// outputs of `kernel_convolve_transposed`.
typedef struct {
  int images;
  int input_height, input_width, input_channels;
  int output_height, output_width, output_channels;
  int stride;
  int tap_count;
  const int *tap_rows, *tap_columns;
  bool bfloat16;
} kernel_convolution;

/// Outputs of a panel: packed weights have those of so many outputs together.
int kernel_panel_width(void);

/// Floats needed for the packed form of weights [taps, inputs, outputs].
long kernel_packed_count(int taps, int inputs, int outputs);

/// Packs weights w[taps, inputs, outputs] for `kernel_convolve`.
void kernel_pack(const float *weights, int taps, int inputs, int outputs, float *packed);

/// Packs weights w[taps, outputs, inputs] with the last two axes exchanged: for
/// `kernel_convolve_transposed`, whose inputs are the convolution's outputs.
void kernel_pack_transposed(
    const float *weights, int taps, int inputs, int outputs, float *packed);

/// Pairs of bfloat16 that so many channels make: the last is filled up with a zero.
static inline int kernel_pair_count(int channels) { return (channels + 1) / 2; }

/// x [rows, channels], rounded to bfloat16 and in pairs: pairs[rows, ⌈channels / 2⌉], the even channel in
/// the lower half. Rounds to nearest, ties to even; subnormal numbers become zero, as the processors'
/// instructions have it.
void kernel_pair_bfloat16(const float *x, long rows, int channels, float *pairs);

/// Packs weights for a convolution of bfloat16s: `kernel_pack` of ⌈inputs / 2⌉ inputs.
void kernel_pack_bfloat16(const float *weights, int taps, int inputs, int outputs, float *packed);

/// The same for `kernel_pack_transposed`.
void kernel_pack_bfloat16_transposed(
    const float *weights, int taps, int inputs, int outputs, float *packed);

/// The convolution, for output pixels begin..<end counted over images × height × width.
/// `bias` [outputs] and `addend` (as y) may be NULL.
void kernel_convolve(
    const kernel_convolution *shape, const float *x, const float *packed, const float *bias,
    const float *addend, kernel_activation activation, float *y, long begin, long end);

/// The adjoint of the convolution in x, and so also the transposed convolution: from g, laid out as
/// the convolution's y, to a tensor laid out as its x. `packed` comes from `kernel_pack_transposed`;
/// `bias` [input channels] may be NULL. Works for begin..<end of images × ⌈height / stride⌉, each of them
/// `stride` rows of x, fewer at the end of an image.
void kernel_convolve_transposed(
    const kernel_convolution *shape, const float *g, const float *packed, const float *bias,
    kernel_activation activation, float *x, long begin, long end);

/// Adds the derivative in w: dw[t, c, o] += Σ x[…, c] · g[…, o], for rows begin..<end of the
/// taps × input channels rows of dw. With the shape's `bfloat16`, x and g are floats as ever and are rounded on the
/// way.
void kernel_convolution_weight_gradient(
    const kernel_convolution *shape, const float *x, const float *g, float *dw, long begin,
    long end);

/// Rows that are gathered rather than laid out as an image: y[r] = activation(Σ_t x[r·taps + t] · w[t]
/// + bias + addend[r]), where `x` holds a pointer per row and tap, NULL for zeros. The same sums in
/// the same order as `kernel_convolve`: what a sampler computes position by position equals the
/// network's own pass. With `bfloat16`, `x` points to pairs and `inputs` counts them. Computes the outputs begin..<end: `begin` is a multiple of the panel's width, and
/// so is `end` where it is not the number of outputs that the weights were packed for.
void kernel_gathered_product(
    int rows, int taps, int inputs, bool bfloat16, const float *const *x, const float *packed,
    const float *bias, const float *const *addend, kernel_activation activation, float *const *y,
    int begin, int end);

// ---------------------------------------------------------------------------------------------
// Elementwise

/// y = activation(x)
void kernel_activate(kernel_activation activation, const float *x, float *y, long count);
/// g *= activation'(x), told from y = activation(x)
void kernel_activation_gradient(
    kernel_activation activation, const float *y, float *g, long count);
/// y += scale · x
void kernel_add_scaled(float scale, const float *x, float *y, long count);
/// y *= scale
void kernel_scale(float scale, float *y, long count);
/// y[r] = x[r, 0..<c] · sigmoid(x[r, c..<2c]) + shortcut[r]; `shortcut` may be NULL.
void kernel_gate(const float *x, const float *shortcut, float *y, long rows, int channels);
/// dx [rows, 2 channels] from g [rows, channels]
void kernel_gate_gradient(const float *x, const float *g, float *dx, long rows, int channels);
/// y = x · mask / (1 − rate): element i is kept when word i of the stream `key` is ≥ rate · 2³².
/// `first` is the index of x[0] in the stream.
void kernel_dropout(
    const float *x, float *y, long count, long first, float rate, uint64_t key);
/// Words of a counter-based stream (Philox 4×32, 10 rounds): word i depends on (key, i) alone.
void kernel_random_words(uint64_t key, uint64_t first_block, long blocks, uint32_t *words);
/// Σ x², in double precision.
double kernel_sum_of_squares(const float *x, long count);
/// Σ (x − y)², in double precision; dx = scale · (x − y) where `dx` is not NULL.
double kernel_squared_error(const float *x, const float *y, float scale, float *dx, long count);
/// sums[c] = Σ_r x[r, c]
void kernel_sum_rows(const float *x, long rows, int channels, float *sums);

// ---------------------------------------------------------------------------------------------
// Softmax, attention, normalization, optimizer

/// The index of the largest element, the first of equals; NaN is never it. 0 where there is none.
int kernel_index_of_largest(const float *x, int count);
/// Where the elements are that are not below `limit`, or NaN: ascending; returns how many.
int kernel_indices_not_below(float limit, const float *x, int count, int32_t *indices);

/// losses[r] = −log softmax(logits[r])[targets[r]] in nats;
/// gradients[r] = scale · (softmax(logits[r]) − onehot(targets[r])) unless NULL. May be in place.
void kernel_softmax_cross_entropy(
    const float *logits, const int32_t *targets, long rows, int classes, float scale,
    float *losses, float *gradients);

/// One query against `count` keys: out[d] = Σ_j softmax_j(scale · q · K_j) V_j[d]; zero when count is 0.
/// Keys and values are stored by dimension, kt[d · stride + j]; stride is a multiple of 16 not below
/// count; `weights` is scratch of `stride` floats and keeps the softmax.
void kernel_attend(
    const float *query, const float *kt, const float *vt, int count, int stride,
    int key_dimensions, int value_dimensions, float scale, float *weights, float *out);
/// The derivative of `kernel_attend`: adds to dq, dkt, dvt. `weights` as `kernel_attend` left it,
/// and overwritten.
void kernel_attend_gradient(
    const float *query, const float *kt, const float *vt, int count, int stride,
    int key_dimensions, int value_dimensions, float scale, float *weights, const float *g,
    float *dq, float *dkt, float *dvt);

/// w[k, o] = gain[o] · v[k, o] / ‖v[·, o]‖ for columns begin..<end; norms[o] = ‖v[·, o]‖.
void kernel_weight_norm(
    const float *v, const float *gain, long rows, int columns, float *w, float *norms, int begin,
    int end);
/// dv and dgain (both added to) from dw.
void kernel_weight_norm_gradient(
    const float *v, const float *gain, const float *norms, const float *dw, long rows, int columns,
    float *dv, float *dgain, int begin, int end);

/// One step of Adam (arXiv 1412.6980), bias correction folded into `rate` and `epsilon`:
/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − rate · m / (√v + epsilon), with g scaled first.
void kernel_adam(
    float *w, const float *g, float *m, float *v, long count, float gradient_scale, float rate,
    float beta1, float beta2, float epsilon);

#include "RowFiltering.h"
#include "Winograd.h"

#endif
