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
static bool has_bfloat16(void) { return has_avx512() && __builtin_cpu_supports("avx512bf16"); }
static bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

static const kernel_table *choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const struct {
    const kernel_table *table;
    bool is_there;
  } best_first[] = {
      {&kernel_table_avx512bf16, has_bfloat16()},
      {&kernel_table_avx512, has_avx512()},
      {&kernel_table_avx2, has_avx2()},
      {&kernel_table_plain, true},
  };
  const char *wish = getenv("VQVAE_KERNELS");
  const kernel_table *best = NULL;
  for (unsigned i = 0; i < sizeof best_first / sizeof best_first[0]; i++) {
    if (!best_first[i].is_there) continue;
    if (best == NULL) best = best_first[i].table;
    if (wish != NULL && strcmp(wish, best_first[i].table->name) == 0) return best_first[i].table;
  }
  return best;
#else
  return &kernel_table_plain;
#endif
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

const char *kernel_instruction_set(void) { return kernel_table_active()->name; }

bool kernel_multiplies_bfloat16(void) { return kernel_table_active()->multiplies_bfloat16; }

void kernel_random_words(uint64_t key, uint64_t first_block, long blocks, uint32_t *words) {
  for (long b = 0; b < blocks; b++) philox(key, first_block + (uint64_t)b, words + 4 * b);
}
