import Artifacts
import FileReading
import Foundation
import Models
import Tensors
import Testing

/// Files that claim far more than they hold are refused before memory is taken for it.
@Suite struct LimitTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("limits-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
  }

  /// Reads the seed of `reader` with one number of its configuration replaced; returns the error.
  private func refusal(
    of reader: FileReader, _ name: String, _ text: String, by replacement: String
  ) throws -> String? {
    defer { try? FileManager.default.removeItem(at: folder) }
    let kind = try #require(ArtifactKind(rawValue: reader.rawValue))
    let seed = "\(try seedFolder(of: reader))/\(name)"
    let own = try ArtifactFile(path: seed, kind: kind).metadata.configuration
    let changed = own.replacingOccurrences(of: text, with: replacement)
    #expect(changed != own, "\(own)")
    let path = folder.appendingPathComponent("large.safetensors").path
    let configuration = try JSONDecoder().decode(JSONValue.self, from: Data(changed.utf8))
    try #require(try reseal(seed, kind: kind, configuration: configuration, to: path) != nil)
    do {
      try reader.read(path)
      return nil
    } catch {
      return "\(error)".replacingOccurrences(of: "\(path) ", with: "")
    }
  }

  private static let tooLarge =
    "has a configuration for a larger model than its tensors are of; make the file again"

  /// One number is enough: a network spreads it over all it computes.
  @Test(arguments: [FileReader.vqvae, .vae, .prior, .classifier], [Float.nan, .infinity])
  func modelsOfNumbersThatAreNotFiniteAreRefused(reader: FileReader, value: Float) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let kind = try #require(ArtifactKind(rawValue: reader.rawValue))
    let seeds = try seedFolder(of: reader)
    for name in try FileManager.default.contentsOfDirectory(atPath: seeds) {
      let seed = "\(seeds)/\(name)"
      let tensor = try #require(SafetensorsFile(path: seed).names.sorted().last)
      let path = folder.appendingPathComponent(name).path
      try #require(
        reseal(
          seed, kind: kind,
          elements: { own, values in own == tensor ? values.dropLast() + [value] : values },
          to: path) != nil)
      #expect {
        try reader.read(path)
      } throws: {
        "\($0)" == "\(path) has the element \(value) in tensor '\(tensor)'; "
          + "pass a model whose numbers are finite in single precision"
      }
    }
  }

  /// Weights may be finite and still make numbers that are none.
  @Test func absurdClassifiersAreRefusedWhenTheyScore() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let seed = "\(try seedFolder(of: .classifier))/version-1.safetensors"
    let path = folder.appendingPathComponent("absurd.safetensors").path
    try #require(
      reseal(seed, kind: .classifier, elements: { $1.map { $0 * 1e20 } }, to: path) != nil)
    let absurd = try LoadedClassifier(path: path)
    let shape = absurd.imageShape
    let image = Tensor(repeating: 0.5, shape: [1, shape.height, shape.width, shape.channels])
    #expect {
      try absurd.probabilities(of: image)
    } throws: {
      "\($0)"
        == "\(path) gives an image a probability that is not a number; train it again, with a "
        + "lower --learning-rate"
    }
  }

  @Test func giantModelsAreRefused() throws {
    #expect(
      try refusal(
        of: .vqvae, "version-1.safetensors", #""channels":4,"#, by: #""channels":4096,"#)
        == Self.tooLarge)
  }

  @Test func deepModelsAreRefused() throws {
    #expect(
      try refusal(
        of: .prior, "bottom-version-1.safetensors", #""outputBlocks":0"#,
        by: #""outputBlocks":1000"#) == Self.tooLarge)
  }

  @Test func giantImagesAreRefused() throws {
    #expect(
      try refusal(
        of: .vqvae, "version-1.safetensors", #""imageHeight":8"#,
        by: #""imageHeight":9223372036854775800"#)
        == "has an impossible configuration (a VQ-VAE reads images of up to 8192 pixels a side, not "
        + "of 8×9223372036854775800; choose another --size); make the file again")
  }

  @Test func mapsWhoseSizeOverflowsAreRefused() throws {
    #expect(
      try refusal(
        of: .samples, "version-1.safetensors", #""height":2"#, by: #""height":9223372036854775807"#)
        == "is damaged: its tensors are not those of its configuration; sample again")
  }
}
