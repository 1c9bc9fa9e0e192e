#if defined(__x86_64__)

// 32 registers of 16 floats: a tile of 6 pixels × 64 channels holds 24 sums, 4 weights, 1 input.
#define VECTOR_WIDTH 16
#define PANEL_VECTORS 4
#define TILE_ROWS 6
#define TABLE kernel_table_avx512
#define INSTRUCTION_SET "avx512"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#include "Templates/Table.h"
#pragma clang attribute pop

#endif
