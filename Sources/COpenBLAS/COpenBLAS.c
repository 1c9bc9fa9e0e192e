#include "COpenBLAS.h"

#include <cblas.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static __typeof__(cblas_sgemm) *sgemm;
static __typeof__(openblas_set_num_threads) *set_thread_count;
static __typeof__(openblas_get_corename) *core_name;
// LAPACK's interface is Fortran's, and its C header is not in every OpenBLAS package.
static void (*dsyevd)(
    const char *vectors, const char *triangle, const int *size, double *matrix, const int *stride,
    double *values, double *work, const int *work_count, int *integers, const int *integer_count,
    int *info);

// The core types name sets of sgemm kernels: these two need just the features tested for.
static void choose_core_type(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    setenv("OPENBLAS_CORETYPE", "Haswell", 0);
  }
#endif
}

const char *openblas_load(void) {
  static char failure[512];
  choose_core_type();
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(failure, sizeof failure, "cannot load OpenBLAS: %s; install libopenblas-dev", dlerror());
    return failure;
  }
  sgemm = (__typeof__(sgemm))dlsym(library, "cblas_sgemm");
  set_thread_count = (__typeof__(set_thread_count))dlsym(library, "openblas_set_num_threads");
  core_name = (__typeof__(core_name))dlsym(library, "openblas_get_corename");
  dsyevd = (__typeof__(dsyevd))dlsym(library, "dsyevd_");
  if (sgemm == NULL || set_thread_count == NULL || core_name == NULL || dsyevd == NULL) {
    return "libopenblas.so.0 is not OpenBLAS; install libopenblas-dev";
  }
  set_thread_count(1);
  return NULL;
}

const char *openblas_kernel_name(void) { return core_name(); }

void openblas_sgemm(
    bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
    const float *b, int ldb, float beta, float *c, int ldc) {
  sgemm(
      CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
      transpose_b ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

bool openblas_symmetric_eigenvalues(bool with_vectors, int size, double *matrix, double *values) {
  // The least that LAPACK's documentation asks for; columns there are rows here.
  size_t n = (size_t)size;
  size_t work_count = with_vectors ? 1 + 6 * n + 2 * n * n : 2 * n + 1;
  size_t integer_count = with_vectors ? 3 + 5 * n : 1;
  double *work = malloc(work_count * sizeof *work);
  int *integers = malloc(integer_count * sizeof *integers);
  int info = -1;
  if (work != NULL && integers != NULL) {
    dsyevd(
        with_vectors ? "V" : "N", "U", &size, matrix, &size, values, work, &(int){(int)work_count},
        integers, &(int){(int)integer_count}, &info);
  }
  free(work);
  free(integers);
  return info == 0;
}
