import ArgumentParser
import Images

/// The flags that ask for altered copies of images beside themselves.
public struct CopyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Altered copies of each image to write, besides the image itself.", valueName: "n"))
  private var copies = 0

  @OptionGroup private var augmentation: AugmentationOptions

  /// No copies.
  public init() {}

  /// Refuses what asks for copies that are not made.
  public func validate() throws {
    if !(0...1000).contains(copies) { throw ValidationError("--copies lies between 0 and 1000.") }
    if copies == 0 && augmentation.cropScale != nil {
      throw ValidationError("--crop needs --copies.")
    }
  }

  /// Refuses windows of no size.
  public func check(_ shape: ImageShapeOptions) throws { try augmentation.check(shape) }

  /// How many copies of each image there are to be.
  public var count: Int { copies }

  /// The images of a dataset, each followed by its copies, drawn by `seed`.
  public func copies(of dataset: any ImageDataset, seed: UInt64) -> AugmentedCopies {
    AugmentedCopies(of: dataset, copies: copies, by: augmentation.augmentation(seed: seed))
  }
}
