import ArgumentParser
import Images

/// The flags that say how training images are altered.
public struct AugmentationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Shift training images by up to this many pixels.", valueName: "n"))
  private var shift = 2

  @Option(help: ArgumentHelp("Rotate training images by up to this.", valueName: "degrees"))
  private var rotation = 10.0

  @Option(
    help: ArgumentHelp("Scale training images by up to this fraction.", valueName: "fraction"))
  private var scaling = 0.1

  @Option(
    help: ArgumentHelp("Shear training images by up to this, in columns per row.", valueName: "n"))
  private var shear = 0.1

  @Flag(help: "Flip training images left to right, half the time.")
  private var flip = false

  @OptionGroup private var crop: CropOptions

  /// Nothing set: small shifts, turns and changes of scale.
  public init() {}

  /// Refuses amounts that leave nothing of an image.
  public func validate() throws {
    if !(0...64).contains(shift) { throw ValidationError("--shift lies between 0 and 64.") }
    if !(0...180).contains(rotation) { throw ValidationError("--rotation lies between 0 and 180.") }
    if !(0...1).contains(shear) { throw ValidationError("--shear lies between 0 and 1.") }
    if !(0...0.9).contains(scaling) { throw ValidationError("--scaling lies between 0 and 0.9.") }
  }

  /// To what part of their size pictures are reduced before random windows are taken; nil without those.
  public var cropScale: ClosedRange<Double>? { crop.scale }

  /// Refuses windows of no size.
  public func check(_ shape: ImageShapeOptions) throws { try crop.check(shape) }

  /// The augmentation that the flags describe, drawn by `seed`.
  public func augmentation(seed: UInt64) -> Augmentation {
    Augmentation(
      seed: seed, shift: shift, flipsHorizontally: flip, rotation: rotation, scaling: scaling,
      shear: shear, crop: cropScale)
  }
}
