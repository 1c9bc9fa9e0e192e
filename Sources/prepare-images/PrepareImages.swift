import ArgumentParser
import CommandLineTools
import Images
import Tensors

/// Before the stages: pictures in, one file of images of one size out.
@main
struct PrepareImages: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare-images",
    abstract: "Read and resize pictures once, for all that will read them again.",
    discussion: """
      Writes one file with all images, their classes and their names. Every program takes it as \
      --images, without --size, and computes what it would have computed from the pictures; only \
      --crop takes its windows from the images as they are in the file.

      Pictures may also be in an archive, tar or zip, compressed or not, which is read without being \
      unpacked. Their classes are the folders in it, or what members KEY.cls beside KEY.jpg say, or those \
      of --labels. Links and names that lead out of the archive are passed over.

      Meanwhile it is NAME.partial.safetensors. Stopped with Ctrl-C or by anything else, it goes on where \
      it was when the same command is run again.

      With --copies, altered copies of each picture follow it, random windows of it with --crop, as textures \
      and large photos need: what comes after takes them for pictures of their own.

      With --shard, several processes share the work, on any machines that see the same pictures. 3/8 \
      writes images-3-of-8.safetensors in the place of images.safetensors. Programs take a complete set \
      of shards as the one file; the same command without --shard puts that file together, with the same \
      bytes as if one process had done it all.

      EXAMPLE
        prepare-images --images photos --size 64 --output output/images.safetensors
        prepare-images --images photos.tar.gz --size 64 \\
          --output output/images.safetensors
        train-vqvae --images output/images.safetensors \\
          --output output/vqvae.safetensors
      """,
    version: buildDescription)

  @OptionGroup var images: ImageOptions
  @OptionGroup var shape: ImageShapeOptions
  @OptionGroup var copies: CopyOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var shards: ShardOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var threads: ThreadOptions

  func validate() throws { try copies.check(shape) }

  func perform() throws {
    Interruption.install()
    ThreadPool.shared.resize(to: threads.count)
    let sequence = try openImages()
    let earlier = CountReporter("checking what is prepared", unit: "images")
    let preparation = try ImagePreparation(
      of: sequence, to: output.output, shard: shards.shard
    ) {
      earlier.report($0)
      try Interruption.throwIfRequested()
    }
    let progress = ProgressReporter(
      shards.title("prepare-images"), total: preparation.count,
      completed: preparation.count - preparation.missingCount, unit: "image")
    try preparation.finish {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
    progress.finish()
  }

  /// The pictures, of which only those that can be read in any order can have copies.
  private func openImages() throws -> any ImageSequence {
    guard copies.count > 0 else { return try images.openSequence(shape) }
    return copies.copies(of: try images.open(shape), seed: seed.seed)
  }
}
