import ArgumentParser
import Artifacts
import PixelCNN

/// The flags that shape a prior.
struct PriorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Channels of the residual stream. (default: 64 for the top level, 48 below)", valueName: "n"))
  var channels: Int?

  @Option(
    help: ArgumentHelp(
      "Channels inside gated residual blocks. (default: as --channels)", valueName: "n"))
  var residualChannels: Int?

  @Flag(
    inversion: .prefixedNo,
    help: """
      Make the second convolution of gated residual blocks 1×1, as in stage one: half the time of a step, \
      for steps that teach nearly as much.
      """)
  var pointwiseGates = true

  @Option(help: ArgumentHelp("Height and width of causal convolutions; odd.", valueName: "n"))
  var kernel = 3

  @Option(help: ArgumentHelp("Blocks, each ended by attention if there is any.", valueName: "n"))
  var blocks = 2

  @Option(help: ArgumentHelp("Gated residual blocks per block.", valueName: "n"))
  var residualBlocks = 4

  @Option(
    help: ArgumentHelp(
      "Heads of causal attention; 0 for none. (default: 8 for the top level, 0 below)",
      valueName: "n"))
  var attentionHeads: Int?

  @Option(help: ArgumentHelp("Pointwise blocks before the logits.", valueName: "n"))
  var outputBlocks = 0

  @Option(
    help: ArgumentHelp("Residual blocks over the codes of the levels above.", valueName: "n"))
  var conditionBlocks = 2

  @Option(
    help: ArgumentHelp(
      "Channels of those blocks. (default: as --channels)", valueName: "n"))
  var conditionChannels: Int?

  @Option(help: ArgumentHelp("The fraction of activations dropped in training.", valueName: "rate"))
  var dropout: Float = 0.1

  @Option(
    help: ArgumentHelp(
      """
      Hide the class of this fraction of images, so that images can be drawn with --guidance; 0 for \
      none. (default: 0.1 if there are classes)
      """, valueName: "rate"))
  var classDropout: Float?

  @Flag(help: "Ignore the labels.")
  var unconditional = false

  func validate() throws {
    if !(0..<1).contains(classDropout ?? 0) {
      throw ValidationError("--class-dropout lies in [0, 1).")
    }
    if unconditional, (classDropout ?? 0) > 0 {
      throw ValidationError("--class-dropout and --unconditional exclude each other.")
    }
  }

  /// Throws a `ValidationError` if the flags cannot make a prior for `level`.
  func configuration(for level: CodeLevel, of file: CodeFile) throws -> PriorConfiguration {
    let above = Array(file.levels.prefix { $0 != level })
    let classNames = unconditional ? [] : file.layout.classNames
    if classNames.isEmpty, (classDropout ?? 0) > 0 {
      throw ValidationError("These codes have no classes; leave out --class-dropout.")
    }
    let classDropout = classNames.isEmpty ? 0 : self.classDropout ?? 0.1
    let channels = self.channels ?? (above.isEmpty ? 64 : 48)
    let configuration = PriorConfiguration(
      level: level, conditions: above,
      classNames: classNames, channels: channels,
      residualChannels: residualChannels ?? channels, pointwiseGates: pointwiseGates ? true : nil,
      kernel: kernel, blocks: blocks, residualBlocks: residualBlocks,
      attentionHeads: attentionHeads ?? (above.isEmpty ? 8 : 0), outputBlocks: outputBlocks,
      conditionBlocks: conditionBlocks, conditionChannels: conditionChannels ?? channels,
      dropout: dropout, classDropout: classDropout > 0 ? classDropout : nil)
    if let problem = configuration.problem { throw ValidationError(problem) }
    return configuration
  }
}
