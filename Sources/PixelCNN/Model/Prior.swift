import NeuralNetworks
import Tensors

/// An autoregressive prior over one level's codes, of the PixelCNN family (arXiv 1606.05328): PixelSNAIL
/// (1712.09763) with or without attention, as VQ-VAE-2 uses it.
///
/// p(codes | class, codes above) = Π_i p(code_i | codes before i in raster order, class, codes above).
public final class Prior {
  /// What was built.
  public let configuration: PriorConfiguration
  /// All weights.
  public let parameters: ParameterStore

  let rowsAbove: CodeConvolution
  let pixelsLeft: CodeConvolution
  let conditioning: ConditioningStack
  let blocks: [PixelBlock]
  let outputBlocks: [GatedResidualBlock]
  let output: Convolution

  /// Builds the model; its configuration must have no `problem`.
  public init(_ configuration: PriorConfiguration, start: ParameterStore.Start) {
    precondition(configuration.problem == nil, configuration.problem ?? "")
    let parameters = ParameterStore(start, arithmetic: configuration.arithmetic)
    let root = parameters.root
    rowsAbove = CodeConvolution(
      root.scope("rowsAbove"), classes: configuration.level.codebookSize,
      outputs: configuration.channels, taps: CausalTaps.rowsAbove(kernel: configuration.kernel),
      shift: (1, 0))
    pixelsLeft = CodeConvolution(
      root.scope("pixelsLeft"), classes: configuration.level.codebookSize,
      outputs: configuration.channels, taps: CausalTaps.pixelsLeft(kernel: configuration.kernel),
      shift: (0, 1))
    conditioning = ConditioningStack(root.scope("condition"), configuration: configuration)
    blocks = (0..<configuration.blocks).map {
      PixelBlock(root.scope("block").scope($0), configuration: configuration)
    }
    outputBlocks = (0..<configuration.outputBlocks).map {
      GatedResidualBlock(
        root.scope("outputBlock").scope($0), channels: configuration.channels,
        hidden: configuration.residualChannels, reach: .point, configuration: configuration)
    }
    output = Convolution(
      root.scope("logits"), inputs: configuration.channels,
      outputs: configuration.level.codebookSize,
      geometry: ConvolutionGeometry(taps: GatedResidualBlock.Reach.point.taps),
      isWeightNormalized: true)
    self.configuration = configuration
    self.parameters = parameters
  }

  /// One batch of codes for a prior.
  public struct Batch {
    /// The level's own codes: [images · height · width].
    public var codes: [Int32]
    /// The codes of the levels above, from the top.
    public var conditions: [[Int32]]
    /// One class per image; nil for an unconditional prior.
    public var labels: [Int32]?

    /// A batch of whole images.
    public init(codes: [Int32], conditions: [[Int32]] = [], labels: [Int32]? = nil) {
      self.codes = codes
      self.conditions = conditions
      self.labels = labels
    }
  }

  /// The logits of every position given the true codes before it:
  /// [images, height, width, codebook size].
  public func logits(of batch: Batch, in pass: ForwardPass) -> Tensor {
    let level = configuration.level
    let images = batch.codes.count / (level.height * level.width)
    let above = rowsAbove(
      batch.codes, images: images, height: level.height, width: level.width, in: pass)
    let left = pixelsLeft(
      batch.codes, images: images, height: level.height, width: level.width, in: pass)
    let context = GatedResidualBlock.Context(
      condition: conditioning(batch.conditions, images: images, in: pass), labels: batch.labels)
    let coordinates = Coordinates.map(images: images, height: level.height, width: level.width)
    var features = blocks.reduce(above + left) {
      $1($0, coordinates: coordinates, context: context, in: pass)
    }
    features = outputBlocks.reduce(features) { $1($0, in: pass) }
    return output(features.activated(by: .elu), in: pass)
  }

  /// The mean negative log-likelihood of a batch in nats per code; a scalar.
  public func loss(of batch: Batch, in pass: ForwardPass) -> Tensor {
    logits(of: batch, in: pass).softmaxCrossEntropy(targets: batch.codes)
  }
}
