import Artifacts
import Images

/// Says on standard error what the data set at `path` turned out to hold.
public func showFound(_ dataset: any ImageSequence, in path: String) {
  Console.standardError.writeLine(onOneLine(foundLine(in: path, dataset)))
}

/// What a data set turned out to hold, in one line:
/// "found in photos: 60 images of 16×16 pixels in grey, 3 classes; passed over 12 .txt".
private func foundLine(in path: String, _ dataset: any ImageSequence) -> String {
  let images = "\(spoken(count: dataset.count)) image\(dataset.count == 1 ? "" : "s")"
  let classes =
    switch dataset.classNames.count {
    case 0: "without classes"
    case 1: "1 class"
    case let count: "\(spoken(count: count)) classes"
    }
  let rest = dataset.passedOver
  return
    "found in \(path): \(images) of \(dataset.shape.size) pixels in \(dataset.shape.color.spoken), \(classes)"
    + (rest.isEmpty ? "" : "; passed over " + rest.joined(separator: ", "))
}
