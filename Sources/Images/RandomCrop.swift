extension Augmentation {
  /// Reads an image of a dataset and changes it as the image at `position` is to be changed.
  ///
  /// Throws as the dataset.
  func read(
    _ index: Int, of dataset: any ImageDataset, position: Int,
    into buffer: UnsafeMutableBufferPointer<UInt8>
  ) throws {
    if let crop {
      let window = try dataset.picture(at: index)
        .window(of: dataset.shape.size, scale: crop, seed: seed, position: position)
      _ = buffer.update(fromContentsOf: window.bytes)
    } else {
      try dataset.readImage(at: index, into: buffer)
    }
    apply(to: buffer, shape: dataset.shape, position: position)
  }
}

extension Image {
  /// A random window of `target` pixels, out of the image reduced to a random part of its size, within
  /// `scale`, but never to less than the window. An image that is too small for it is enlarged to fill it.
  ///
  /// A pure function of the seed and the position. Windows begin on whole pixels of the image, so at a
  /// scale of 1 they are copies.
  func window(
    of target: ImageSize, scale: ClosedRange<Double>, seed: UInt64, position: Int
  ) -> Image {
    // A stream apart from that of shifts and turns, whose draws stay what they are without a crop.
    var random = SplitMix64(seed: scramble(seed), counter: UInt64(position))
    let ratio = min(1 / random.uniform(in: scale), ratioFilling(target))
    let rows = Int(room(in: height, for: target.height, ratio: ratio))
    let columns = Int(room(in: width, for: target.width, ratio: ratio))
    return resized(
      to: target, ratio: ratio, top: Double(random.uniform(in: 0...rows)),
      left: Double(random.uniform(in: 0...columns)))
  }
}
