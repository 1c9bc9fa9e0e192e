// Weight normalization (arXiv 1602.07868), over each output channel.

static void weight_norm(
    const float *v, const float *gain, long rows, int columns, float *w, float *norms, int begin,
    int end) {
  for (int o = begin; o < end; o++) norms[o] = 0;
  for (long k = 0; k < rows; k++) {
    for (int o = begin; o < end; o++) norms[o] += v[k * columns + o] * v[k * columns + o];
  }
  for (int o = begin; o < end; o++) norms[o] = sqrtf(norms[o]);
  for (long k = 0; k < rows; k++) {
    for (int o = begin; o < end; o++) w[k * columns + o] = v[k * columns + o] * (gain[o] / norms[o]);
  }
}

static void weight_norm_gradient(
    const float *v, const float *gain, const float *norms, const float *dw, long rows, int columns,
    float *dv, float *dgain, int begin, int end) {
  enum { BLOCK = 64 };
  for (int first = begin; first < end; first += BLOCK) {
    const int width = end - first < BLOCK ? end - first : BLOCK;
    float along[BLOCK] = {0};  // dw · v / ‖v‖, the part of dw along v
    for (long k = 0; k < rows; k++) {
      const float *a = dw + k * columns + first, *b = v + k * columns + first;
      for (int i = 0; i < width; i++) along[i] += a[i] * b[i];
    }
    float scale[BLOCK], pull[BLOCK];
    for (int i = 0; i < width; i++) {
      const float norm = norms[first + i];
      along[i] /= norm;
      dgain[first + i] += along[i];
      scale[i] = gain[first + i] / norm;
      pull[i] = along[i] / norm;
    }
    for (long k = 0; k < rows; k++) {
      const float *a = dw + k * columns + first, *b = v + k * columns + first;
      float *target = dv + k * columns + first;
      for (int i = 0; i < width; i++) target[i] += scale[i] * (a[i] - pull[i] * b[i]);
    }
  }
}
