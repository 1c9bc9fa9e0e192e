import ArgumentParser
import Artifacts
import Images

/// The flags that name a data set and say how its images are to be read.
public struct ImageOptions: ParsableArguments {
  /// A folder of images or a file of them.
  @Option(
    help: ArgumentHelp(
      """
      A folder of PNG, JPEG or WebP files, in which a sub-folder is the class of all in it, at any depth; \
      an IDX file; or a file that prepare-images wrote. Pictures are turned upright as their EXIF says; \
      colour profiles are ignored.
      """, valueName: "path"))
  public var images: String

  /// A file of labels: of images that come in one file, or a table of those in a folder.
  @Option(
    help: ArgumentHelp(
      """
      The labels of an IDX file, an IDX file as well; or those of a folder, a CSV table whose columns 'path' \
      and 'class', or first two, hold each picture's path below the folder and its class. \
      (default: none)
      """, valueName: "path"))
  public var labels: String?

  /// Which rows of a table of labels are chosen.
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      """
      Only pictures whose row of --labels has this value in that column; may be repeated. (default: all)
      """,
      valueName: "column=value"))
  public var conditions: [RowCondition] = []

  /// What becomes of images that cannot be read.
  @Option(
    help: ArgumentHelp(
      """
      What to do with images that cannot be read: 'fatal' stops at the first, 'skip' reads all images \
      beforehand and leaves the bad ones out.
      """, valueName: "way"))
  public var badImages = BadImages.fatal

  /// Nothing set: the path of the images is required.
  public init() {}

  /// Refuses to choose among rows that are not there.
  public func validate() throws {
    if !conditions.isEmpty && labels == nil { throw ValidationError("--where needs --labels.") }
  }

  /// Opens the data set, in the size and colour that the flags of a training ask for.
  ///
  /// Tells the user what it holds, and which bad images are left out, if they are to be. Throws a `FileError` or
  /// `ImageError` if it cannot be used.
  public func open(_ shape: ImageShapeOptions) throws -> any ImageDataset {
    try open(size: shape.size, color: shape.color)
  }

  /// Opens the data set as a model of images of `shape` needs it: images are brought to it.
  ///
  /// Otherwise as `open(_:)`.
  public func open(shapedFor shape: ImageShape) throws -> any ImageDataset {
    try open(size: shape.size, color: shape.color)
  }

  private func open(size: ImageSize?, color: ColorMode?) throws -> any ImageDataset {
    let files = CountReporter("indexing \(images)", unit: "files")
    let dataset = try openDataset(
      path: images, labels: labels, where: conditions, size: size, color: color,
      toleratesBadImages: badImages == .skip, indexing: files.report)
    let unreadable = try unreadableImages(of: dataset)
    return unreadable.isEmpty ? dataset : Subset(of: dataset, leavingOut: unreadable)
  }

  /// Opens the data set, or an archive of pictures, for images that are read once; otherwise as `open(_:)`.
  public func openSequence(_ shape: ImageShapeOptions) throws -> any ImageSequence {
    let files = CountReporter("indexing \(images)", unit: "files")
    let sequence = try Images.openSequence(
      path: images, labels: labels, where: conditions, size: shape.size, color: shape.color,
      toleratesBadImages: badImages == .skip, indexing: files.report)
    let unreadable = try unreadableImages(of: sequence)
    return unreadable.isEmpty ? sequence : sequence.leavingOut(unreadable)
  }

  /// Tells the user what was found and, where bad images are to be left out, which those are.
  ///
  /// - Returns: their numbers.
  private func unreadableImages(of sequence: any ImageSequence) throws -> Set<Int> {
    showFound(sequence, in: images)
    guard badImages == .skip else { return [] }
    let progress = ProgressReporter("checking \(images)", total: sequence.count, unit: "image")
    let errors = try sequence.readingErrors {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
    progress.finish()
    warn(of: errors.sorted { $0.key < $1.key }.map(\.value), among: sequence.count)
    return Set(errors.keys)
  }

  private func warn(of errors: [ImageError], among count: Int) {
    let console = Console.standardError
    let shown = 20
    for error in errors.prefix(shown) { console.writeLine("warning: \(error)") }
    if errors.count > shown { console.writeLine("warning: … and \(errors.count - shown) more") }
    if !errors.isEmpty {
      console.writeLine(
        "warning: \(errors.count) of \(count) images cannot be read and are left out")
    }
  }
}

/// What becomes of images that cannot be read.
public enum BadImages: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// The first one ends the stage.
  case fatal
  /// They are named, counted and left out.
  case skip
}

extension RowCondition: ExpressibleByArgument {
  /// Reads "split=train"; nil if there is no column or no equals sign.
  public init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else { return nil }
    self.init(column: String(parts[0]), value: String(parts[1]))
  }
}
