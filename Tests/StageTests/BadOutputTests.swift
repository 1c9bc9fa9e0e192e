import Foundation
import ProcessTesting
import Testing

/// Places that cannot be written, or should not be.
@Suite struct BadOutputTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
    try own.write(Data("text".utf8), to: "file")
  }

  private func writers(_ output: String) -> [Command] {
    let folder = pipeline.folder
    return [
      .prepareImages(folder("images"), output: output),
      .trainVQVAE(images: folder("images"), output: output),
      .extractCodes(
        vqvae: folder("vqvae.safetensors"), images: folder("images"), output: output),
      .trainPrior("top", codes: folder("codes.safetensors"), output: output),
      .trainClassifier(images: folder("images"), output: output),
    ]
  }

  @Test func aMissingParent() throws {
    for command in writers("no/such/model.safetensors") {
      try expectRefusal(
        command, in: own,
        "no/such/model.safetensors cannot be written: No such file or directory; create the "
          + "folder no/such first or choose another place")
    }
  }

  @Test func aParentThatIsAFile() throws {
    for command in writers("file/model.safetensors") {
      try expectRefusal(
        command, in: own,
        "file/model.safetensors cannot be written: Not a directory; check the path")
    }
    for output in ["file", "file/samples"] {
      try expectRefusal(
        .sampleImages(models: pipeline.folder.path, output: output), in: own,
        "\(output) cannot be created; choose another --output or change its permissions")
    }
    #expect(try own.read("file") == Data("text".utf8))
  }

  @Test func theModelOfAnotherTraining() throws {
    for name in ["images", "codes.safetensors"] { try own.copy(pipeline.folder(name), to: name) }
    for (name, command) in Pipeline.trainings {
      try own.copy(pipeline.folder("\(name).safetensors"), to: "\(name).safetensors")
      try expectRefusal(
        command.with("--seed", "1"), in: own,
        "\(name).safetensors is there already, trained with other settings; "
          + "remove it to train again, or choose another --output")
      #expect(
        try own.read("\(name).safetensors") == pipeline.folder.read("\(name).safetensors"))
    }
  }

  @Test func aFileOfAnotherKind() throws {
    try own.copy(pipeline.folder("codes.safetensors"), to: "codes.safetensors")
    try expectRefusal(
      .trainVQVAE(images: pipeline.folder("images"), output: "codes.safetensors"), in: own,
      "codes.safetensors is a 'codes' file, not a 'vqvae' file; pass a 'vqvae' file")
    #expect(
      try own.read("codes.safetensors") == pipeline.folder.read("codes.safetensors"))
  }

  @Test func theCheckpointOfATrainingOnOtherImages() throws {
    try own.writeShapes(to: "images", count: 8)
    for command in [Command.trainVQVAE(), .trainClassifier()] {
      let running = try command.start(in: own)
      #expect(running.waitForError(": step "))
      running.send(signal: SIGINT)
      #expect(running.finish().code == 130)
    }
    try own.move("images", to: "moved")
    try own.write(Data(try Shape.disc.image(number: 3).pngBytes()), to: "moved/disc/0.png")
    for name in ["vqvae", "classifier"] {
      let command =
        name == "vqvae" ? Command.trainVQVAE(images: "moved") : .trainClassifier(images: "moved")
      try expectRefusal(
        command, in: own,
        "\(name).checkpoint.safetensors was left by a training on other images; "
          + "remove it to start from the beginning, or pass those it was trained on")
    }
  }

  @Test func theCheckpointOfAnotherTraining() throws {
    let command = Command.trainClassifier(images: pipeline.folder("images"))
    let running = try command.start(in: own)
    #expect(running.waitForError(": step "))
    running.send(signal: SIGINT)
    #expect(running.finish().code == 130)
    let checkpoint = try own.read("classifier.checkpoint.safetensors")
    try expectRefusal(
      command.with("--learning-rate", "0.01"), in: own,
      "classifier.checkpoint.safetensors was left by a training with other settings; "
        + "remove it to start from the beginning, or use the same flags to go on")
    #expect(try own.read("classifier.checkpoint.safetensors") == checkpoint)
  }
}
