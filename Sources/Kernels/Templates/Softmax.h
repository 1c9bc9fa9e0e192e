// Each row is read into the cache once; loss and gradient leave together.

static void softmax_cross_entropy(
    const float *logits, const int32_t *targets, long rows, int classes, float scale,
    float *losses, float *gradients) {
  for (long r = 0; r < rows; r++) {
    const float *row = logits + r * classes;
    float peak = row[0];
    for (int c = 1; c < classes; c++) peak = row[c] > peak ? row[c] : peak;
    const float target_logit = row[targets[r]];
    vector total = {};
    for (int c = 0; c < classes; c += VECTOR_WIDTH) {
      const int live = classes - c < VECTOR_WIDTH ? classes - c : VECTOR_WIDTH;
      vector weight = exponential(load_first(row + c, live) - peak);
      for (int i = live; i < VECTOR_WIDTH; i++) weight[i] = 0;
      total += weight;
    }
    const float normalizer = sum(total);
    losses[r] = logf(normalizer) + peak - target_logit;
    if (gradients == NULL) continue;
    float *gradient = gradients + r * classes;
    for (int c = 0; c < classes; c += VECTOR_WIDTH) {
      const int live = classes - c < VECTOR_WIDTH ? classes - c : VECTOR_WIDTH;
      const vector weight = exponential(load_first(row + c, live) - peak);
      store_first(gradient + c, weight * (scale / normalizer), live);
    }
    gradient[targets[r]] -= scale;
  }
}
