import ArgumentParser
import CommandLineTools
import Images

/// Pictures to complete, and what is known of them.
struct CompletionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Complete pictures, --count times each: a folder, an IDX file or a file of prepared images, as \
      --images is to other programs. (default: draw whole images)
      """, valueName: "path"))
  var complete: String?

  @Option(
    help: ArgumentHelp(
      """
      The labels of --complete: an IDX file, or a CSV table of the pictures of a folder. (default: its \
      sub-folders)
      """, valueName: "path"))
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "With --complete: the part of a picture's rows that is known, from above, 0 to 1. (default: --mask)",
      valueName: "fraction"))
  var rows: Double?

  @Option(
    help: ArgumentHelp(
      """
      With --complete: a picture that is light where pictures are known and dark where they are not. It is \
      scaled and cropped as they are. (default: --rows)
      """, valueName: "path"))
  var mask: String?

  func validate() throws {
    func check(_ isRight: Bool, _ message: String) throws {
      if !isRight { throw ValidationError(message) }
    }
    for (name, isGiven) in [
      ("--labels", labels != nil), ("--rows", rows != nil), ("--mask", mask != nil),
    ] where isGiven {
      try check(complete != nil, "\(name) needs --complete.")
    }
    try check(rows == nil || mask == nil, "--rows and --mask exclude each other.")
    try check(
      complete == nil || rows != nil || mask != nil,
      "--complete needs --rows or --mask, to know what is to be drawn.")
    try check((0...1).contains(rows ?? 0), "--rows lies between 0 and 1.")
  }

  /// The pictures in the shape of a model's images; nil if there are none to complete.
  ///
  /// Throws a `FileError` or `ImageError` if they cannot be read.
  func open(shapedFor shape: ImageShape) throws -> (any ImageDataset)? {
    guard let complete else { return nil }
    let files = CountReporter("indexing \(complete)", unit: "files")
    let dataset = try openDataset(
      path: complete, labels: labels, size: shape.size, color: shape.color,
      indexing: files.report)
    showFound(dataset, in: complete)
    return dataset
  }

  /// What is known of images of a size.
  ///
  /// Throws an `ImageError` naming the mask if it cannot be read.
  func known(of size: ImageSize) throws -> KnownPixels {
    guard let mask else { return KnownPixels(upperRows: rows ?? 0, of: size) }
    return KnownPixels(lightIn: try Image(contentsOf: mask, color: .grey).resized(toFill: size))
  }
}
