import Artifacts
import Foundation
import Models
import ProcessTesting
import Testing

/// Altered copies of images, which priors of few images are trained on.
@Suite struct CopiesTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  /// Extracts the codes of the pipeline's images with three copies of each.
  private func extract(_ flags: String..., to name: String = "codes.safetensors") throws -> CodeFile
  {
    let command = Command.extractCodes(
      vqvae: pipeline.folder("vqvae.safetensors"), images: pipeline.folder("images"), output: name
    ).with("--copies", "3").with(flags)
    let outcome = try command.run(in: own)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try CodeFile(path: own(name))
  }

  @Test func copiesFollowTheirImages() throws {
    let (codes, plain) = (
      try extract(), try CodeFile(path: pipeline.folder("codes.safetensors"))
    )
    #expect(codes.count == 4 * plain.count && codes.pictureCount == plain.count)
    #expect(
      try codes.readLabels() == plain.readLabels().flatMap { [Int32](repeating: $0, count: 4) })
    var altered = 0
    for picture in 0..<plain.count {
      let own = try plain.readCodes(level: "bottom", images: picture..<picture + 1)
      let images = try (0..<4).map {
        let image = 4 * picture + $0
        return try codes.readCodes(level: "bottom", images: image..<image + 1)
      }
      #expect(images[0] == own, "image \(picture)")
      altered += images.count { $0 != own }
    }
    #expect(altered > 2 * plain.count, "only \(altered) copies differ")
  }

  @Test func copiesAreDrawnByTheSeed() throws {
    let digests = try ["1", "1", "2"].enumerated().map { index, seed in
      try extract("--seed", seed, to: "codes\(index).safetensors").digest
    }
    #expect(digests[0] == digests[1] && digests[0] != digests[2])
  }

  @Test func picturesAreHeldOutWithTheirCopies() throws {
    let codes = try extract()
    let split = CodeSplit(of: codes, holdOut: 6, seed: 5)
    let heldOut = Set(split.heldOut.map { $0 / 4 })
    #expect(heldOut.count == 6 && split.heldOut.allSatisfy { $0.isMultiple(of: 4) })
    let trained = codes.count - 4 * 6
    for epoch in 0..<2 {
      let images = (0..<trained).map { split.trainingImage(at: epoch * trained + $0) }
      #expect(images.sorted() == (0..<codes.count).filter { !heldOut.contains($0 / 4) })
    }
    let prior = try Command.trainPrior("top").with("--steps", "10").run(in: own)
    #expect(prior.code == 0, "\(prior.errors)")
  }
}
