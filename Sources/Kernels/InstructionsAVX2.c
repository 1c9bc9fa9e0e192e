#if defined(__x86_64__)

// 16 registers of 8 floats: a tile of 6 pixels × 16 channels holds 12 sums, 2 weights, 1 input.
#define VECTOR_WIDTH 8
#define PANEL_VECTORS 2
#define TILE_ROWS 6
#define TABLE kernel_table_avx2
#define INSTRUCTION_SET "avx2"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "Templates/Table.h"
#pragma clang attribute pop

#endif
