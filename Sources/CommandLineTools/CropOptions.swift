import ArgumentParser
import Images

/// The flags that say whether training sees random windows of pictures.
public struct CropOptions: ParsableArguments {
  @Flag(
    help: """
      Take a random window of --size from each picture, another each time, instead of its middle: for \
      textures and photos. Held-out images stay as they are.
      """)
  private var crop = false

  @Option(
    help: ArgumentHelp(
      """
      Reduce pictures, before a window is taken, to a random part of their size between these two, but to no \
      less than the window: 1 shows their own pixels, 0.25 four times as much along each side. (default: \
      0.25,1)
      """, valueName: "low,high"))
  private var cropScale: CropScale?

  /// Nothing set: no windows.
  public init() {}

  /// Refuses a scale for windows nobody takes.
  public func validate() throws {
    if cropScale != nil && !crop { throw ValidationError("--crop-scale needs --crop.") }
  }

  /// Refuses windows of no size.
  public func check(_ shape: ImageShapeOptions) throws {
    if crop && shape.size == nil {
      throw ValidationError("--crop needs --size, that of the windows.")
    }
  }

  /// The parts of their size to which pictures are reduced; nil without windows.
  public var scale: ClosedRange<Double>? { crop ? cropScale?.range ?? 0.25...1 : nil }
}

/// Two parts of a picture's size, each above 0 and at most 1, the smaller first.
struct CropScale: ExpressibleByArgument {
  let range: ClosedRange<Double>

  init?(argument: String) {
    let bounds = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard bounds.count == 2, let low = bounds[0], let high = bounds[1], low >= 0.001, low <= high,
      high <= 1
    else { return nil }
    range = low...high
  }
}
