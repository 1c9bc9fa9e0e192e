import Images

extension ImageDataset {
  /// The value of the first sample of each image: what tells the images of these tests apart.
  func firstSamples() throws -> [UInt8] {
    try (0..<count).map { try image(at: $0).bytes[0] }
  }
}
