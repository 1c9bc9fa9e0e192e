import Tensors

/// Everything that tells one classifier from another, apart from its weights.
public struct ClassifierConfiguration: Codable, Hashable, Sendable {
  /// The two kinds of network that arXiv 1512.03385 compares. A network must not grade what it has
  /// itself let through, so one kind rejects samples by their class and the other judges what is left.
  /// Critics are of the second kind too: their question is another, and the first hardly learns it.
  public enum Architecture: String, Codable, Sendable, CaseIterable {
    /// 3×3 convolutions with ELU, then a dense layer over the whole map.
    case plain
    /// Residual blocks with ReLU between strided convolutions, then global average pooling.
    case residual
  }

  /// What a network tells about an image that nobody has put into a class.
  public enum Task: String, Codable, Sendable, CaseIterable {
    /// By which of four turns it has been turned (arXiv 1803.07728): a judge of pictures without classes.
    case rotation
    /// Whether it is real or drawn by priors: a critic, which rejects samples without classes.
    case realness

    /// What its classes are called.
    public var classNames: [String] {
      switch self {
      case .rotation: ["0°", "90°", "180°", "270°"]
      case .realness: ["drawn", "real"]
      }
    }
  }

  /// What it tells; nil for the classes of the images it was trained on.
  public var task: Task?
  /// Rows of an image, 8 to 256.
  public var imageHeight: Int
  /// Columns of an image, 8 to 256.
  public var imageWidth: Int
  /// 1 for grey, 3 for colour.
  public var imageChannels: Int
  /// What the classes are called, which labels index; 2 to 16,384 of them.
  public var classNames: [String]
  /// Which kind of network it is.
  public var architecture: Architecture
  /// Channels of the first stage, 1 to 256; later stages have twice as many. Each stage halves the
  /// map, and there are as many as make it 4×4 or smaller.
  public var channels: Int
  /// Convolutions (plain) or residual blocks (residual) of each stage after the convolution that
  /// halves the map, 1 to 16.
  public var blocks: Int
  /// The fraction of features that training drops before the logits, 0 to less than 1.
  public var dropout: Float
  /// In which numbers convolutions multiply; nil for float32.
  public var arithmetic: Arithmetic?

  /// A configuration that suits small images where nothing is given.
  public init(
    imageHeight: Int, imageWidth: Int, imageChannels: Int, classNames: [String],
    architecture: Architecture, channels: Int = 32, blocks: Int = 1, dropout: Float = 0.2,
    task: Task? = nil, arithmetic: Arithmetic? = nil
  ) {
    self.task = task
    self.imageHeight = imageHeight
    self.imageWidth = imageWidth
    self.imageChannels = imageChannels
    self.classNames = classNames
    self.architecture = architecture
    self.channels = channels
    self.blocks = blocks
    self.dropout = dropout
    self.arithmetic = arithmetic
  }

  /// How many classes there are.
  public var classCount: Int { classNames.count }

  /// What is wrong with the configuration, in one line; nil if it can be built.
  public var problem: String? { architectureProblem ?? dataProblem }

  /// What is wrong with it whatever the images, in one line; nil if nothing is.
  public var architectureProblem: String? {
    if !(1...256).contains(channels) { return "use 1 to 256 channels, not \(channels)" }
    if !(1...16).contains(blocks) { return "use 1 to 16 blocks per stage, not \(blocks)" }
    if !(0..<1).contains(dropout) { return "dropout lies in [0, 1), not at \(dropout)" }
    return nil
  }

  /// What is wrong with its images or classes, in one line; nil if they can be told apart.
  public var dataProblem: String? {
    let sides = 8...256
    if !sides.contains(imageHeight) || !sides.contains(imageWidth) {
      return "a classifier reads images of 8×8 to 256×256 pixels, not \(imageWidth)×\(imageHeight)"
        + "; choose another --size"
    }
    if task == .rotation && imageHeight != imageWidth {
      return "pictures that can be turned are square, not \(imageWidth)×\(imageHeight)"
        + "; choose another --size"
    }
    if let task, classNames != task.classNames { return "\(task) has other classes" }
    if imageChannels != 1 && imageChannels != 3 {
      return "images have 1 or 3 channels, not \(imageChannels)"
    }
    if !(2...16_384).contains(classCount) {
      return "a classifier tells 2 to 16384 classes apart, not \(classCount)"
    }
    return nil
  }

  /// Channels of stage `index`, counted from 0.
  func channels(ofStage index: Int) -> Int { index == 0 ? channels : 2 * channels }

  /// How many stages, which halve the image each, leave a map of at most 4×4.
  var stageCount: Int {
    var (side, count) = (max(imageHeight, imageWidth), 0)
    while side > 4 {
      side = (side + 1) / 2
      count += 1
    }
    return count
  }
}
