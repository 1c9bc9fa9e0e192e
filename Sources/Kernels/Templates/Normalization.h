// Weight normalization (arXiv 1602.07868), over each output channel: 18 to 26 GB/s a core, and 8 GB/s for
// the derivative, which passes over its columns twice.

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
  // Some vectors of columns at a time: what lies together in memory comes together.
  enum { VECTORS = 4 };
  for (int first = begin; first < end; first += VECTORS * VECTOR_WIDTH) {
    vector along[VECTORS] = {};  // dw · v / ‖v‖, the part of dw along v
    vector scale[VECTORS], pull[VECTORS];
    for (long k = 0; k < rows; k++) {
      for (int i = 0, o = first; i < VECTORS && o < end; i++, o += VECTOR_WIDTH) {
        const long place = k * columns + o;
        along[i] += load_first(dw + place, end - o) * load_first(v + place, end - o);
      }
    }
    for (int i = 0, o = first; i < VECTORS && o < end; i++, o += VECTOR_WIDTH) {
      const vector norm = load_first(norms + o, end - o);
      along[i] /= norm;
      store_first(dgain + o, load_first(dgain + o, end - o) + along[i], end - o);
      scale[i] = load_first(gain + o, end - o) / norm;
      pull[i] = along[i] / norm;
    }
    for (long k = 0; k < rows; k++) {
      for (int i = 0, o = first; i < VECTORS && o < end; i++, o += VECTOR_WIDTH) {
        const long place = k * columns + o;
        const vector change =
            scale[i] * (load_first(dw + place, end - o) - pull[i] * load_first(v + place, end - o));
        store_first(dv + place, load_first(dv + place, end - o) + change, end - o);
      }
    }
  }
}
