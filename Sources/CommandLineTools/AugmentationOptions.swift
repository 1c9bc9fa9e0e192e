import ArgumentParser
import Images

/// The flags that say how training images are altered.
public struct AugmentationOptions: ParsableArguments {
  private static let usual = Augmentation(
    seed: 0, shift: 2, rotation: 10, scaling: 0.1, shear: 0.1)

  @Option(
    help: ArgumentHelp(
      "Shift training images by up to this many pixels. (default: \(AugmentationOptions.usual.shift))",
      valueName: "n"))
  private var shift: Int?

  @Option(
    help: ArgumentHelp(
      "Rotate training images by up to this. (default: \(AugmentationOptions.usual.rotation))",
      valueName: "degrees"))
  private var rotation: Double?

  @Option(
    help: ArgumentHelp(
      "Scale training images by up to this fraction. (default: \(AugmentationOptions.usual.scaling))",
      valueName: "fraction"))
  private var scaling: Double?

  @Option(
    help: ArgumentHelp(
      "Shear training images by up to this, in columns per row. (default: \(AugmentationOptions.usual.shear))",
      valueName: "n"))
  private var shear: Double?

  @Flag(help: "Flip training images left to right, half the time.")
  private var flip = false

  @OptionGroup private var crop: CropOptions

  /// Nothing set: small shifts, turns and changes of scale, unless they are to be sparing.
  public init() {}

  /// Refuses amounts that leave nothing of an image.
  public func validate() throws {
    if !(0...64).contains(shift ?? 0) {
      throw ValidationError("--shift lies between 0 and 64.")
    }
    if !(0...180).contains(rotation ?? 0) {
      throw ValidationError("--rotation lies between 0 and 180.")
    }
    if !(0...1).contains(shear ?? 0) {
      throw ValidationError("--shear lies between 0 and 1.")
    }
    if !(0...0.9).contains(scaling ?? 0) {
      throw ValidationError("--scaling lies between 0 and 0.9.")
    }
  }

  /// To what part of their size pictures are reduced before random windows are taken; nil without those.
  public var cropScale: ClosedRange<Double>? { crop.scale }

  /// Refuses windows of no size.
  public func check(_ shape: ImageShapeOptions) throws { try crop.check(shape) }

  /// The augmentation that the flags describe, drawn by `seed`.
  ///
  /// - Parameter isSparing: whether images are altered only where a flag asks for it.
  public func augmentation(seed: UInt64, isSparing: Bool = false) -> Augmentation {
    let unasked = isSparing ? Augmentation(seed: seed) : Self.usual
    return Augmentation(
      seed: seed, shift: shift ?? unasked.shift, flipsHorizontally: flip,
      rotation: rotation ?? unasked.rotation, scaling: scaling ?? unasked.scaling,
      shear: shear ?? unasked.shear, crop: cropScale)
  }
}
