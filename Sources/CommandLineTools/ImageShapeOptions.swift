import ArgumentParser
import Images

/// The flags that say what size and colour images are read in, where no model says it.
public struct ImageShapeOptions: ParsableArguments {
  /// The size all images are brought to; nil leaves them as they are.
  @Option(
    help: ArgumentHelp(
      """
      Resize and crop all images to N × N or H × W pixels; prepared ones have a size. (default: as they \
      are)
      """,
      valueName: "n|hxw"))
  public var size: ImageSize?

  /// Whether images are read in colour or in grey; nil for colour, and for what prepared images are in.
  @Flag(exclusivity: .exclusive)
  public var color: ColorMode?

  /// Nothing set: images have one size, and are read in colour.
  public init() {}
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

extension ColorMode: EnumerableFlag {
  /// What `--help` says of each.
  public static func help(for mode: ColorMode) -> ArgumentHelp? {
    switch mode {
    case .color: "Read all images in colour, as is done without a flag unless they are prepared."
    case .grey: "Read all images in grey."
    }
  }
}
