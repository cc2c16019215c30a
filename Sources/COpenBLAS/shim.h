// OpenBLAS as Debian packages it: CBLAS, its own run-time queries, and LAPACK by Fortran symbols
// (Debian's OpenBLAS carries LAPACK but not the LAPACKE C interface).
#ifndef SCALEBENCH_COPENBLAS_H
#define SCALEBENCH_COPENBLAS_H

#include <cblas.h>

// Cholesky factorisation of a symmetric positive definite matrix (LAPACK dpotrf).
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);
// Solves A X = B with the Cholesky factor from dpotrf (LAPACK dpotrs).
void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a, const int *lda, double *b,
             const int *ldb, int *info);

#endif
