// The kernels for one instruction set. The including file defines VECTOR_WIDTH, PANEL_VECTORS,
// TILE_ROWS, TABLE and INSTRUCTION_SET, and MULTIPLY_PAIRS where there is an instruction for pairs of
// bfloat16; everything here is static to it.
#include <math.h>
#include <string.h>

#include "../KernelTable.h"
#include "../Philox.h"
#include "Vector.h"

#include "BFloat16.h"

#include "Tile.h"

#include "Convolution.h"
#include "WeightGradient.h"

#include "WinogradTransforms.h"

#include "WinogradTiles.h"

#include "WinogradConvolution.h"
#include "WinogradWeights.h"

#include "RowTransforms.h"

#include "RowFiltering.h"

#include "RowFilteringWeights.h"

#include "Elementwise.h"

#include "Attention.h"
#include "Normalization.h"
#include "Optimizer.h"
#include "Softmax.h"

const kernel_table TABLE = {
    .name = INSTRUCTION_SET,
#ifdef MULTIPLY_PAIRS
    .multiplies_bfloat16 = true,
#endif
    .pair_bfloat16 = pair_bfloat16,
    .pair_rows = pair_rows,
    .vector_width = VECTOR_WIDTH,
    .maximum_panel_vectors = PANEL_VECTORS,
    .convolve = convolve,
    .convolve_transposed = convolve_transposed,
    .convolution_weight_gradient = convolution_weight_gradient,
    .gathered_product = gathered_product,
    .winograd_transform_weights = winograd_transform_weights,
    .winograd_scratch_count = winograd_scratch_count,
    .winograd_convolve = winograd_convolve,
    .winograd_convolve_transposed = winograd_convolve_transposed,
    .winograd_chunk_tiles = winograd_chunk_tiles,
    .winograd_chunk_count = winograd_chunk_count,
    .winograd_transform_chunk = winograd_transform_chunk,
    .winograd_multiply_chunk = winograd_multiply_chunk,
    .winograd_weight_gradient = winograd_weight_gradient,
    .row_filtering_transform_weights = row_filtering_transform_weights,
    .row_filtering_scratch_count = row_filtering_scratch_count,
    .row_filtering_convolve = row_filtering_convolve,
    .row_filtering_convolve_transposed = row_filtering_convolve_transposed,
    .row_filtering_chunk_rows = row_filtering_chunk_rows,
    .row_filtering_chunk_count = row_filtering_chunk_count,
    .row_filtering_transform_chunk = row_filtering_transform_chunk,
    .row_filtering_multiply_chunk = row_filtering_multiply_chunk,
    .row_filtering_weight_gradient = row_filtering_weight_gradient,
    .activate = activate,
    .activation_gradient = activation_gradient,
    .add_scaled = add_scaled,
    .scale = scale_in_place,
    .gate = gate,
    .gate_gradient = gate_gradient,
    .dropout = dropout,
    .sum_of_squares = sum_of_squares,
    .squared_error = squared_error,
    .sum_rows = sum_rows,
    .index_of_largest = index_of_largest,
    .indices_not_below = indices_not_below,
    .softmax_cross_entropy = softmax_cross_entropy,
    .attend = attend,
    .attend_gradient = attend_gradient,
    .weight_norm = weight_norm,
    .weight_norm_gradient = weight_norm_gradient,
    .adam = adam,
};
