import Tensors

/// Everything that tells one autoencoder from another, apart from its weights.
public struct AutoencoderConfiguration: Codable, Hashable, Sendable {
  /// One level of the hierarchy.
  public struct Level: Codable, Hashable, Sendable {
    /// What the level is called: `top`, `bottom`, …
    public var name: String
    /// How many times smaller than the level below it is, or than the image for the last level, in
    /// height and width; a power of two.
    public var downsampling: Int
    /// Channels of its vectors.
    public var vectorChannels: Int

    /// A level with the given shape.
    public init(name: String, downsampling: Int, vectorChannels: Int) {
      self.name = name
      self.downsampling = downsampling
      self.vectorChannels = vectorChannels
    }
  }

  /// Rows of an image, at most 8192.
  public var imageHeight: Int
  /// Columns of an image, at most 8192.
  public var imageWidth: Int
  /// 1 for grey, 3 for colour.
  public var imageChannels: Int
  /// From the top (the smallest map) to the bottom.
  public var levels: [Level]
  /// Channels of the encoders and decoders.
  public var channels: Int
  /// Residual blocks per encoder and decoder.
  public var residualBlocks: Int
  /// Channels inside a residual block.
  public var residualChannels: Int
  /// In which numbers convolutions multiply; nil for float32.
  public var arithmetic: Arithmetic?

  /// A configuration, with the widths of a VQ-VAE where none are given.
  public init(
    imageHeight: Int, imageWidth: Int, imageChannels: Int, levels: [Level], channels: Int = 128,
    residualBlocks: Int = 2, residualChannels: Int = 64, arithmetic: Arithmetic? = nil
  ) {
    self.imageHeight = imageHeight
    self.imageWidth = imageWidth
    self.imageChannels = imageChannels
    self.levels = levels
    self.channels = channels
    self.residualBlocks = residualBlocks
    self.residualChannels = residualChannels
    self.arithmetic = arithmetic
  }

  /// What is wrong with the configuration, in one line; nil if it can be built.
  public var problem: String? { network.problem }

  /// What is wrong with it whatever the images, in one line; nil if nothing is.
  public var architectureProblem: String? { network.architectureProblem }

  /// What is wrong with its images, if nothing else is, in one line; nil if they can be encoded.
  public var imageProblem: String? { network.imageProblem }

  /// The VQ-VAE whose codebooks it lacks, of whatever size those are.
  public var network: VQVAEConfiguration {
    VQVAEConfiguration(
      imageHeight: imageHeight, imageWidth: imageWidth, imageChannels: imageChannels,
      levels: levels.map {
        .init(
          name: $0.name, downsampling: $0.downsampling, codebookSize: 2,
          codeChannels: $0.vectorChannels)
      }, channels: channels, residualBlocks: residualBlocks, residualChannels: residualChannels,
      arithmetic: arithmetic)
  }
}
