import ArgumentParser
import Artifacts
import Images
import VAE

/// The flags that shape a VAE, the baseline with a Gaussian bottleneck; nil until the user sets them.
struct VAEOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      With --bottleneck gaussian: how many numbers describe an image; or n,m for two levels, the n \
      numbers of the upper saying how the m of the lower are distributed. (default: 64)
      """, valueName: "n|n,m"))
  var latents: NumberList?

  @Option(
    help: ArgumentHelp(
      "With --bottleneck gaussian: the weight of the divergence. (default: 1)", valueName: "beta"))
  var beta: Float?

  @Option(
    help: ArgumentHelp(
      """
      With --bottleneck gaussian: how pixels are distributed, as black and white ('bernoulli') or \
      around a mean ('gaussian'). (default: bernoulli with --grey, gaussian in colour)
      """, valueName: "kind"))
  var likelihood: VAEConfiguration.Likelihood?

  /// The name of a flag of these that was given, if one was.
  var given: String? {
    firstGiven([
      ("--latents", latents != nil), ("--beta", beta != nil), ("--likelihood", likelihood != nil),
    ])
  }

  /// Throws a `ValidationError` if the flags cannot make a VAE, a `FileError` naming `path` if images
  /// of `shape` do not fit it.
  func configuration(
    _ convolutions: ConvolutionOptions, for shape: ImageShape, path: String
  ) throws -> VAEConfiguration {
    let factors = convolutions.downsampling?.numbers ?? [defaultDownsampling(of: shape)]
    guard factors.count == 1 else {
      throw ValidationError("--bottleneck gaussian has one level: give --downsampling one number.")
    }
    let levels = latents?.numbers ?? [64]
    guard levels.count <= 2 else {
      throw ValidationError("A VAE has one or two levels: give --latents one or two numbers.")
    }
    let configuration = VAEConfiguration(
      imageHeight: shape.height, imageWidth: shape.width, imageChannels: shape.channels,
      downsampling: factors[0], channels: convolutions.channels,
      residualBlocks: convolutions.residualBlocks,
      residualChannels: convolutions.residualChannels, latents: levels[levels.count - 1],
      topLatents: levels.count == 2 ? levels[0] : nil,
      likelihood: likelihood ?? (shape.channels == 1 ? .bernoulli : .gaussian), beta: beta ?? 1)
    if let problem = configuration.architectureProblem { throw ValidationError(problem) }
    if let problem = configuration.imageProblem {
      throw FileError(path, "cannot be trained on", remedy: problem)
    }
    return configuration
  }

  /// The largest that leaves a map of at least 4×4 and divides the image; 2 where none does.
  private func defaultDownsampling(of shape: ImageShape) -> Int {
    [16, 8, 4].first {
      min(shape.height, shape.width) >= 4 * $0 && shape.height.isMultiple(of: $0)
        && shape.width.isMultiple(of: $0)
    } ?? 2
  }
}

extension VAEConfiguration.Likelihood: ExpressibleByArgument {}
