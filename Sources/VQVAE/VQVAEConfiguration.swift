import Tensors

/// Everything that tells one VQ-VAE from another, apart from its weights.
public struct VQVAEConfiguration: Codable, Hashable, Sendable {
  /// One level of the hierarchy.
  public struct Level: Codable, Hashable, Sendable {
    /// What the level is called in files and flags: `top`, `bottom`, …
    public var name: String
    /// How many times smaller than the level below it is, or than the image for the last level, in
    /// height and width; a power of two.
    public var downsampling: Int
    /// Entries of the codebook, K in the paper; at most 16,384.
    public var codebookSize: Int
    /// Channels of a codebook entry, D in the paper.
    public var codeChannels: Int

    /// A level with the given shape.
    public init(name: String, downsampling: Int, codebookSize: Int, codeChannels: Int) {
      self.name = name
      self.downsampling = downsampling
      self.codebookSize = codebookSize
      self.codeChannels = codeChannels
    }
  }

  /// How codebooks learn.
  public enum CodebookLearning: String, Codable, Sendable, CaseIterable {
    /// Entries follow an exponential moving average of the vectors assigned to them (1711.00937, A.1).
    case movingAverage = "moving-average"
    /// Entries descend ‖sg[z] − e‖², the second term of equation 3 of 1711.00937.
    case codebookLoss = "codebook-loss"
  }

  /// What the gradient of a quantized vector becomes on its way to the vector before.
  public enum QuantizerGradient: String, Codable, Sendable, CaseIterable {
    /// It stays as it is (1711.00937).
    case straightThrough = "straight-through"
    /// It is turned and stretched back as the vector was (the rotation trick, arXiv 2410.06424).
    case rotation
  }

  /// How a patch discriminator has a part in the training (VQGAN, arXiv 2012.09841).
  public struct Adversary: Codable, Hashable, Sendable {
    /// How hard it pulls the decoder, as a fraction of how hard closeness to the images does.
    public var weight: Float
    /// The fraction of the training after which it enters, 0 to less than 1.
    public var start: Float

    /// A discriminator's part.
    public init(weight: Float, start: Float) {
      self.weight = weight
      self.start = start
    }
  }

  /// The most rows or columns of an image.
  public static let maximumSide = 8192

  /// Rows of an image, at most `maximumSide`.
  public var imageHeight: Int
  /// Columns of an image, at most `maximumSide`.
  public var imageWidth: Int
  /// 1 for grey, 3 for colour.
  public var imageChannels: Int
  /// From the top (the smallest map, the global shape) to the bottom.
  public var levels: [Level]
  /// Channels of the encoders and decoders.
  public var channels: Int
  /// Residual blocks per encoder and decoder.
  public var residualBlocks: Int
  /// Channels inside a residual block.
  public var residualChannels: Int
  /// β, the weight of ‖z − sg[e]‖².
  public var commitment: Float
  /// How codebooks learn.
  public var codebookLearning: CodebookLearning
  /// γ, the decay of the moving averages.
  public var codebookDecay: Float
  /// A code whose moving count per batch falls below this is moved to a vector of the batch; 0 for never.
  public var revivalThreshold: Float
  /// In training, the fraction of images whose lower levels the decoder does not see, so that the
  /// upper levels learn to say alone what they can; nil or 0 for the paper's training.
  public var levelDropout: Float?
  /// What becomes of the quantizer's gradient; nil means straight through.
  public var quantizerGradient: QuantizerGradient?
  /// In training, the fraction of codes that the decoder and lower encoders see others in place of; nil
  /// or 0 for the paper's training.
  public var codeNoise: Float?
  /// The weight of the distance of image and reconstruction in a classifier's features; nil or 0 for the
  /// paper's training.
  public var featureWeight: Float?
  /// The discriminator that reconstructions have to deceive; nil for the paper's training.
  public var adversary: Adversary?
  /// In which numbers convolutions multiply; nil for float32.
  public var arithmetic: Arithmetic?

  /// A configuration with the paper's defaults where none are given.
  public init(
    imageHeight: Int, imageWidth: Int, imageChannels: Int, levels: [Level], channels: Int = 128,
    residualBlocks: Int = 2, residualChannels: Int = 64, commitment: Float = 0.25,
    codebookLearning: CodebookLearning = .movingAverage, codebookDecay: Float = 0.99,
    revivalThreshold: Float = 1, levelDropout: Float? = nil,
    quantizerGradient: QuantizerGradient? = nil, codeNoise: Float? = nil,
    featureWeight: Float? = nil, adversary: Adversary? = nil, arithmetic: Arithmetic? = nil
  ) {
    self.imageHeight = imageHeight
    self.imageWidth = imageWidth
    self.imageChannels = imageChannels
    self.levels = levels
    self.channels = channels
    self.residualBlocks = residualBlocks
    self.residualChannels = residualChannels
    self.commitment = commitment
    self.codebookLearning = codebookLearning
    self.codebookDecay = codebookDecay
    self.revivalThreshold = revivalThreshold
    self.levelDropout = levelDropout
    self.quantizerGradient = quantizerGradient
    self.codeNoise = codeNoise
    self.featureWeight = featureWeight
    self.adversary = adversary
    self.arithmetic = arithmetic
  }

  /// How many times smaller than the image a level's map is.
  public func totalDownsampling(ofLevel index: Int) -> Int {
    levels[index...].reduce(1) { $0 * $1.downsampling }
  }

  /// Height and width of a level's map of codes.
  public func mapSize(ofLevel index: Int) -> (height: Int, width: Int) {
    let factor = totalDownsampling(ofLevel: index)
    return (imageHeight / factor, imageWidth / factor)
  }

  /// What is wrong with the configuration, in one line; nil if it can be built.
  public var problem: String? { architectureProblem ?? imageProblem }

  /// What is wrong with it whatever the images, in one line; nil if nothing is.
  public var architectureProblem: String? {
    if !(1...8).contains(levels.count) { return "a VQ-VAE has 1 to 8 levels" }
    if Set(levels.map(\.name)).count < levels.count { return "two levels have the same name" }
    for level in levels {
      if ![2, 4, 8, 16].contains(level.downsampling) {
        return "level \(level.name) shrinks by \(level.downsampling); use 2, 4, 8 or 16"
      }
      if !(2...16_384).contains(level.codebookSize) {
        return "level \(level.name) has \(level.codebookSize) codes; use 2 to 16384"
      }
      if !(1...4096).contains(level.codeChannels) {
        return "level \(level.name) has \(level.codeChannels) code channels; use 1 to 4096"
      }
    }
    if !(2...4096).contains(channels) { return "use 2 to 4096 channels, not \(channels)" }
    if !(1...4096).contains(residualChannels) { return "use 1 to 4096 residual channels" }
    if !(0...100).contains(residualBlocks) { return "use 0 to 100 residual blocks" }
    // The decoder sees the codes of all levels side by side.
    let codeChannels = levels.reduce(0) { $0 + $1.codeChannels }
    if codeChannels > 16_384 {
      return "all levels together have \(codeChannels) code channels; use at most 16384"
    }
    return nil
  }

  /// What is wrong with its images, if nothing else is, in one line; nil if they can be encoded.
  public var imageProblem: String? {
    if imageChannels != 1 && imageChannels != 3 { return "images have 1 or 3 channels" }
    let sides = 1...Self.maximumSide
    if !sides.contains(imageHeight) || !sides.contains(imageWidth) {
      return "a VQ-VAE reads images of up to \(Self.maximumSide) pixels a side, not of "
        + "\(imageWidth)×\(imageHeight); choose another --size"
    }
    let factor = totalDownsampling(ofLevel: 0)
    if imageHeight < factor || imageWidth < factor || imageHeight % factor != 0
      || imageWidth % factor != 0
    {
      return
        "images of \(imageWidth)×\(imageHeight) do not divide by \(factor), the factor between "
        + "the image and the top level; choose another --size or --downsampling"
    }
    return nil
  }
}
