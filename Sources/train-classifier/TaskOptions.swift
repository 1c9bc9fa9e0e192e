import ArgumentParser
import Artifacts
import Classifiers
import CommandLineTools
import Generation
import Images
import Models
import Tensors
import Training

/// The flags that say what a classifier is to tell.
struct TaskOptions: ParsableArguments {
  /// What a network can learn of images without samples.
  enum Task: String, CaseIterable, ExpressibleByArgument {
    case classes, rotation
  }

  @Option(
    help: ArgumentHelp(
      """
      What to tell: the 'classes' of the images, or by 'rotation' which way up a picture is, which makes a \
      judge of pictures without classes.
      """, valueName: "task"))
  var task = Task.classes

  @Option(
    help: ArgumentHelp(
      """
      Make a critic instead: learn to tell the images from those that sample-images drew, by its \
      samples.safetensors. Half of each is held out, and images are shifted, rotated, scaled or sheared only \
      by as much as flags ask for. (default: none)
      """, valueName: "path"))
  var samples: String?

  @Option(
    help: ArgumentHelp(
      "With --samples: the VQ-VAE of the models they were drawn from. (default: none)",
      valueName: "path"))
  var vqvae: String?

  func validate() throws {
    if (samples == nil) != (vqvae == nil) {
      throw ValidationError("--samples and --vqvae go together.")
    }
    if samples != nil, task == .rotation {
      throw ValidationError("--samples and --task rotation exclude each other.")
    }
  }

  /// What the network tells; nil for classes.
  var configuredTask: ClassifierConfiguration.Task? {
    samples != nil ? .realness : task == .rotation ? .rotation : nil
  }

  /// What a critic learns from, and the digests of what that was made with, by role; nil if none is asked
  /// for.
  ///
  /// Throws a `FileError` if files are missing, damaged or do not belong together, or there are too few
  /// samples, and what `open` throws.
  func criticImages(
    seed: UInt64, in arithmetic: Arithmetic?, open: (ImageShape) throws -> any ImageDataset
  ) throws -> (images: CriticImages, sources: [String: String])? {
    guard let samples, let path = vqvae else { return nil }
    let vqvae = try LoadedVQVAE(path: path, in: arithmetic)
    let file = try SampleFile(path: samples)
    guard file.sources[ArtifactKind.vqvae.rawValue] == vqvae.file.digest else {
      throw FileError(
        samples, "was not drawn from \(path)",
        remedy: "pass the VQ-VAE it was drawn from or sample again")
    }
    guard file.candidates.count >= 4 else {
      throw FileError(
        samples, "has only \(file.candidates.count) samples",
        remedy: "draw some thousands, all of them, with sample-images")
    }
    let dataset = try open(vqvae.imageShape)
    let progress = ProgressReporter(
      "decoding", total: 2 * min(dataset.count, file.candidates.count), unit: "image")
    let images = try CriticImages(
      real: dataset,
      drawn: vqvae.levels.indices.map { level in
        file.candidates.flatMap { $0.codes[level].map(Int32.init) }
      }, by: vqvae, seed: seed
    ) {
      progress.report($0)
      try Interruption.throwIfRequested()
    }
    var sources = file.sources.filter { $0.key.hasPrefix("prior-") }
    sources[ArtifactKind.vqvae.rawValue] = vqvae.file.digest
    sources["images"] = try fingerprint(of: dataset)
    sources["samples"] = try images.fingerprint()
    return (images, sources)
  }
}
