import ArgumentParser
import Artifacts
import CommandLineTools
import Evaluation
import Images
import Models
import Tensors

/// What stage one does with pictures: each beside its reconstruction, with figures.
@main
struct ReconstructImages: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconstruct-images",
    abstract: "Show what a VQ-VAE, a VAE or an autoencoder makes of pictures, and measure it.",
    discussion: """
      Every picture is encoded and decoded: with all levels, and with each level of codes alone, where the \
      decoder sees zeros in the place of the others. What the top level alone shows is what it knows; a \
      VQ-VAE that was trained with --level-dropout has learnt to say more with it.

      With --noise, noise is added to the pictures before they are encoded, and what comes out is compared \
      with the clean ones: how much of the noise the model leaves behind.

      Writes to the --output folder: images/CLASS/00000.png and so on, the reconstructions; \
      contact-sheet.png, with pictures of all classes above what became of them; and figures.csv, a table \
      with a row for each picture and view of it: squared error of pixels from 0 to 1, PSNR in decibels, \
      SSIM. Prints the means.

      EXAMPLE
        reconstruct-images --images photos --vqvae output/vqvae.safetensors \\
          --error-map --output output/reconstructions
      """,
    version: buildDescription)

  @Option(
    help: ArgumentHelp(
      "What train-vqvae wrote: a VQ-VAE, or with --bottleneck a VAE or an autoencoder.",
      valueName: "path"))
  var vqvae: String

  @Option(help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String

  @Option(
    help: ArgumentHelp(
      """
      Add noise of this standard deviation before encoding, of pixels from 0 to 1; what it leads beyond \
      black or white is cut off.
      """, valueName: "deviation"))
  var noise: Float = 0

  @Flag(
    help: """
      On the sheet, also show where the reconstructions err: black where not at all, white from a quarter of \
      the range on.
      """)
  var errorMap = false

  @OptionGroup var images: ImageOptions
  @OptionGroup var seed: SeedOptions
  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if !(0...10).contains(noise) { throw ValidationError("--noise lies between 0 and 10.") }
  }

  func perform() throws {
    Interruption.install()
    ThreadPool.shared.resize(to: threads.count)
    let model = try Reconstructor(path: vqvae, in: arithmetic.requested)
    let dataset = try images.open(shapedFor: model.imageShape)
    var report = try ReconstructionReport(of: dataset, to: output, showsErrors: errorMap)
    defer { report.folder.release() }
    let progress = ProgressReporter("reconstruct-images", total: dataset.count, unit: "image")
    try report.write { add in
      try reconstructPictures(of: dataset, by: model, noise: noise, seed: seed.seed) {
        progress.report(try add($0))
        try Interruption.throwIfRequested()
      }
    }
    progress.finish()
    print(report.summary)
  }
}
