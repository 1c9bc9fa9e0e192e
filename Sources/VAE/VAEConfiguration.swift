import Tensors

/// Everything that tells one VAE from another, apart from its weights.
public struct VAEConfiguration: Codable, Hashable, Sendable {
  /// The distribution of an image given its latents, p(x|z).
  public enum Likelihood: String, Codable, Sendable, CaseIterable {
    /// Each pixel is white or black. A grey one is drawn anew whenever it is looked at, white with
    /// the probability that it is bright: dynamic binarization.
    case bernoulli
    /// Each pixel is normal, with one variance for all.
    case gaussian
  }

  /// Rows of an image, at most 8192.
  public var imageHeight: Int
  /// Columns of an image, at most 8192.
  public var imageWidth: Int
  /// 1 for grey, 3 for colour.
  public var imageChannels: Int
  /// How many times smaller than the image the convolutions' smallest map is; 2, 4, 8 or 16.
  public var downsampling: Int
  /// Channels of the encoder and the decoder.
  public var channels: Int
  /// Residual blocks of the encoder and of the decoder.
  public var residualBlocks: Int
  /// Channels inside a residual block.
  public var residualChannels: Int
  /// How many numbers the decoder makes an image of, J in the paper.
  public var latents: Int
  /// How many numbers their prior is conditioned on, which have the prior N(0, I) instead: the upper of two
  /// levels (arXiv 1602.02282). Nil where there is one level.
  public var topLatents: Int?
  /// The distribution of an image given its latents.
  public var likelihood: Likelihood
  /// β, the weight of the divergence in the objective (β-VAE); 1 for the paper's bound.
  public var beta: Float
  /// In which numbers convolutions multiply; nil for float32.
  public var arithmetic: Arithmetic?

  /// A configuration, with the widths of a VQ-VAE where none are given.
  public init(
    imageHeight: Int, imageWidth: Int, imageChannels: Int, downsampling: Int, channels: Int = 128,
    residualBlocks: Int = 2, residualChannels: Int = 64, latents: Int = 64,
    topLatents: Int? = nil, likelihood: Likelihood, beta: Float = 1, arithmetic: Arithmetic? = nil
  ) {
    self.imageHeight = imageHeight
    self.imageWidth = imageWidth
    self.imageChannels = imageChannels
    self.downsampling = downsampling
    self.channels = channels
    self.residualBlocks = residualBlocks
    self.residualChannels = residualChannels
    self.latents = latents
    self.topLatents = topLatents
    self.likelihood = likelihood
    self.beta = beta
    self.arithmetic = arithmetic
  }

  /// The latents of each level, from the top.
  public var levels: [Int] { (topLatents.map { [$0] } ?? []) + [latents] }

  /// Height and width of the smallest map.
  var mapSize: (height: Int, width: Int) {
    (imageHeight / downsampling, imageWidth / downsampling)
  }

  /// What is wrong with the configuration, in one line; nil if it can be built.
  public var problem: String? { architectureProblem ?? imageProblem }

  /// What is wrong with it whatever the images, in one line; nil if nothing is.
  public var architectureProblem: String? {
    if ![2, 4, 8, 16].contains(downsampling) {
      return "the encoder shrinks by \(downsampling); use 2, 4, 8 or 16"
    }
    if !(2...4096).contains(channels) { return "use 2 to 4096 channels, not \(channels)" }
    if !(1...4096).contains(residualChannels) { return "use 1 to 4096 residual channels" }
    if !(0...100).contains(residualBlocks) { return "use 0 to 100 residual blocks" }
    if let count = levels.first(where: { !(1...4096).contains($0) }) {
      return "use 1 to 4096 latents, not \(count)"
    }
    if !(beta >= 0 && beta.isFinite) { return "beta is not negative" }
    return nil
  }

  /// What is wrong with its images, if nothing else is, in one line; nil if they can be encoded.
  public var imageProblem: String? {
    if imageChannels != 1 && imageChannels != 3 { return "images have 1 or 3 channels" }
    let sides = 1...8192
    if !sides.contains(imageHeight) || !sides.contains(imageWidth) {
      return "a VAE reads images of up to 8192 pixels a side, not of "
        + "\(imageWidth)×\(imageHeight); choose another --size"
    }
    if !imageHeight.isMultiple(of: downsampling) || !imageWidth.isMultiple(of: downsampling) {
      return
        "images of \(imageWidth)×\(imageHeight) do not divide by \(downsampling); choose another "
        + "--size or --downsampling"
    }
    if mapSize.height * mapSize.width * channels > 16_384 {
      return
        "images of \(imageWidth)×\(imageHeight) leave a map of \(mapSize.width)×\(mapSize.height) "
        + "with \(channels) channels, more than the 16384 numbers a dense layer reads; choose a "
        + "larger --downsampling or fewer --channels"
    }
    return nil
  }
}
