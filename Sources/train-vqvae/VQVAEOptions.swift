import ArgumentParser
import Artifacts
import Images
import VQVAE

/// The flags that shape the codes of a VQ-VAE; nil until the user sets them.
struct VQVAEOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Codes in each level's codebook. (default: 256)", valueName: "n"))
  var codes: Int?

  @Option(
    help: ArgumentHelp(
      "Channels of a code's vector, or of what is in its place with --bottleneck none. (default: 32)",
      valueName: "n"))
  var codeChannels: Int?

  @Option(
    help: ArgumentHelp("The weight of the commitment loss. (default: 0.25)", valueName: "beta"))
  var commitment: Float?

  @Option(
    help: ArgumentHelp(
      "How codebooks learn. (default: moving-average)", valueName: "way"))
  var codebook: VQVAEConfiguration.CodebookLearning?

  @Option(
    help: ArgumentHelp("The decay of the moving averages. (default: 0.99)", valueName: "gamma"))
  var decay: Float?

  @Option(
    help: ArgumentHelp(
      """
      Move codes used less than this per batch, on average, onto data; 0 for never. (default: 1)
      """, valueName: "count"))
  var revival: Float?

  @Option(
    help: ArgumentHelp(
      """
      In training, hide the lower levels of this fraction of images from the decoder, so that the \
      top learns the global shape. (default: 0.2 with several levels)
      """, valueName: "rate"))
  var levelDropout: Float?

  @Option(
    help: ArgumentHelp(
      """
      How the gradient passes the codebook: 'straight-through' as it is, or by 'rotation', turned as \
      the vector was on its way to its code. (default: straight-through)
      """, valueName: "way"))
  var gradient: VQVAEConfiguration.QuantizerGradient?

  @Option(
    help: ArgumentHelp(
      """
      In training, show the decoder others in place of this fraction of codes, so that it gets along \
      with the mistakes of a prior. (default: 0)
      """, valueName: "rate"))
  var codeNoise: Float?

  /// The name of a flag of these that was given and says something of codebooks, if one was.
  var givenOfCodebooks: String? {
    firstGiven([
      ("--codes", codes != nil), ("--commitment", commitment != nil),
      ("--codebook", codebook != nil), ("--decay", decay != nil), ("--revival", revival != nil),
      ("--level-dropout", levelDropout != nil), ("--gradient", gradient != nil),
      ("--code-noise", codeNoise != nil),
    ])
  }

  /// The name of a flag of these that was given, if one was.
  var given: String? {
    givenOfCodebooks ?? firstGiven([("--code-channels", codeChannels != nil)])
  }

  func validate() throws {
    func isWeight(_ value: Float?) -> Bool { (value ?? 0) >= 0 && (value ?? 0).isFinite }
    if !isWeight(commitment) { throw ValidationError("--commitment is not negative.") }
    if !(0..<1).contains(decay ?? 0) { throw ValidationError("--decay lies in [0, 1).") }
    if !(0..<1).contains(levelDropout ?? 0) {
      throw ValidationError("--level-dropout lies in [0, 1).")
    }
    if !(0..<1).contains(codeNoise ?? 0) { throw ValidationError("--code-noise lies in [0, 1).") }
    if !isWeight(revival) { throw ValidationError("--revival is not negative.") }
  }

  /// Throws a `ValidationError` if the flags cannot make a VQ-VAE, a `FileError` naming `path` if
  /// images of `shape` do not fit it.
  func configuration(
    _ convolutions: ConvolutionOptions, _ objective: ObjectiveOptions, for shape: ImageShape,
    path: String
  ) throws -> VQVAEConfiguration {
    func used(_ rate: Float?) -> Float? { rate.flatMap { $0 > 0 ? $0 : nil } }
    let levels = convolutions.levels(of: shape)
    let configuration = VQVAEConfiguration(
      imageHeight: shape.height, imageWidth: shape.width, imageChannels: shape.channels,
      levels: levels.map {
        .init(
          name: $0.name, downsampling: $0.downsampling, codebookSize: codes ?? 256,
          codeChannels: codeChannels ?? 32)
      }, channels: convolutions.channels, residualBlocks: convolutions.residualBlocks,
      residualChannels: convolutions.residualChannels, commitment: commitment ?? 0.25,
      codebookLearning: codebook ?? .movingAverage, codebookDecay: decay ?? 0.99,
      revivalThreshold: revival ?? 1,
      levelDropout: used(levelDropout ?? (levels.count > 1 ? 0.2 : 0)),
      quantizerGradient: gradient == .rotation ? .rotation : nil, codeNoise: used(codeNoise),
      featureWeight: objective.usedFeatureWeight, adversary: objective.adversary)
    if let problem = configuration.architectureProblem { throw ValidationError(problem) }
    if let problem = configuration.imageProblem {
      throw FileError(path, "cannot be trained on", remedy: problem)
    }
    return configuration
  }

  /// An autoencoder of the same shape, without codes. Throws as `configuration` does.
  func autoencoder(
    _ convolutions: ConvolutionOptions, for shape: ImageShape, path: String
  ) throws -> AutoencoderConfiguration {
    let configuration = AutoencoderConfiguration(
      imageHeight: shape.height, imageWidth: shape.width, imageChannels: shape.channels,
      levels: convolutions.levels(of: shape).map {
        .init(name: $0.name, downsampling: $0.downsampling, vectorChannels: codeChannels ?? 32)
      }, channels: convolutions.channels, residualBlocks: convolutions.residualBlocks,
      residualChannels: convolutions.residualChannels)
    if let problem = configuration.architectureProblem { throw ValidationError(problem) }
    if let problem = configuration.imageProblem {
      throw FileError(path, "cannot be trained on", remedy: problem)
    }
    return configuration
  }
}

extension VQVAEConfiguration.CodebookLearning: ExpressibleByArgument {}
extension VQVAEConfiguration.QuantizerGradient: ExpressibleByArgument {}
