// Each lane keeps the first of its largest; the first of all of those is the answer.
static int index_of_largest(const float *x, int count) {
  vector largest = broadcast(-INFINITY);
  integers places = {}, here;
  for (int i = 0; i < VECTOR_WIDTH; i++) here[i] = i;
  for (int i = 0; i < count; i += VECTOR_WIDTH, here += VECTOR_WIDTH) {
    const integers is_larger = (load(x + i) > largest) & (here < count);
    largest = choose(is_larger, load(x + i), largest);
    places = (here & is_larger) | (places & ~is_larger);
  }
  int best = 0;
  for (int i = 1; i < VECTOR_WIDTH; i++) {
    const bool is_earlier = largest[i] == largest[best] && places[i] < places[best];
    if (largest[i] > largest[best] || is_earlier) best = i;
  }
  return places[best];
}

// Few elements are expected: a vector without any is passed over whole.
static int indices_not_below(float limit, const float *x, int count, int32_t *indices) {
  int found = 0;
  for (int i = 0; i < count; i += VECTOR_WIDTH) {
    const integers is_below = load(x + i) < limit;
    if (__builtin_reduce_and(is_below)) continue;
    for (int j = i; j < count && j < i + VECTOR_WIDTH; j++) {
      if (!(x[j] < limit)) indices[found++] = j;
    }
  }
  return found;
}

// Each row is read into the cache once; loss and gradient leave together. With 512 classes 7 GB/s a core,
// most of it exponentials.

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
