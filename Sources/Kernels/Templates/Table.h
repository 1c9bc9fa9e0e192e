// The kernels for one instruction set. The including file defines VECTOR_WIDTH, PANEL_VECTORS,
// TILE_ROWS and TABLE; everything here is static to it.
#include <math.h>
#include <string.h>

#include "../KernelTable.h"
#include "../Philox.h"
#include "Vector.h"

#include "Tile.h"

#include "Convolution.h"
#include "WeightGradient.h"

#include "Elementwise.h"

#include "Attention.h"
#include "Normalization.h"
#include "Optimizer.h"
#include "Softmax.h"

const kernel_table TABLE = {
    .vector_width = VECTOR_WIDTH,
    .maximum_panel_vectors = PANEL_VECTORS,
    .convolve = convolve,
    .convolve_transposed = convolve_transposed,
    .convolution_weight_gradient = convolution_weight_gradient,
    .gathered_product = gathered_product,
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
    .softmax_cross_entropy = softmax_cross_entropy,
    .attend = attend,
    .attend_gradient = attend_gradient,
    .weight_norm = weight_norm,
    .weight_norm_gradient = weight_norm_gradient,
    .adam = adam,
};
