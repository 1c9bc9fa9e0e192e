import ArgumentParser
import Images

/// The flags that shape the convolutions of either model.
struct ConvolutionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How much each level shrinks the one below it, from the top; as many as there are levels. \
      (default: 2,2 for images below 64 pixels, 2,4 from there; with --bottleneck gaussian as much as \
      leaves 4 pixels, at most 16)
      """, valueName: "n,n,…"))
  var downsampling: NumberList?

  @Option(help: ArgumentHelp("Channels of encoders and decoders.", valueName: "n"))
  var channels = 64

  @Option(help: ArgumentHelp("Residual blocks per encoder and decoder.", valueName: "n"))
  var residualBlocks = 2

  @Option(help: ArgumentHelp("Channels inside residual blocks.", valueName: "n"))
  var residualChannels = 32

  /// The name and the downsampling of each level of a hierarchy over images of `shape`, from the top.
  func levels(of shape: ImageShape) -> [(name: String, downsampling: Int)] {
    let factors = downsampling?.numbers ?? [2, min(shape.height, shape.width) < 64 ? 2 : 4]
    let names =
      switch factors.count {
      case 1: ["top"]
      case 2: ["top", "bottom"]
      case 3: ["top", "middle", "bottom"]
      default: ["top"] + (1...factors.count - 2).map { "middle\($0)" } + ["bottom"]
      }
    return zip(names, factors).map { ($0, $1) }
  }
}

/// Whole numbers separated by commas.
struct NumberList: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = parts.compactMap { $0 }
    guard !numbers.isEmpty, numbers.count == parts.count, numbers.count <= 8 else { return nil }
    self.numbers = numbers
  }
}

/// A flag's name and whether the user gave it.
typealias FlagUse = (name: String, isGiven: Bool)

/// The name of the first flag that was given; nil if none was.
func firstGiven(_ flags: [FlagUse]) -> String? { flags.first { $0.isGiven }?.name }
