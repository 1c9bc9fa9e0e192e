import Artifacts
import Images
import VQVAE

/// The images that the codes of a file stand for, decoded as they are asked for.
public struct DecodedCodes: ImageSequence {
  /// The shape of the images, the model's.
  public let shape: ImageShape
  /// The names of the classes by label; empty unless all images have a label.
  public let classNames: [String]
  private let codes: CodeFile
  // Not `Sendable`, but decoding changes nothing of it.
  nonisolated(unsafe) private let model: VQVAE
  private let labels: [Int32]
  /// Which images of the file these are.
  private let numbers: [Int]

  /// The number of images.
  public var count: Int { numbers.count }

  /// The images of `codes` as `vqvae` decodes them. All codes are looked at beforehand, so that nothing is
  /// begun that a bad one would end.
  ///
  /// - Parameter toleratesNoSource: whether codes are taken that do not say which VQ-VAE they are of.
  /// - Throws: a `FileError` naming the codes if they are of another VQ-VAE, have other levels or images
  ///   than it, or a code or label out of range; if there are none, or they cannot be read.
  public init(
    of codes: CodeFile, by vqvae: LoadedVQVAE, toleratesNoSource: Bool = false
  ) throws {
    try codes.check(areOf: vqvae, toleratesNoSource: toleratesNoSource)
    labels = try codes.readLabels()
    for level in codes.levels {
      for start in stride(from: 0, to: codes.count, by: 1024) {
        _ = try codes.readCodes(
          level: level.name, images: start..<min(start + 1024, codes.count))
      }
    }
    self.codes = codes
    model = vqvae.model
    shape = vqvae.imageShape
    classNames = labels.allSatisfy { $0 >= 0 } ? codes.layout.classNames : []
    numbers = Array(0..<codes.count)
  }

  private init(_ base: DecodedCodes, numbers: [Int]) {
    (shape, classNames, codes) = (base.shape, base.classNames, base.codes)
    (model, labels) = (base.model, base.labels)
    self.numbers = numbers
  }

  /// The class of the image, or nil when unlabelled.
  public func label(at index: Int) -> Int? {
    classNames.isEmpty ? nil : Int(labels[numbers[index]])
  }

  /// The number of the image in the file.
  public func name(at index: Int) -> String { "image \(numbers[index])" }

  /// Decodes the images whose numbers are wanted, in order, a batch at a time.
  ///
  /// Throws what `body` throws, and a `FileError` if codes cannot be read.
  public func forEachImage(
    where isWanted: (Int) -> Bool,
    _ body: (Int, Result<[UInt8], ImageError>) throws -> Void
  ) throws {
    let wanted = numbers.indices.filter(isWanted)
    let size = inferenceBatchSize(of: shape)
    for start in stride(from: 0, to: wanted.count, by: size) {
      let batch = wanted[start..<min(start + size, wanted.count)]
      let read = try codes.levels.map { level in
        try batch.flatMap { index in
          try codes.readCodes(level: level.name, images: numbers[index]..<numbers[index] + 1)
        }.map(Int32.init)
      }
      let images = model.decode(read, images: batch.count).images()
      for (index, image) in zip(batch, images) { try body(index, .success(image.bytes)) }
    }
  }

  /// The images without those that have the numbers `left`.
  public func leavingOut(_ left: Set<Int>) -> any ImageSequence {
    Self(self, numbers: numbers.indices.filter { !left.contains($0) }.map { numbers[$0] })
  }
}
