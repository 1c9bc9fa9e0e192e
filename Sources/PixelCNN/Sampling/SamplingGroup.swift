import Kernels
import Tensors

/// Images that advance in lock step on one thread: the prior's network unrolled over positions.
///
/// `advance` computes the logits of one position from the codes before it and the rows kept of
/// earlier positions, so that a whole image costs about one forward pass.
final class SamplingGroup {
  let configuration: PriorConfiguration
  let images: Int
  let labels: [Int32]?
  /// Codes drawn so far: [images, height · width].
  private(set) var codes: [Int32]

  private let prior: PackedPrior
  /// [images, height, width, condition channels].
  private let condition: Tensor?
  private var blocks: [IncrementalPixelBlock] = []
  private var outputBlocks: [IncrementalGatedBlock] = []
  private let features: Rows
  private let left: Rows
  private let coordinates: Rows
  private let activated: Rows
  private let logits: Rows

  /// - Parameters:
  ///   - condition: what the conditioning stack made of the levels above, for these images.
  ///   - labels: one class per image, for a class-conditional prior.
  init(_ prior: PackedPrior, images: Int, labels: [Int32]?, condition: Tensor?) {
    configuration = prior.configuration
    self.prior = prior
    self.images = images
    self.labels = labels
    self.condition = condition
    let channels = configuration.channels
    codes = [Int32](
      repeating: 0, count: images * configuration.level.height * configuration.level.width)
    features = Rows(images: images, channels: channels)
    left = Rows(images: images, channels: channels)
    coordinates = Rows(images: images, channels: Coordinates.channels)
    activated = Rows(images: images, channels: channels)
    logits = Rows(images: images, channels: configuration.level.codebookSize)
    blocks = prior.blocks.map { IncrementalPixelBlock($0, group: self) }
    outputBlocks = prior.outputBlocks.map { IncrementalGatedBlock($0, group: self) }
  }

  /// The logits of `position` given the codes before it: one row of codebook-size logits per image,
  /// valid until the next call. Positions come in raster order.
  func advance(to position: Int) -> Rows {
    let (height, width) = (configuration.level.height, configuration.level.width)
    let (row, column) = (position / width, position % width)
    look(up: prior.rowsAbove, row, column, to: features)
    look(up: prior.pixelsLeft, row, column, to: left)
    kernel_add_scaled(1, left.base, features.base, images * features.channels)
    for image in 0..<images {
      coordinates[image][0] = (Float(row) - Float(height) / 2) / Float(height)
      coordinates[image][1] = (Float(column) - Float(width) / 2) / Float(width)
    }
    for block in blocks { block.advance(features, coordinates: coordinates, at: position) }
    for block in outputBlocks { block.advance(features, at: position) }
    activated.set(.elu, of: features)
    prior.logits.apply(activated, to: logits)
    return logits
  }

  /// Fixes the code of one image at one position.
  func set(_ code: Int32, image: Int, position: Int) {
    codes[image * configuration.level.height * configuration.level.width + position] = code
  }

  func rows(channels: Int) -> Rows { Rows(images: images, channels: channels) }

  func history(channels: Int) -> RowHistory {
    RowHistory(
      images: images, channels: channels, height: configuration.level.height,
      width: configuration.level.width)
  }

  /// The condition's vector of each image at a position.
  func conditionPointers(at position: Int) -> [UnsafePointer<Float>?] {
    guard let condition, let base = condition.buffer.baseAddress else { return [] }
    let positions = configuration.level.height * configuration.level.width
    return (0..<images).map { base + ($0 * positions + position) * condition.channels }
  }

  private func look(up lookup: PackedLookup, _ row: Int, _ column: Int, to target: Rows) {
    let (height, width) = (configuration.level.height, configuration.level.width)
    let (y, x) = (row - lookup.shift.row, column - lookup.shift.column)
    guard y >= 0, x >= 0, let bias = lookup.bias.buffer.baseAddress,
      let table = lookup.weights.buffer.baseAddress
    else {
      target.base.update(repeating: 0, count: images * target.channels)
      return
    }
    let classes = configuration.level.codebookSize
    for image in 0..<images {
      target[image].update(from: bias, count: target.channels)
      for (tap, offset) in lookup.offsets.enumerated() {
        let (tapY, tapX) = (y + offset.row, x + offset.column)
        guard tapY >= 0, tapY < height, tapX >= 0, tapX < width else { continue }
        let code = Int(codes[image * height * width + tapY * width + tapX])
        kernel_add_scaled(
          1, table + (tap * classes + code) * target.channels, target[image], target.channels)
      }
    }
  }
}
