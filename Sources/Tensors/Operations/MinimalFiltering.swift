import Kernels

/// Memory for `count` floats that an operation needs while it runs: of one size whatever the layer, so
/// that the pool keeps one buffer for all layers. What is not written costs nothing.
func workspace(_ count: Int) -> Storage {
  Storage(count: max(count, 1 << 20))
}

/// Convolution weights at the points of Winograd's minimal filtering, in the order the kernels read
/// them.
struct FilteringWeights {
  private let storage: Storage

  /// The weights of the convolution of `shape`, or of its adjoint, from the packed ones of either; in memory
  /// of their own where they are kept.
  init(
    _ packed: PackedWeights, transposed: Bool, _ shape: UnsafePointer<kernel_convolution>,
    isKept: Bool
  ) {
    let count = kernel_winograd_weights_count(shape, transposed)
    let storage = isKept ? Storage(count: count) : workspace(count)
    ThreadPool.shared.split(packed.countPerTap, grain: 1024) { part in
      kernel_winograd_transform_weights(
        shape, packed.pointer, transposed, storage.elements, part.lowerBound, part.upperBound)
    }
    self.storage = storage
  }

  /// The weights for kernels, valid while this value is.
  var pointer: UnsafePointer<Float> { UnsafePointer(storage.elements) }
}

/// Calls `body` with each thread's tiles of a convolution, and with scratch for them.
func splitTiles(
  of shape: UnsafePointer<kernel_convolution>,
  _ body: (_ tiles: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void
) {
  // The rows of the kernels' register tile.
  ThreadPool.shared.split(kernel_winograd_tiles(shape), grain: 6) { tiles in
    let scratch = Storage(count: max(kernel_winograd_scratch_count(shape), 1 << 17))
    withExtendedLifetime(scratch) { body(tiles, scratch.elements) }
  }
}

/// From how many tiles a sum over a batch is divided: coming back from the points takes as long as a
/// dozen of them.
private let tilesToDivide = 128

/// The derivative in the weights, as `weightGradient`.
func filteringWeightGradient(_ pair: ConvolvedPair, like weights: Tensor) -> Tensor {
  let tiles = withUnsafePointer(to: pair.of(0..<1).shape) { kernel_winograd_tiles($0) }
  return pairwiseSum(over: pair.images, dividingFrom: (tilesToDivide + tiles - 1) / tiles) {
    undividedWeightGradient(pair.of($0), like: weights)
  } add: {
    $0.add($1)
  }
}

/// Sums at the points, and back from there; directly, where that is faster for so few tiles.
private func undividedWeightGradient(_ pair: ConvolvedPair, like weights: Tensor) -> Tensor {
  withUnsafePointer(to: pair.shape) { shape in
    guard kernel_winograd_weight_gradient_is_faster(shape) else {
      return directWeightGradient(pair, like: weights)
    }
    let products = sumOfProducts(pair, shape)
    let result = Tensor(uninitialized: weights.shape)
    let countPerTap = Int(pair.shape.input_channels) * Int(pair.shape.output_channels)
    ThreadPool.shared.split(countPerTap, grain: 1024) { part in
      kernel_winograd_weight_gradient(
        shape, products.elements, result.fresh, part.lowerBound, part.upperBound)
    }
    return withExtendedLifetime(products) { result }
  }
}

/// The sum over all tiles, a chunk after the other: all threads transform it, then all multiply. Chunks
/// depend on the shape alone.
private func sumOfProducts(
  _ pair: ConvolvedPair, _ shape: UnsafePointer<kernel_convolution>
) -> Storage {
  let rows = kernel_winograd_product_rows(shape)
  let products = workspace(rows * Int(pair.shape.output_channels))
  let chunk = workspace(kernel_winograd_chunk_count(shape))
  let tiles = kernel_winograd_tiles(shape)
  let chunkSize = Int(kernel_winograd_chunk_tiles(shape))
  for first in stride(from: 0, to: tiles, by: chunkSize) {
    let count = min(chunkSize, tiles - first)
    ThreadPool.shared.split(count) { part in
      kernel_winograd_transform_chunk(
        shape, pair.input, pair.gradient, first, chunk.elements, Int32(part.lowerBound),
        Int32(part.upperBound))
    }
    ThreadPool.shared.split(rows) { part in
      kernel_winograd_multiply_chunk(
        shape, chunk.elements, Int32(count), first == 0, products.elements, part.lowerBound,
        part.upperBound)
    }
  }
  return withExtendedLifetime(chunk) { products }
}
