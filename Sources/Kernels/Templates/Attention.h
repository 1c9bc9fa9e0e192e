// Attention of one query over the keys before it. Keys and values lie by dimension, so every loop runs
// along the keys in whole vectors and nothing that the mask hides is computed.
//
// Measured on a core where sgemm reaches 102 GFLOP/s, with 256 keys: 35 of 8 dimensions and 43 of 64, with
// the derivative 43 and 29. All of it is a hundredth of a prior's step.

static void attend(
    const float *query, const float *kt, const float *vt, int count, int stride,
    int key_dimensions, int value_dimensions, float scale, float *weights, float *out) {
  if (count == 0) {
    memset(out, 0, sizeof(float) * (unsigned)value_dimensions);
    return;
  }
  vector largest = broadcast(-INFINITY);
  for (int j = 0; j < count; j += VECTOR_WIDTH) {
    vector score = {};
    for (int d = 0; d < key_dimensions; d++) {
      score += broadcast(query[d]) * load(kt + (long)d * stride + j);
    }
    score *= scale;
    for (int i = count - j; i < VECTOR_WIDTH; i++) score[i] = -INFINITY;
    largest = maximum(largest, score);
    store(weights + j, score);
  }
  float peak = largest[0];
  for (int i = 1; i < VECTOR_WIDTH; i++) peak = largest[i] > peak ? largest[i] : peak;
  vector total = {};
  for (int j = 0; j < count; j += VECTOR_WIDTH) {
    vector weight = exponential(load(weights + j) - peak);
    for (int i = count - j; i < VECTOR_WIDTH; i++) weight[i] = 0;
    total += weight;
    store(weights + j, weight);
  }
  const float normalizer = 1.0f / sum(total);
  for (int j = 0; j < count; j += VECTOR_WIDTH) {
    store(weights + j, load(weights + j) * normalizer);
  }
  for (int d = 0; d < value_dimensions; d++) {
    vector result = {};
    for (int j = 0; j < count; j += VECTOR_WIDTH) {
      result += load(weights + j) * load(vt + (long)d * stride + j);
    }
    out[d] = sum(result);
  }
}

static void attend_gradient(
    const float *query, const float *kt, const float *vt, int count, int stride,
    int key_dimensions, int value_dimensions, float scale, float *weights, const float *g,
    float *dq, float *dkt, float *dvt) {
  // d score_j = p_j (a_j − Σ_i p_i a_i) with a_j = g · V_j.
  vector mean = {};
  for (int j = 0; j < count; j += VECTOR_WIDTH) {
    vector a = {};
    for (int d = 0; d < value_dimensions; d++) {
      a += broadcast(g[d]) * load(vt + (long)d * stride + j);
    }
    mean += a * load(weights + j);
  }
  const float average = sum(mean);
  for (int j = 0; j < count; j += VECTOR_WIDTH) {
    const vector weight = load(weights + j);
    vector a = {};
    for (int d = 0; d < value_dimensions; d++) {
      const vector gradient = broadcast(g[d]);
      a += gradient * load(vt + (long)d * stride + j);
      float *target = dvt + (long)d * stride + j;
      store(target, load(target) + weight * gradient);
    }
    store(weights + j, weight * (a - average) * scale);
  }
  for (int d = 0; d < key_dimensions; d++) {
    vector result = {};
    for (int j = 0; j < count; j += VECTOR_WIDTH) {
      const vector score = load(weights + j);
      result += score * load(kt + (long)d * stride + j);
      float *target = dkt + (long)d * stride + j;
      store(target, load(target) + score * query[d]);
    }
    dq[d] += sum(result);
  }
}
