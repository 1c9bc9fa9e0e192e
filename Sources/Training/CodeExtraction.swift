import Artifacts
import Images
import VQVAE

/// Writes the codes and labels of all images of a dataset to a code file at `path`.
///
/// - Parameters:
///   - copies: how many altered copies of itself follow each image of the dataset.
///   - progress: called with the number of images done.
/// - Throws: what the dataset and `progress` throw; a `FileError` if the file cannot be written or
///   another process is writing it.
public func extractCodes(
  of dataset: any ImageDataset, by vqvae: LoadedVQVAE, to path: String,
  copies: Int = 0, progress: (Int) throws -> Void
) throws {
  try AtomicFile.checkWritable(path)
  let lock = try OutputLock(on: path)
  defer { lock.release() }
  AtomicFile.removeTemporaries(of: path)
  let shape = dataset.shape
  let layout = CodeFileLayout(
    levels: vqvae.levels, classNames: dataset.classNames,
    imageShape: [shape.height, shape.width, shape.channels], copies: copies)
  let writer = try CodeFileWriter(
    path: path, layout: layout, count: dataset.count, vqvae: vqvae.file.digest)
  var done = 0
  try forEachBatch(of: dataset, size: inferenceBatchSize(of: shape)) { batch in
    let codes = vqvae.model.encode(batch.tensor(of: shape))
    try writer.append(
      codes: Dictionary(
        uniqueKeysWithValues: zip(layout.levels, codes).map { ($0.name, $1.map(UInt16.init)) }),
      labels: batch.labels)
    done += batch.count
    try progress(done)
  }
  try writer.finish()
}
