import Images
import Tensors
import VQVAE

/// How one level's codebook is used.
public struct CodebookUsage: Codable, Sendable {
  /// The level's name.
  public var name: String
  /// How many codes there are.
  public var codes: Int
  /// How many of them occur.
  public var used: Int
  /// exp of the entropy of how often each code occurs, 1 to `codes`.
  public var perplexity: Double
}

/// Reconstructs a dataset, whose shape must be the model's, a batch at a time; nothing is learned.
///
/// - Parameter visit: called with each batch and what becomes of it: [images, height, width, channels]
///   in about [-1, 1].
/// - Returns: how the codebooks are used, from the top.
/// - Throws: what the dataset and `visit` throw.
public func reconstruct(
  _ dataset: any ImageDataset, by model: VQVAE, visit: (Batch, Tensor) throws -> Void
) throws -> [CodebookUsage] {
  var counts = model.codebooks.map { [Int](repeating: 0, count: $0.size) }
  try forEachBatch(of: dataset, size: 100) { batch in
    let codes = model.encode(batch.tensor(of: dataset.shape))
    for (level, codes) in codes.enumerated() {
      for code in codes { counts[level][Int(code)] += 1 }
    }
    try visit(batch, model.decode(codes, images: batch.count))
  }
  return zip(model.configuration.levels, counts).map { level, counts in
    CodebookUsage(
      name: level.name, codes: counts.count, used: counts.count { $0 > 0 },
      perplexity: perplexity(counts: counts))
  }
}

/// Writes a contact sheet of the first images of a dataset above what `reconstruct` makes of them, both
/// [images, height, width, channels] in about [-1, 1].
///
/// Throws what the dataset throws, and a `FileError` or `ImageError` if it cannot be written.
func writeReconstructions(
  of dataset: any ImageDataset, to path: String, by reconstruct: (Tensor) -> Tensor
) throws {
  // Only whole rows, so that every reconstruction is below its original.
  let columns = min(12, dataset.count)
  var sheet = ContactSheet(columns: columns, zoom: max(1, 64 / dataset.shape.width))
  for row in 0..<min(3, dataset.count / columns) {
    let originals = try (row * columns..<(row + 1) * columns).map { try dataset.image(at: $0) }
    let tensor = Tensor(imageBytes: originals.flatMap(\.bytes), shape: dataset.shape)
    sheet.addGroup(originals + reconstruct(tensor).images())
  }
  try sheet.write(to: path)
}
