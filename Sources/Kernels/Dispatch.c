#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "KernelTable.h"
#include "Philox.h"

#if defined(__x86_64__)
static bool has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
static bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

static const kernel_table *choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const char *wish = getenv("VQVAE_KERNELS");
  const bool plain = wish != NULL && strcmp(wish, "plain") == 0;
  const bool avx2 = wish != NULL && strcmp(wish, "avx2") == 0;
  if (has_avx512() && !avx2 && !plain) return &kernel_table_avx512;
  if (has_avx2() && !plain) return &kernel_table_avx2;
#endif
  return &kernel_table_plain;
}

const kernel_table *kernel_table_active(void) {
  static _Atomic(const kernel_table *) active;
  const kernel_table *table = atomic_load_explicit(&active, memory_order_relaxed);
  if (table == NULL) {
    table = choose();
    atomic_store_explicit(&active, table, memory_order_relaxed);
  }
  return table;
}

const char *kernel_instruction_set(void) {
  switch (kernel_table_active()->vector_width) {
    case 16: return "avx512";
    case 8: return "avx2";
    default: return "plain";
  }
}

void kernel_random_words(uint64_t key, uint64_t first_block, long blocks, uint32_t *words) {
  for (long b = 0; b < blocks; b++) philox(key, first_block + (uint64_t)b, words + 4 * b);
}
