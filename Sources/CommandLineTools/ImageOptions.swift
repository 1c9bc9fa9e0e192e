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
      and 'class', or first two, hold each picture's path below the folder and its class.
      """, valueName: "path"))
  public var labels: String?

  /// Which rows of a table of labels are chosen.
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Only pictures whose row of --labels has this value in that column; may be repeated.",
      valueName: "column=value"))
  public var conditions: [RowCondition] = []

  /// The size all images are brought to; nil leaves them as they are.
  @Option(
    help: ArgumentHelp(
      "Resize and crop all images to N × N or H × W pixels; prepared ones have a size.",
      valueName: "n|hxw"))
  public var size: ImageSize?

  /// Whether images are read in colour or in grey; nil for colour, and for what prepared images are in.
  @Flag(exclusivity: .exclusive)
  public var color: ColorMode?

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

  /// Opens the data set.
  ///
  /// Tells the user what it holds, and which bad images are left out, if they are to be. Throws a `FileError` or
  /// `ImageError` if it cannot be used.
  public func open() throws -> any ImageDataset {
    try open(color)
  }

  /// Opens the data set as a model of images of `shape` needs it.
  ///
  /// Throws a `FileError` or `ImageError` if it cannot be used, or has another size and no `--size`.
  public func open(shapedFor shape: ImageShape) throws -> any ImageDataset {
    let dataset = try open(shape.channels == 1 ? .grey : .color)
    guard dataset.shape == shape else {
      throw FileError(
        images,
        "has images of \(dataset.shape.width)×\(dataset.shape.height); the model's are "
          + "\(shape.width)×\(shape.height)",
        remedy: "pass --size \(shape.height)x\(shape.width)")
    }
    return dataset
  }

  private func open(_ color: ColorMode?) throws -> any ImageDataset {
    let files = CountReporter("indexing \(images)", unit: "files")
    let dataset = try openDataset(
      path: images, labels: labels, where: conditions, size: size, color: color,
      toleratesBadImages: badImages == .skip, indexing: files.report)
    Console.standardError.writeLine(onOneLine(foundLine(in: images, dataset)))
    return badImages == .skip ? try withoutBadImages(dataset) : dataset
  }

  private func withoutBadImages(_ dataset: any ImageDataset) throws -> any ImageDataset {
    let progress = ProgressReporter("checking \(images)", total: dataset.count, unit: "image")
    let (readable, errors) = try dataset.readableImages {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
    progress.finish()
    let console = Console.standardError
    let shown = 20
    for error in errors.prefix(shown) { console.writeLine("warning: \(error)") }
    if errors.count > shown { console.writeLine("warning: … and \(errors.count - shown) more") }
    if !errors.isEmpty {
      console.writeLine(
        "warning: \(errors.count) of \(dataset.count) images cannot be read and are left out")
    }
    return readable
  }
}

/// What becomes of images that cannot be read.
public enum BadImages: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// The first one ends the stage.
  case fatal
  /// They are named, counted and left out.
  case skip
}

extension ImageSize: ExpressibleByArgument {
  private static var limits: ClosedRange<Int> { 1...8192 }

  /// Reads "64" for a square and "48x64" for height × width; nil if the text is neither or a side is
  /// not between 1 and 8192.
  public init?(argument: String) {
    let sides = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
      .map { Int($0) ?? 0 }
    guard (1...2).contains(sides.count), sides.allSatisfy(Self.limits.contains) else { return nil }
    self.init(height: sides[0], width: sides[sides.count - 1])
  }
}

extension RowCondition: ExpressibleByArgument {
  /// Reads "split=train"; nil if there is no column or no equals sign.
  public init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else { return nil }
    self.init(column: String(parts[0]), value: String(parts[1]))
  }
}

extension ColorMode: EnumerableFlag {
  /// What `--help` says of each.
  public static func help(for mode: ColorMode) -> ArgumentHelp? {
    switch mode {
    case .color: "Read all images in colour, as is done without a flag unless they are prepared."
    case .grey: "Read all images in grey."
    }
  }
}
