import Artifacts

/// The identity of a data set, 64 hexadecimal digits, by which a training knows it again wherever it
/// has moved: its shape, the names and classes of all images, and the pixels of a few. Where it is trained
/// on in random windows, how they are taken is part of it.
///
/// Throws an `ImageError` that names the file if one of those few cannot be read.
public func fingerprint(
  of dataset: any ImageDataset, croppedWithin crop: ClosedRange<Double>? = nil
) throws -> String {
  let readCount = 64
  var digest = SHA256()
  func add(_ field: String) { digest.update("\(field.utf8.count):\(field)") }
  let shape = dataset.shape
  add("\(dataset.count) images of \(shape.height)×\(shape.width)×\(shape.channels)")
  for name in dataset.classNames { add(name) }
  for index in 0..<dataset.count {
    add(dataset.name(at: index))
    add("\(dataset.label(at: index) ?? -1)")
  }
  for part in 0..<min(readCount, dataset.count) {
    let index = part * dataset.count / min(readCount, dataset.count)
    try dataset.image(at: index).bytes.withUnsafeBytes { digest.update($0) }
  }
  if let crop { add("windows at \(crop.lowerBound) to \(crop.upperBound) of a picture's size") }
  return digest.finish()
}
