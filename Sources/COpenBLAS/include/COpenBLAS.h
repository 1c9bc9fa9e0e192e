#ifndef COPENBLAS_H
#define COPENBLAS_H

#include <stdbool.h>

/// Loads OpenBLAS with the kernels this processor deserves, single-threaded.
///
/// OpenBLAS picks its kernels in its constructor and falls back, silently, to ones several times
/// slower on processors newer than itself. `OPENBLAS_CORETYPE` overrides the choice but is read
/// only there, so the library is loaded at run time, after the variable is set.
/// A value the user has set is respected.
///
/// Returns a line that says what failed, or NULL once the library is ready. Call it once, before
/// any other function of this header.
const char *openblas_load(void);

/// The kernels OpenBLAS chose, for example "SkylakeX". Valid after `openblas_load`.
const char *openblas_kernel_name(void);

/// C[m, n] = alpha · op(A)[m, k] · op(B)[k, n] + beta · C, row-major, on the calling thread.
void openblas_sgemm(
    bool transpose_a, bool transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
    const float *b, int ldb, float beta, float *c, int ldc);

/// The eigenvalues of a symmetric matrix [size, size], in double precision and ascending, by LAPACK's
/// `dsyevd`. `matrix` is overwritten: with `with_vectors`, its rows become the unit eigenvectors.
/// False if there is no memory for it or the iteration does not converge.
bool openblas_symmetric_eigenvalues(bool with_vectors, int size, double *matrix, double *values);

#endif
