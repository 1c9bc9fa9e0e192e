import ArgumentParser
import Artifacts
import Images
import VQVAE

/// The flags that shape a VQ-VAE.
struct VQVAEOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How much each level shrinks the one below it, from the top; as many as there are levels. \
      (default: 2,2 for images below 64 pixels, 2,4 from there)
      """, valueName: "n,n,…"))
  var downsampling: FactorList?

  @Option(help: ArgumentHelp("Codes in each level's codebook.", valueName: "n"))
  var codes = 512

  @Option(help: ArgumentHelp("Channels of a code's vector.", valueName: "n"))
  var codeChannels = 64

  @Option(help: ArgumentHelp("Channels of encoders and decoders.", valueName: "n"))
  var channels = 128

  @Option(help: ArgumentHelp("Residual blocks per encoder and decoder.", valueName: "n"))
  var residualBlocks = 2

  @Option(help: ArgumentHelp("Channels inside residual blocks.", valueName: "n"))
  var residualChannels = 64

  @Option(help: ArgumentHelp("The weight of the commitment loss.", valueName: "beta"))
  var commitment: Float = 0.25

  @Option(
    help: ArgumentHelp(
      "How codebooks learn: 'moving-average' or 'codebook-loss'.", valueName: "way"))
  var codebook = VQVAEConfiguration.CodebookLearning.movingAverage

  @Option(help: ArgumentHelp("The decay of the moving averages.", valueName: "gamma"))
  var decay: Float = 0.99

  @Option(
    help: ArgumentHelp(
      "Move codes used less than this per batch, on average, onto data; 0 for never.",
      valueName: "count"))
  var revival: Float = 1

  @Option(
    help: ArgumentHelp(
      """
      In training, hide the lower levels of this fraction of images from the decoder, so that the \
      top learns the global shape.
      """, valueName: "rate"))
  var levelDropout: Float = 0

  func validate() throws {
    if !(commitment >= 0 && commitment.isFinite) {
      throw ValidationError("--commitment is not negative.")
    }
    if !(0..<1).contains(decay) { throw ValidationError("--decay lies in [0, 1).") }
    if !(0..<1).contains(levelDropout) {
      throw ValidationError("--level-dropout lies in [0, 1).")
    }
    if !(revival >= 0 && revival.isFinite) { throw ValidationError("--revival is not negative.") }
  }

  /// Throws a `ValidationError` if the flags cannot make a VQ-VAE, a `FileError` naming `path` if
  /// images of `shape` do not fit it.
  func configuration(for shape: ImageShape, path: String) throws -> VQVAEConfiguration {
    let factors = downsampling?.factors ?? [2, min(shape.height, shape.width) < 64 ? 2 : 4]
    let configuration = VQVAEConfiguration(
      imageHeight: shape.height, imageWidth: shape.width, imageChannels: shape.channels,
      levels: zip(levelNames(factors.count), factors).map { name, factor in
        .init(
          name: name, downsampling: factor, codebookSize: codes, codeChannels: codeChannels)
      }, channels: channels, residualBlocks: residualBlocks, residualChannels: residualChannels,
      commitment: commitment, codebookLearning: codebook, codebookDecay: decay,
      revivalThreshold: revival, levelDropout: levelDropout > 0 ? levelDropout : nil)
    if let problem = configuration.architectureProblem { throw ValidationError(problem) }
    if let problem = configuration.imageProblem {
      throw FileError(path, "cannot be trained on", remedy: problem)
    }
    return configuration
  }

  private func levelNames(_ count: Int) -> [String] {
    switch count {
    case 1: ["top"]
    case 2: ["top", "bottom"]
    case 3: ["top", "middle", "bottom"]
    default: ["top"] + (1...count - 2).map { "middle\($0)" } + ["bottom"]
    }
  }
}

/// Whole numbers separated by commas.
struct FactorList: ExpressibleByArgument {
  let factors: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let factors = parts.compactMap { $0 }
    guard !factors.isEmpty, factors.count == parts.count, factors.count <= 8 else { return nil }
    self.factors = factors
  }
}

extension VQVAEConfiguration.CodebookLearning: ExpressibleByArgument {}
