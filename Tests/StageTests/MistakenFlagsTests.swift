import Foundation
import ProcessTesting
import Testing

/// Flags nobody can mean: the message, the usage and exit code 64.
@Suite struct MistakenFlagsTests {
  @Test(arguments: [
    (["--threshold", "1.5"], "--threshold lies between 0 and 1."),
    (["--threshold=-0.1"], "--threshold lies between 0 and 1."),
    (["--threshold", "nan"], "--threshold lies between 0 and 1."),
    (["--keep", "0"], "--keep lies above 0 and at most at 1."),
    (["--keep", "1.01"], "--keep lies above 0 and at most at 1."),
    (["--keep", "1e-30"], "--keep 1e-30 asks for more than 10000000 candidates of a class."),
    (["--keep", "0.5", "--threshold", "0.5"], "--threshold and --keep exclude each other."),
    (["--count", "0"], "--count lies between 1 and 10000000."),
    (["--temperature", "0"], "--temperature is positive."),
    (["--temperature", "top=1,bottom=0"], "--temperature is positive."),
    (["--guidance=-1"], "--guidance lies between 0 and 100."),
    (["--top-p", "0"], "--top-p lies above 0 and at most at 1."),
    (["--batch", "0"], "--batch lies between 1 and 65536."),
    (["--threads", "0"], "--threads 0 is not between 1 and 1024."),
    (["--classes", "disc,cube"], "There is no class 'cube'; there are: disc, ring, square."),
    (["--classes", ""], "--classes names no class."),
    (["--classes", "disc,disc"], "--classes names 'disc' twice."),
    (["--rows", "0.5"], "--rows needs --complete."),
    (["--mask", "mask.png"], "--mask needs --complete."),
    (["--labels", "labels"], "--labels needs --complete."),
    (["--complete", "x"], "--complete needs --rows or --mask, to know what is to be drawn."),
    (["--complete", "x", "--rows", "1.1"], "--rows lies between 0 and 1."),
    (["--complete", "x", "--rows", "nan"], "--rows lies between 0 and 1."),
    (
      ["--complete", "x", "--rows", "1", "--mask", "x"], "--rows and --mask exclude each other."
    ),
    (["--any-model"], "--any-model needs --codes."),
  ])
  func ofSampling(flags: [String], message: String) throws {
    let pipeline = try Pipeline.shared.get()
    try expectMistake(
      Command.sampleImages(models: pipeline.folder.path, output: "samples").with(flags), message)
  }

  @Test(arguments: [
    (["--threshold", "nan"], "--threshold lies between 0 and 1."),
    (["--keep", "0"], "--keep lies above 0 and at most at 1."),
    (["--keep", "0.5", "--threshold", "0.5"], "--threshold and --keep exclude each other."),
    (["--draw", "0"], "--draw lies between 1 and 1000000."),
    (["--train-labels", "labels"], "--train-labels needs --train-images."),
    (["--train-where", "split=train"], "--train-where needs --train-labels."),
    (["--accuracy-samples", "1"], "--accuracy-samples lies between 2 and 10000000."),
    (["--accuracy-steps", "0"], "--accuracy-steps lies between 1 and 10000000."),
    (
      ["--classification-accuracy-score"],
      "--classification-accuracy-score needs --train-images, to compare with."
    ),
  ])
  func ofTuning(flags: [String], message: String) throws {
    let files = ["--models", ".", "--samples", "samples", "--images", "images"]
    try expectMistake(
      Command("tune-rejection", files + ["--output", "report"]).with(flags), message)
  }

  @Test(arguments: [
    (
      ["--downsampling", "4611686018427387904,4,4"],
      "level top shrinks by 4611686018427387904; use 2, 4, 8 or 16"
    ),
    (["--channels", "0"], "use 2 to 4096 channels, not 0"),
    (["--codes", "16385"], "level top has 16385 codes; use 2 to 16384"),
    (["--steps", "0"], "--steps lies between 1 and 1000000000."),
    (["--crop"], "--crop needs --size, that of the windows."),
    (["--crop-scale", "0.5,1"], "--crop-scale needs --crop."),
    (["--where", "split=train"], "--where needs --labels."),
    (["--hours", "1"], "--steps and --hours exclude each other."),
    (["--accumulate", "0"], "--accumulate is at least 1."),
    (["--accumulate", "3"], "--accumulate 3 does not divide the batch of 16."),
    (["--ranks", "2"], "--ranks needs --plan."),
    (["--plan", "--bandwidth", "1e9"], "--bandwidth needs --ranks."),
    (["--plan", "--ranks", "2", "--bandwidth", "0"], "--bandwidth is a positive number."),
    (["--plan", "--ranks", "0"], "--ranks lies between 1 and 65536."),
    (
      ["--plan", "--ranks", "5"],
      "5 processes cannot share 16 images evenly: --batch is a multiple of 5."
    ),
    (["--learning-rate", "inf"], "--learning-rate is positive."),
    (["--clip", "inf"], "--clip is positive."),
    (["--clip", "nan"], "--clip is positive."),
    (["--commitment", "inf"], "--commitment is not negative."),
    (["--revival", "inf"], "--revival is not negative."),
    (["--level-dropout", "1"], "--level-dropout lies in [0, 1)."),
    (["--decay", "1"], "--decay lies in [0, 1)."),
    (["--code-noise", "1"], "--code-noise lies in [0, 1)."),
    (["--feature-weight", "1"], "--feature-weight needs --features."),
    (["--features", "x", "--feature-weight", "0"], "--feature-weight is positive."),
    (["--adversarial-weight", "nan"], "--adversarial-weight is not negative."),
    (["--adversarial-start", "0.5"], "--adversarial-start needs --adversarial-weight."),
    (
      ["--adversarial-weight", "1", "--adversarial-start", "1"],
      "--adversarial-start lies in [0, 1)."
    ),
    (["--latents", "8"], "--latents needs --bottleneck gaussian."),
    (["--likelihood", "gaussian"], "--likelihood needs --bottleneck gaussian."),
    (["--bottleneck", "gaussian"], "--codes needs --bottleneck codes."),
    (["--bottleneck", "none"], "--codes needs --bottleneck codes."),
    (
      ["--held-out", "60"],
      "There are 60 images and 60 are held out: none are left to train on."
    ),
  ])
  func ofTraining(flags: [String], message: String) throws {
    let pipeline = try Pipeline.shared.get()
    try expectMistake(Command.trainVQVAE(images: pipeline.folder("images")).with(flags), message)
  }

  @Test(arguments: [
    (["--latents", "0"], "use 1 to 4096 latents, not 0"),
    (["--beta", "nan"], "beta is not negative"),
    (["--downsampling", "3"], "the encoder shrinks by 3; use 2, 4, 8 or 16"),
    (
      ["--downsampling", "2,2"],
      "--bottleneck gaussian has one level: give --downsampling one number."
    ),
    (["--level-dropout", "0.2"], "--level-dropout needs --bottleneck codes."),
    (["--adversarial-weight", "1"], "--adversarial-weight needs --bottleneck codes."),
  ])
  func ofGaussianTraining(flags: [String], message: String) throws {
    let images = try Pipeline.shared.get().folder("images")
    try expectMistake(
      Command(
        "train-vqvae",
        ["--bottleneck", "gaussian", "--images", images, "--output", "vae.safetensors"] + flags),
      message)
  }

  @Test(arguments: [
    (["--condition-channels", "0"], "use 1 to 4096 channels"),
    (["--kernel", "4"], "use a kernel of 3, 5, … 15"),
    (["--dropout", "1"], "dropout lies in [0, 1)"),
    (
      ["--channels", "1", "--attention-heads", "8"],
      "half of 1 channels cannot be shared by 8 attention heads"
    ),
  ])
  func ofPriors(flags: [String], message: String) throws {
    let pipeline = try Pipeline.shared.get()
    try expectMistake(
      Command.trainPrior("bottom", codes: pipeline.folder("codes.safetensors")).with(flags), message
    )
  }

  @Test(arguments: [
    (["--blocks", "0"], "use 1 to 16 blocks per stage, not 0"),
    (["--rotation", "nan"], "--rotation lies between 0 and 180."),
  ])
  func ofClassifiers(flags: [String], message: String) throws {
    let pipeline = try Pipeline.shared.get()
    try expectMistake(
      Command.trainClassifier(images: pipeline.folder("images")).with(flags), message)
  }

  @Test(arguments: [
    (["--copies=-1"], "--copies lies between 0 and 1000."),
    (["--scaling", "1"], "--scaling lies between 0 and 0.9."),
  ])
  func ofExtraction(flags: [String], message: String) throws {
    try expectMistake(Command.extractCodes().with(flags), message)
  }

  @Test(arguments: ["0/3", "4/3", "3", "1/1001", "-1/3", "a/b", "1/2/3"])
  func ofShards(shard: String) throws {
    let own = try TemporaryFolder()
    for command in [Command.prepareImages(), .extractCodes(), .sampleImages(output: "samples")] {
      let outcome = try command.with("--shard=\(shard)").run(in: own)
      #expect(outcome.code == 64 && outcome.output.isEmpty)
      #expect(
        outcome.errorLines.first == "Error: The value '\(shard)' is invalid for '--shard <k/n>'")
      #expect(try own.files() == [])
    }
  }

  private func expectMistake(_ command: Command, _ message: String) throws {
    let own = try TemporaryFolder()
    let outcome = try command.run(in: own)
    let usage = "Usage: \(command.program.name) "
    #expect(outcome.code == 64 && outcome.output.isEmpty)
    #expect(outcome.errorLines.first == "Error: \(message)")
    #expect(outcome.errorLines.dropFirst().first?.hasPrefix(usage) == true, "\(outcome.errors)")
    #expect(try own.files() == [])
  }
}
