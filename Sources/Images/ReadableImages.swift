extension ImageDataset {
  /// The images that can be read, numbered anew, and what is wrong with the others.
  ///
  /// Reads every image once, on all threads.
  ///
  /// - Parameter progress: called with the number of images read; what it throws ends the reading.
  /// - Returns: the dataset itself if all can be read.
  /// - Throws: what `progress` throws; the first error if no image can be read.
  public func readableImages(
    progress: (Int) throws -> Void
  ) throws -> (dataset: any ImageDataset, errors: [ImageError]) {
    let errors = try readingErrors(progress: progress)
    if errors.isEmpty { return (self, []) }
    return (
      Subset(of: self, at: (0..<count).filter { errors[$0] == nil }),
      errors.sorted { $0.key < $1.key }.map(\.value)
    )
  }
}
