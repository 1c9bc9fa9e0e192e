import Communication
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
/// - Parameters:
///   - batchSize: how many images to take at a time, which changes no result; see
///     `inferenceBatchSize`.
///   - communicator: those who share the batches.
///   - visit: called with each batch of this process and what becomes of it: [images, height, width, channels] in
///     about [-1, 1].
/// - Returns: how the codebooks are used by all images, from the top.
/// - Throws: what the dataset and `visit` throw.
public func reconstruct(
  _ dataset: any ImageDataset, by model: VQVAE, batchSize: Int? = nil,
  sharedBy communicator: any Communicator = SoleProcess(),
  visit: (Batch, Tensor) throws -> Void
) throws -> [CodebookUsage] {
  var counts = model.codebooks.map { [Int](repeating: 0, count: $0.size) }
  try forEachBatch(of: dataset, size: batchSize, sharedBy: communicator) { batch in
    let codes = model.encode(batch.tensor(of: dataset.shape))
    for (level, codes) in codes.enumerated() {
      for code in codes { counts[level][Int(code)] += 1 }
    }
    try visit(batch, model.decode(codes, images: batch.count))
  }
  return zip(model.configuration.levels, counts).map { level, counts in
    let counts = communicator.sums(of: counts.map(Double.init)).map { Int($0) }
    return CodebookUsage(
      name: level.name, codes: counts.count, used: counts.count { $0 > 0 },
      perplexity: perplexity(counts: counts))
  }
}
