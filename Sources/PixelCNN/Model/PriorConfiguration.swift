import Artifacts
import Tensors

/// Everything that tells one prior from another, apart from its weights.
public struct PriorConfiguration: Codable, Hashable, Sendable {
  /// The level whose codes are modelled.
  public var level: CodeLevel
  /// The levels above it, from the top, whose codes are given.
  public var conditions: [CodeLevel]
  /// What the classes are called, which labels index; empty for an unconditional prior.
  public var classNames: [String]
  /// Channels of the residual stream.
  public var channels: Int
  /// Channels inside a gated residual block.
  public var residualChannels: Int
  /// Whether the second convolution of gated residual blocks, which makes the gates, is 1×1 as in the
  /// residual blocks of stage one; nil for no: it then reads as many codes as the first.
  public var pointwiseGates: Bool?
  /// Height and width of the causal convolutions; odd.
  public var kernel: Int
  /// How many blocks of gated residual blocks, each ended by attention where there is any.
  public var blocks: Int
  /// Gated residual blocks per block.
  public var residualBlocks: Int
  /// Heads of the causal attention at the end of each block; 0 for none.
  public var attentionHeads: Int
  /// Gated residual blocks of 1×1 convolutions before the logits.
  public var outputBlocks: Int
  /// Gated residual blocks of the stack that the levels above go through.
  public var conditionBlocks: Int
  /// Channels of that stack.
  public var conditionChannels: Int
  /// Height and width of that stack's convolutions; odd.
  public var conditionKernel: Int
  /// The fraction of activations that training drops inside gated residual blocks.
  public var dropout: Float
  /// The fraction of training images whose class is hidden, so that the prior also learns what images
  /// of any class are like, which guidance needs; nil for none.
  public var classDropout: Float?
  /// In which numbers convolutions multiply; nil for float32.
  public var arithmetic: Arithmetic?

  /// A configuration with moderate defaults where none are given.
  public init(
    level: CodeLevel, conditions: [CodeLevel] = [], classNames: [String] = [], channels: Int = 64,
    residualChannels: Int = 64, pointwiseGates: Bool? = nil, kernel: Int = 3, blocks: Int = 2,
    residualBlocks: Int = 3, attentionHeads: Int = 0, outputBlocks: Int = 0,
    conditionBlocks: Int = 2, conditionChannels: Int = 64, conditionKernel: Int = 3,
    dropout: Float = 0.1, classDropout: Float? = nil, arithmetic: Arithmetic? = nil
  ) {
    self.level = level
    self.conditions = conditions
    self.classNames = classNames
    self.channels = channels
    self.residualChannels = residualChannels
    self.pointwiseGates = pointwiseGates
    self.kernel = kernel
    self.blocks = blocks
    self.residualBlocks = residualBlocks
    self.attentionHeads = attentionHeads
    self.outputBlocks = outputBlocks
    self.conditionBlocks = conditionBlocks
    self.conditionChannels = conditionChannels
    self.conditionKernel = conditionKernel
    self.dropout = dropout
    self.classDropout = classDropout
    self.arithmetic = arithmetic
  }

  /// How many classes there are; 0 for an unconditional prior.
  public var classCount: Int { classNames.count }

  /// The label of an image whose class is hidden, one beyond those of the classes; nil if the prior
  /// knows no such images.
  public var hiddenLabel: Int32? { classDropout.map { _ in Int32(classCount) } }

  /// How many vectors its class embeddings have: one for each class, and for hidden ones.
  var embeddedClassCount: Int { classCount + (hiddenLabel == nil ? 0 : 1) }

  /// What is wrong with the configuration, in one line; nil if it can be built.
  public var problem: String? {
    if kernel % 2 == 0 || !(3...15).contains(kernel) || conditionKernel % 2 == 0
      || !(1...15).contains(conditionKernel)
    {
      return "use a kernel of 3, 5, … 15"
    }
    if ![channels, residualChannels, conditionChannels].allSatisfy((1...4096).contains) {
      return "use 1 to 4096 channels"
    }
    if !(1...1000).contains(blocks) || !(0...1000).contains(residualBlocks) {
      return "use 1 to 1000 blocks"
    }
    if blocks * residualBlocks > 1000 { return "use at most 1000 residual blocks in all" }
    if !(0...1000).contains(outputBlocks) || !(0...1000).contains(conditionBlocks) {
      return "use 0 to 1000 output and condition blocks"
    }
    if conditions.count > 7 { return "a level has at most 7 above it" }
    if classCount > 16_384 { return "a prior knows at most 16384 classes, not \(classCount)" }
    if !(0..<1).contains(dropout) { return "dropout lies in [0, 1)" }
    if let classDropout, classCount == 0 || !(classDropout > 0 && classDropout < 1) {
      return "class dropout lies between 0 and 1, and needs classes"
    }
    if attentionHeads < 0 || attentionHeads > channels / 2
      || (attentionHeads > 0 && channels / 2 % attentionHeads != 0)
    {
      return "half of \(channels) channels cannot be shared by \(attentionHeads) attention heads"
    }
    for map in [level] + conditions {
      if !(1...16_384).contains(map.codebookSize) || !(1...4096).contains(map.height)
        || !(1...4096).contains(map.width)
      {
        return "level \(map.name) has an impossible map or codebook"
      }
    }
    for (upper, lower) in zip(conditions, conditions.dropFirst() + [level])
    where lower.height % upper.height != 0
      || lower.height / upper.height * upper.width != lower.width
    {
      return
        "level \(lower.name) (\(lower.height)×\(lower.width)) is not a whole multiple of level "
        + "\(upper.name) (\(upper.height)×\(upper.width))"
    }
    return nil
  }

  /// By how much the map of condition `index` is enlarged to reach the next level's.
  func enlargement(ofCondition index: Int) -> Int {
    let next = index + 1 < conditions.count ? conditions[index + 1] : level
    return next.height / conditions[index].height
  }
}
