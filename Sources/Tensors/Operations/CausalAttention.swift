import Kernels

/// Causal multi-head attention over the raster scan of each image: position i attends to the
/// positions before it, j < i, and the first position gets zeros.
///
/// For head h: out[i] = Σ_{j<i} softmax_j(q[i] · k[j] / √d) v[j], with d channels of query per head.
///
/// - Parameters:
///   - query, key: [images, height, width, heads · d].
///   - value: [images, height, width, heads · e].
/// - Returns: [images, height, width, heads · e].
public func causalAttention(query: Tensor, key: Tensor, value: Tensor, heads: Int) -> Tensor {
  precondition(
    query.channels % heads == 0 && value.channels % heads == 0
      && key.channels == query.channels && query.rows == value.rows && key.rows == value.rows,
    "query, key and value disagree")
  let images = query.shape[0]
  let geometry = HeadGeometry(
    heads: heads, positions: query.rows / images, keyChannels: query.channels,
    valueChannels: value.channels)
  // Each pair of positions costs one inner product and one weighted sum.
  let multiplyAdds =
    images * geometry.positions * (geometry.positions - 1) / 2 * (query.channels + value.channels)
  MultiplyAddCounter.add(multiplyAdds)
  let (q, k, v) = (query.detached, key.detached, value.detached)
  let output = OperationClock.time(.attention) { attend(q, k, v, images: images, geometry) }
  return Tape.record(output, from: [query, key, value]) { gradient in
    // The forward pass again, and two gradients for each of its products.
    MultiplyAddCounter.add(3 * multiplyAdds)
    let constant = gradient
    return OperationClock.time(.attention) {
      attentionGradients(q, k, v, constant, images: images, geometry)
    }
  }
}

/// Attention itself, all heads of all images on all threads.
private func attend(
  _ query: Tensor, _ key: Tensor, _ value: Tensor, images: Int, _ geometry: HeadGeometry
) -> Tensor {
  let output = Tensor(uninitialized: value.shape)
  ThreadPool.shared.split(images * geometry.heads) { range in
    let workspace = HeadWorkspace(geometry)
    for item in range {
      workspace.load(item, key: key, value: value)
      for position in 0..<geometry.positions {
        kernel_attend(
          query.pointer + geometry.keyOffset(item, position), workspace.keys, workspace.values,
          Int32(position), Int32(geometry.stride), Int32(geometry.keyDimensions),
          Int32(geometry.valueDimensions), geometry.scale, workspace.weights,
          output.fresh + geometry.valueOffset(item, position))
      }
    }
  }
  return output
}

/// The gradients of query, key and value from that of the output.
private func attentionGradients(
  _ q: Tensor, _ k: Tensor, _ v: Tensor, _ gradient: Tensor, images: Int, _ geometry: HeadGeometry
) -> [Tensor?] {
  let (dq, dk, dv) = (
    Tensor(zeros: q.shape), Tensor(uninitialized: k.shape), Tensor(uninitialized: v.shape)
  )
  ThreadPool.shared.split(images * geometry.heads) { range in
    let workspace = HeadWorkspace(geometry)
    let gradients = HeadWorkspace(geometry)
    for item in range {
      workspace.load(item, key: k, value: v)
      gradients.clear()
      for position in 1..<max(geometry.positions, 1) {
        let queryOffset = geometry.keyOffset(item, position)
        // The softmax is cheaper to do again than to keep.
        kernel_attend(
          q.pointer + queryOffset, workspace.keys, workspace.values, Int32(position),
          Int32(geometry.stride), Int32(geometry.keyDimensions),
          Int32(geometry.valueDimensions), geometry.scale, workspace.weights,
          gradients.weights)
        kernel_attend_gradient(
          q.pointer + queryOffset, workspace.keys, workspace.values, Int32(position),
          Int32(geometry.stride), Int32(geometry.keyDimensions),
          Int32(geometry.valueDimensions), geometry.scale, workspace.weights,
          gradient.pointer + geometry.valueOffset(item, position), dq.fresh + queryOffset,
          gradients.keys, gradients.values)
      }
      gradients.store(item, key: dk, value: dv)
    }
  }
  return [dq, dk, dv]
}

/// Where the numbers of one head of one image lie.
private struct HeadGeometry {
  let heads: Int
  let positions: Int
  let keyChannels: Int
  let valueChannels: Int
  var keyDimensions: Int { keyChannels / heads }
  var valueDimensions: Int { valueChannels / heads }
  /// Room for all positions in whole vectors.
  var stride: Int { (positions + 15) / 16 * 16 }
  var scale: Float { 1 / Float(keyDimensions).squareRoot() }

  func keyOffset(_ item: Int, _ position: Int) -> Int {
    (item / heads * positions + position) * keyChannels + item % heads * keyDimensions
  }
  func valueOffset(_ item: Int, _ position: Int) -> Int {
    (item / heads * positions + position) * valueChannels + item % heads * valueDimensions
  }
}

/// One head's keys and values, by dimension, with room for one row of attention weights.
private final class HeadWorkspace {
  private let geometry: HeadGeometry
  private let storage: Storage

  init(_ geometry: HeadGeometry) {
    self.geometry = geometry
    let rows = geometry.keyDimensions + geometry.valueDimensions + 1
    storage = Storage(count: rows * geometry.stride + geometry.valueDimensions)
    clear()
  }

  var keys: UnsafeMutablePointer<Float> { storage.elements }
  var values: UnsafeMutablePointer<Float> { keys + geometry.keyDimensions * geometry.stride }
  var weights: UnsafeMutablePointer<Float> { values + geometry.valueDimensions * geometry.stride }

  func clear() { storage.elements.update(repeating: 0, count: storage.count) }

  func load(_ item: Int, key: Tensor, value: Tensor) {
    for position in 0..<geometry.positions {
      let keySource = key.pointer + geometry.keyOffset(item, position)
      for d in 0..<geometry.keyDimensions { keys[d * geometry.stride + position] = keySource[d] }
      let valueSource = value.pointer + geometry.valueOffset(item, position)
      for d in 0..<geometry.valueDimensions {
        values[d * geometry.stride + position] = valueSource[d]
      }
    }
  }

  func store(_ item: Int, key: Tensor, value: Tensor) {
    for position in 0..<geometry.positions {
      let keyTarget = key.fresh + geometry.keyOffset(item, position)
      for d in 0..<geometry.keyDimensions { keyTarget[d] = keys[d * geometry.stride + position] }
      let valueTarget = value.fresh + geometry.valueOffset(item, position)
      for d in 0..<geometry.valueDimensions {
        valueTarget[d] = values[d * geometry.stride + position]
      }
    }
  }
}
