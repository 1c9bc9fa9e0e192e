import ArgumentParser
import Artifacts
import CommandLineTools
import Images
import Models
import Tensors

/// The way back from codes: codes and their VQ-VAE in, images out.
@main
struct DecodeCodes: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode-codes",
    abstract: "Turn codes back into images.",
    discussion: """
      Takes the codes that extract-codes wrote, in one file or in a complete set of shards, or codes that \
      another program wrote in the same format. Codes that extract-codes wrote become the \
      reconstructions of its images.

      Writes to the --output folder: images/CLASS/00000.png and so on, and contact-sheet.png, which shows \
      the classes evenly. Where --output ends in .safetensors, writes one file of images instead, which \
      every program takes as --images. Classes are left out if some of the codes have none.

      EXAMPLE
        decode-codes --codes output/codes.safetensors \\
          --vqvae output/vqvae.safetensors --output output/decoded
      """,
    version: buildDescription)

  @Option(help: ArgumentHelp("The codes.", valueName: "path"))
  var codes: String

  @Option(help: ArgumentHelp("The VQ-VAE that the codes are of.", valueName: "path"))
  var vqvae: String

  @Flag(help: "Also take codes that do not say which VQ-VAE they are of.")
  var anyModel = false

  @Option(
    help: ArgumentHelp(
      "The folder to write, or a file that ends in .safetensors.", valueName: "path"))
  var output: String

  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var threads: ThreadOptions

  func perform() throws {
    Interruption.install()
    ThreadPool.shared.resize(to: threads.count)
    let file = try CodeFile(path: codes)
    let model = try LoadedVQVAE(path: vqvae, in: arithmetic.requested)
    let images = try DecodedCodes(of: file, by: model, toleratesNoSource: anyModel)
    let progress = ProgressReporter("decode-codes", total: images.count, unit: "image")
    func report(_ done: Int) throws {
      progress.report(done)
      try Interruption.throwIfRequested()
    }
    if output.hasSuffix(".safetensors") {
      let sources = ["codes": file.digest, "vqvae": model.file.digest]
      try ImagePreparation(of: images, to: output, sources: sources).finish(progress: report)
    } else {
      try images.writePNGs(to: output, progress: report)
    }
    progress.finish()
  }
}
