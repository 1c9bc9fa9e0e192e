import ArgumentParser
import Artifacts
import CommandLineTools
import Foundation
import Images
import Models
import ReferenceImport

/// A model of the public PyTorch reference in, one of ours out.
@main
struct ImportReference: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-reference",
    abstract: "Turn a model trained with the public PyTorch VQ-VAE-2 into one of ours.",
    discussion: """
      Reads a safetensors file of the model's state_dict (rosinality/vq-vae-2-pytorch; its names and \
      layouts) and writes a model that every later stage takes. The architecture follows from the \
      tensors; the flags say what shapes can't.

      EXAMPLE
        import-reference --state vqvae-state.safetensors --size 256 \\
          --output models/mine/vqvae.safetensors
        import-reference --state bottom-state.safetensors --level bottom \\
          --vqvae models/mine/vqvae.safetensors \\
          --output models/mine/prior-bottom.safetensors
      """,
    version: buildDescription)

  @Option(help: ArgumentHelp("The state_dict, as safetensors.", valueName: "path"))
  var state: String

  @OptionGroup var output: OutputOptions

  @Option(
    help: ArgumentHelp("For a VQ-VAE: the size of its images. (default: none)", valueName: "n|hxw"))
  var size: ImageSize?

  @Option(
    help: ArgumentHelp(
      "For a prior: the imported VQ-VAE its codes are of. (default: none)", valueName: "path"))
  var vqvae: String?

  @Option(
    help: ArgumentHelp(
      "For a prior: the level it models, top or bottom. (default: none)", valueName: "name"))
  var level: String?

  @Option(help: ArgumentHelp("For a prior with attention: its heads.", valueName: "n"))
  var attentionHeads = 8

  func validate() throws {
    if (size == nil) == (vqvae == nil) || (vqvae == nil) != (level == nil) {
      throw ValidationError("Pass --size for a VQ-VAE, or --vqvae and --level for a prior.")
    }
    if attentionHeads < 1 { throw ValidationError("--attention-heads is at least 1.") }
  }

  func perform() throws {
    try AtomicFile.checkWritable(output.output)
    let lock = try OutputLock(on: output.output)
    defer { lock.release() }
    guard !FileManager.default.fileExists(atPath: output.output) else {
      throw FileError(
        output.output, "is there already",
        remedy: "remove it to import again, or choose another --output")
    }
    AtomicFile.removeTemporaries(of: output.output)
    let file = try SafetensorsFile(path: state)
    if let size {
      let model = try importVQVAE(file, imageSize: size)
      try write(.vqvae, model.configuration, sources: [:], model.parameters.storedTensors(.full))
    } else if let vqvae, let level {
      try importPrior(file, of: try LoadedVQVAE(path: vqvae), level: level)
    }
  }

  private func importPrior(_ file: SafetensorsFile, of vqvae: LoadedVQVAE, level: String) throws {
    guard let index = vqvae.levels.firstIndex(where: { $0.name == level }) else {
      let names = vqvae.levels.map(\.name).joined(separator: ", ")
      throw FileError(
        vqvae.file.path, "has no level \(quoted(level))", remedy: "pass one of: \(names)")
    }
    let prior = try ReferenceImport.importPrior(
      file, level: vqvae.levels[index], condition: index == 0 ? nil : vqvae.levels[index - 1],
      attentionHeads: attentionHeads, dropout: 0.1)
    try write(
      .prior, prior.configuration, sources: [ArtifactKind.vqvae.rawValue: vqvae.file.digest],
      prior.parameters.storedTensors(.full))
  }

  private func write<Model: Codable & Hashable & Sendable>(
    _ kind: ArtifactKind, _ model: Model, sources: [String: String], _ tensors: [StoredTensor]
  ) throws {
    let training = TrainingSettings(
      steps: 0, batchSize: 0, learningRate: 0, warmup: 0, gradientNormLimit: 0, heldOut: 0, seed: 0,
      precision: .full)
    try Artifact(
      metadata: ArtifactMetadata(
        kind: kind, configuration: TrainedConfiguration(model: model, training: training),
        sources: sources, notes: ["imported from": (state as NSString).lastPathComponent]),
      tensors: tensors
    ).write(to: output.output)
    print("\(output.output) is written")
  }
}
