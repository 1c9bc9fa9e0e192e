import Evaluation
import Images

/// A contact sheet of pictures of all classes: a row of them, and below it a row of each view.
struct ReconstructionSheet {
  private let columns: Int
  private let shape: ImageShape
  private let numbers: [Int]
  private let isShown: Set<Int>
  private let showsErrors: Bool
  private var pictures: [Int: ReconstructedPicture] = [:]

  /// A sheet of up to three rows of pictures of `dataset`; with the errors of their reconstructions, if
  /// these are to be shown.
  init(of dataset: any ImageDataset, showsErrors: Bool) {
    shape = dataset.shape
    columns = ContactSheet.columns(showing: shape, of: dataset.count)
    numbers = dataset.numbersShowingClassesEvenly(limit: 3 * columns)
    isShown = Set(numbers)
    self.showsErrors = showsErrors
  }

  /// Takes note of a picture, by its number in the data set, if it is one of those to be shown.
  mutating func add(_ picture: ReconstructedPicture, number: Int) {
    if isShown.contains(number) { pictures[number] = picture }
  }

  /// The sheet; only whole rows, so that each view is below its picture.
  var sheet: ContactSheet {
    var sheet = ContactSheet(columns: columns, zoom: max(1, 64 / shape.width))
    for row in 0..<numbers.count / columns {
      let shown = numbers[row * columns..<(row + 1) * columns].compactMap { pictures[$0] }
      var images = shown.map(\.original)
      for view in shown[0].views.indices { images += shown.map { $0.views[view].image } }
      if showsErrors { images += shown.map(\.errorMap) }
      sheet.addGroup(images)
    }
    return sheet
  }
}

extension ReconstructedPicture {
  /// The absolute error of each pixel of the reconstruction, four times as bright, of the worst channel.
  fileprivate var errorMap: Image {
    let copy = views.first { $0.name == Self.reconstruction }?.image ?? original
    let channels = original.channels
    let errors = zip(original.bytes, copy.bytes).map { 4 * abs(Int($0) - Int($1)) }
    let bytes = errors.indices.map { index in
      let pixel = index / channels * channels
      return UInt8(min(errors[pixel..<pixel + channels].max() ?? 0, 255))
    }
    return Image(shape: original.shape, bytes: bytes)
  }
}
