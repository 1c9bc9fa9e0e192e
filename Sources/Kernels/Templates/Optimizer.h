static void adam(
    float *w, const float *g, float *m, float *v, long count, float gradient_scale, float rate,
    float beta1, float beta2, float epsilon) {
  for (long i = 0; i < count; i++) {
    const float gradient = g[i] * gradient_scale;
    m[i] = beta1 * m[i] + (1 - beta1) * gradient;
    v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient;
    w[i] -= rate * m[i] / (__builtin_sqrtf(v[i]) + epsilon);
  }
}
