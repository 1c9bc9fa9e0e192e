import Images
import Models
import Tensors

extension TrainingTask.Sheet {
  /// Images of all classes of a dataset above what `reconstruct` makes of them, both [images, height, width,
  /// channels] in about [-1, 1]; `batchSize` images are taken at a time. It throws what the dataset does.
  static func reconstructions(
    of dataset: any ImageDataset, batchSize: Int, by reconstruct: @escaping (Tensor) -> Tensor
  ) -> Self {
    Self(name: "reconstructions", caption: "Held-out images above their reconstructions.") {
      try reconstructionSheet(of: dataset, batchSize: batchSize, by: reconstruct)
    }
  }
}

private func reconstructionSheet(
  of dataset: any ImageDataset, batchSize: Int, by reconstruct: (Tensor) -> Tensor
) throws -> Image {
  let columns = ContactSheet.columns(showing: dataset.shape, of: dataset.count)
  var sheet = ContactSheet(columns: columns, zoom: max(1, 64 / dataset.shape.width))
  let numbers = dataset.numbersShowingClassesEvenly(limit: 3 * columns)
  // Only whole rows, so that every reconstruction is below its original.
  for row in 0..<min(3, dataset.count / columns) {
    var (originals, copies): ([Image], [Image]) = ([], [])
    let images = Subset(of: dataset, at: numbers[row * columns..<(row + 1) * columns])
    try forEachBatch(of: images, size: batchSize) { batch in
      originals += batch.images(of: dataset.shape)
      copies += reconstruct(batch.tensor(of: dataset.shape)).images()
    }
    sheet.addGroup(originals + copies)
  }
  return sheet.render()
}
