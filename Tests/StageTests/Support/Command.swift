import ProcessTesting

/// A command line of a stage, with settings so small that it takes about a second.
struct Command {
  let program: Program
  let arguments: [String]
  /// The words of a command that starts it, if there is one.
  var launcher: [String] = []

  init(_ name: String, _ arguments: [String]) {
    program = Program(name)
    self.arguments = arguments
  }

  /// The command with more flags; one given before counts as given anew.
  func with(_ more: String...) -> Command { with(more) }

  func with(_ more: [String]) -> Command {
    var command = Command(program.name, arguments + more)
    command.launcher = launcher
    return command
  }

  /// The command as several processes that know each other.
  func onProcesses(_ count: Int) -> Command {
    var command = self
    command.launcher = [
      "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "mpirun", "-n", "\(count)",
      "--oversubscribe", "--bind-to", "none",
    ]
    return command
  }

  func run(
    in folder: TemporaryFolder, memory: Int? = nil, environment: [String: String] = [:]
  ) throws -> Outcome {
    try program.run(
      arguments, in: folder.path, memory: memory, launcher: launcher, environment: environment)
  }

  func start(in folder: TemporaryFolder) throws -> RunningProgram {
    try program.start(arguments, in: folder.path, launcher: launcher)
  }
}

extension Command {
  static let vqvaeSteps = 240
  static let priorSteps = 400
  static let classifierSteps = 500
  static let heldOut = 6

  static func prepareImages(
    _ images: String = "images", output: String = "images.safetensors"
  ) -> Command {
    Command("prepare-images", ["--images", images, "--output", output, "--threads", "1"])
  }

  static func trainVQVAE(images: String = "images", output: String = "vqvae.safetensors") -> Command
  {
    Command(
      "train-vqvae",
      [
        "--images", images, "--grey", "--output", output, "--steps", "\(vqvaeSteps)", "--batch",
        "16", "--held-out", "\(heldOut)", "--channels", "16", "--residual-blocks", "1",
        "--residual-channels", "8", "--codes", "16", "--code-channels", "8", "--threads", "1",
      ])
  }

  static func extractCodes(
    vqvae: String = "vqvae.safetensors", images: String = "images",
    output: String = "codes.safetensors"
  ) -> Command {
    Command(
      "extract-codes",
      ["--vqvae", vqvae, "--images", images, "--output", output, "--threads", "1"])
  }

  static func decodeCodes(
    _ codes: String = "codes.safetensors", vqvae: String = "vqvae.safetensors", output: String
  ) -> Command {
    Command(
      "decode-codes",
      ["--codes", codes, "--vqvae", vqvae, "--output", output, "--threads", "1"])
  }

  static func reconstructImages(
    _ images: String = "images", vqvae: String = "vqvae.safetensors", output: String
  ) -> Command {
    Command(
      "reconstruct-images",
      ["--images", images, "--vqvae", vqvae, "--output", output, "--threads", "1"])
  }

  static func trainPrior(
    _ level: String, codes: String = "codes.safetensors", output: String? = nil
  ) -> Command {
    Command(
      "train-prior",
      [
        "--codes", codes, "--level", level, "--output", output ?? "prior-\(level).safetensors",
        "--steps", "\(priorSteps)", "--batch", "16", "--held-out", "\(heldOut)", "--channels", "16",
        "--blocks", "1", "--residual-blocks", "2", "--condition-blocks", "1", "--learning-rate",
        "0.001", "--threads", "1",
      ])
  }

  static func trainClassifier(
    images: String = "images", output: String = "classifier.safetensors",
    architecture: String = "plain"
  ) -> Command {
    Command(
      "train-classifier",
      [
        "--images", images, "--grey", "--output", output, "--architecture", architecture, "--steps",
        "\(classifierSteps)", "--batch", "16", "--held-out", "\(heldOut)", "--channels", "8",
        "--threads", "1",
      ])
  }

  static func sampleImages(
    models: String = ".", count: Int = Pipeline.sampleCount, output: String
  ) -> Command {
    Command(
      "sample-images",
      ["--models", models, "--count", "\(count)", "--output", output, "--threads", "1"])
  }

  static func tuneRejection(
    models: String = ".", samples: String, images: String = "images", output: String
  ) -> Command {
    Command(
      "tune-rejection",
      [
        "--models", models, "--samples", samples, "--images", images, "--output", output,
        "--threads", "1",
      ])
  }

  static func evaluate(models: String = ".", images: String = "images") -> Command {
    Command("evaluate", ["--models", models, "--images", images, "--threads", "1"])
  }

  static func importVQVAE(
    state: String, size: String, output: String = "vqvae.safetensors"
  ) -> Command {
    Command("import-reference", ["--state", state, "--size", size, "--output", output])
  }

  static func importPrior(
    _ level: String, state: String, vqvae: String = "vqvae.safetensors", output: String? = nil
  ) -> Command {
    Command(
      "import-reference",
      [
        "--state", state, "--vqvae", vqvae, "--level", level, "--output",
        output ?? "prior-\(level).safetensors",
      ])
  }
}
