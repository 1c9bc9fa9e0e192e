import ArgumentParser

/// The flags that name a data set and say how its images are to be read.
public struct ImageOptions: ParsableArguments {
  /// A folder of images or a file of them.
  @Option(
    help: ArgumentHelp(
      "A folder of PNGs, in which a sub-folder is a class, or an IDX file.", valueName: "path"))
  public var images: String

  /// A file of labels, for images that come in one file.
  @Option(help: ArgumentHelp("The IDX file of labels of an IDX file.", valueName: "path"))
  public var labels: String?

  /// The size all images are brought to; nil leaves them as they are.
  @Option(
    help: ArgumentHelp(
      "Resize and crop all images to N × N or H × W pixels.", valueName: "n|hxw"))
  public var size: ImageSize?

  /// Whether images are read in colour or in grey; nil leaves them as they are.
  @Flag(exclusivity: .exclusive)
  public var colorMode: ColorMode?

  /// Nothing set: the path of the images is required.
  public init() {}
}

/// The size of an image in pixels, written "64" for a square and "48x64" for height × width.
public struct ImageSize: Hashable, Sendable, ExpressibleByArgument, CustomStringConvertible {
  /// The number of rows, 1 to 8192.
  public let height: Int
  /// The number of pixels in a row, 1 to 8192.
  public let width: Int

  private static let limits = 1...8192

  /// Reads "N" or "HxW"; nil if the text is neither or a side is beyond the limits.
  public init?(argument: String) {
    let sides = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
      .map { Int($0) ?? 0 }
    guard (1...2).contains(sides.count), sides.allSatisfy(Self.limits.contains) else { return nil }
    height = sides[0]
    width = sides[sides.count - 1]
  }

  /// Height × width, as it is written on the command line.
  public var description: String { "\(height)x\(width)" }
}

/// How many channels images are read with.
public enum ColorMode: String, EnumerableFlag, Sendable {
  /// Three channels: red, green, blue.
  case color
  /// One channel.
  case grey

  /// What `--help` says of each.
  public static func help(for mode: ColorMode) -> ArgumentHelp? {
    switch mode {
    case .color: "Read all images in color."
    case .grey: "Read all images in grey."
    }
  }
}
