#if defined(__x86_64__)

// As AVX-512, and pairs of bfloat16 are multiplied by an instruction: twice the products.
#define VECTOR_WIDTH 16
#define PANEL_VECTORS 4
#define TILE_ROWS 6
#define TABLE kernel_table_avx512bf16
#define INSTRUCTION_SET "avx512bf16"

typedef __bf16 bfloats __attribute__((vector_size(64)));
#define MULTIPLY_PAIRS(sum, x, w) __builtin_ia32_dpbf16ps_512(sum, (bfloats)(x), (bfloats)(w))

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,avx2,fma"))), \
    apply_to = function)
#include "Templates/Table.h"
#pragma clang attribute pop

#endif
