import Kernels
import Tensors

/// Images that advance in lock step on one thread: the prior's network unrolled over positions.
///
/// `advance` computes the logits of the positions of one wavefront from the codes before them and the
/// rows kept of earlier positions, so that a whole image costs about one forward pass.
final class SamplingGroup {
  let configuration: PriorConfiguration
  /// How many images the network is computed for: those that are drawn, and where there is guidance the
  /// same once more behind them, with their class hidden.
  let images: Int
  let labels: [Int32]?
  /// Codes drawn so far: [drawn images, height · width].
  private(set) var codes: [Int32]
  private let drawnImages: Int
  private let guidance: Float?

  private let prior: PackedPrior
  /// What convolutions read of the condition: [images, height, width, operands].
  private let condition: Tensor?
  private var blocks: [IncrementalPixelBlock] = []
  private var outputBlocks: [IncrementalGatedBlock] = []
  private let mostRows: Int
  private let features: Rows
  private let left: Rows
  private let coordinates: Rows
  private let activated: Rows
  private let logits: Rows

  private var height: Int { configuration.level.height }
  private var width: Int { configuration.level.width }

  /// - Parameters:
  ///   - mostPositions: the most positions that a wavefront will have.
  ///   - condition: what the conditioning stack made of the levels above, for these images.
  ///   - labels: one class per image, for a class-conditional prior.
  ///   - guidance: see `CodeDistribution`; nil for none.
  init(
    _ prior: PackedPrior, images drawnImages: Int, mostPositions: Int, labels: [Int32]?,
    condition: Tensor?, guidance: Float?
  ) {
    configuration = prior.configuration
    self.prior = prior
    self.drawnImages = drawnImages
    self.guidance = guidance
    images = drawnImages * (guidance == nil ? 1 : 2)
    self.labels = Self.labels(labels, guidance: guidance, hidden: configuration.hiddenLabel)
    self.condition = condition?.operands(in: prior.logits.weights.arithmetic)
    let channels = configuration.channels
    codes = [Int32](
      repeating: 0, count: drawnImages * configuration.level.height * configuration.level.width)
    mostRows = images * mostPositions
    features = Rows(count: mostRows, channels: channels)
    left = Rows(count: mostRows, channels: channels)
    coordinates = Rows(count: mostRows, channels: Coordinates.channels)
    activated = Rows(count: mostRows, channels: channels)
    logits = Rows(count: mostRows, channels: configuration.level.codebookSize)
    blocks = prior.blocks.map { IncrementalPixelBlock($0, group: self) }
    outputBlocks = prior.outputBlocks.map { IncrementalGatedBlock($0, group: self) }
  }

  /// Computes the logits of a wavefront's positions given the codes before them, and fixes the codes that
  /// `choose` makes of each image's.
  func advance(
    to wavefront: Wavefront,
    choose: (_ image: Int, _ position: Int, _ logits: UnsafeBufferPointer<Float>) -> Int32
  ) {
    let count = rowCount(of: wavefront)
    look(up: prior.rowsAbove, at: wavefront, to: features)
    look(up: prior.pixelsLeft, at: wavefront, to: left)
    kernel_add_scaled(1, left.base, features.base, count * features.channels)
    for row in 0..<count {
      let pixel = Coordinates.pixel(
        at: wavefront.positions[row / images], height: height, width: width)
      coordinates[row][0] = pixel.row
      coordinates[row][1] = pixel.column
    }
    for block in blocks { block.advance(features, coordinates: coordinates, to: wavefront) }
    for block in outputBlocks { block.advance(features, to: wavefront) }
    activated.set(.elu, of: features, count: count)
    prior.logits.apply(activated, to: logits, count: count)
    if let guidance { guide(by: guidance, at: wavefront) }
    for (index, position) in wavefront.positions.enumerated() {
      for image in 0..<drawnImages {
        let row = logits[index * images + image]
        codes[image * height * width + position] = choose(
          image, position, UnsafeBufferPointer(start: row, count: logits.channels))
      }
    }
  }

  /// Moves the logits of the drawn images: c ← u + g (c − u).
  private func guide(by guidance: Float, at wavefront: Wavefront) {
    for index in wavefront.positions.indices {
      for image in 0..<drawnImages {
        let conditional = logits[index * images + image]
        let unconditional = logits[index * images + drawnImages + image]
        for code in 0..<logits.channels {
          let (c, u) = (conditional[code], unconditional[code])
          conditional[code] = u + guidance * (c - u)
        }
      }
    }
  }

  private static func labels(
    _ labels: [Int32]?, guidance: Float?, hidden: Int32?
  ) -> [Int32]? {
    guard guidance != nil else { return labels }
    guard let labels, let hidden else {
      preconditionFailure("guidance needs classes that can be hidden")
    }
    return labels + [Int32](repeating: hidden, count: labels.count)
  }

  /// How many rows a wavefront has: one for each position and image.
  func rowCount(of wavefront: Wavefront) -> Int { wavefront.positions.count * images }

  func rows(channels: Int) -> Rows { Rows(count: mostRows, channels: channels) }

  func history(readBy weights: PackedWeights) -> RowHistory {
    RowHistory(images: images, readBy: weights, height: height, width: width)
  }

  /// The condition's vector of each row of a wavefront.
  func conditionPointers(at wavefront: Wavefront) -> [UnsafePointer<Float>?] {
    guard let condition, let base = condition.buffer.baseAddress else { return [] }
    return wavefront.positions.flatMap { position in
      (0..<images).map { image in
        base + (image % drawnImages * height * width + position) * condition.channels
      }
    }
  }

  private func look(up lookup: PackedLookup, at wavefront: Wavefront, to target: Rows) {
    for row in 0..<rowCount(of: wavefront) {
      look(
        up: lookup, image: row % images, at: wavefront.positions[row / images], to: target[row])
    }
  }

  private func look(
    up lookup: PackedLookup, image: Int, at position: Int, to target: UnsafeMutablePointer<Float>
  ) {
    let channels = features.channels
    let (y, x) = (position / width - lookup.shift.row, position % width - lookup.shift.column)
    guard y >= 0, x >= 0, let bias = lookup.bias.buffer.baseAddress,
      let table = lookup.weights.buffer.baseAddress
    else {
      target.update(repeating: 0, count: channels)
      return
    }
    let classes = configuration.level.codebookSize
    target.update(from: bias, count: channels)
    for (tap, offset) in lookup.offsets.enumerated() {
      let (tapY, tapX) = (y + offset.row, x + offset.column)
      guard tapY >= 0, tapY < height, tapX >= 0, tapX < width else { continue }
      let code = Int(codes[image % drawnImages * height * width + tapY * width + tapX])
      kernel_add_scaled(1, table + (tap * classes + code) * channels, target, channels)
    }
  }
}
