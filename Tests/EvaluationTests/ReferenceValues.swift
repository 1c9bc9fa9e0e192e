import Artifacts
import Foundation
import Tensors

/// Features and images, and what numpy and scipy make of them: see `make_reference.py`.
struct ReferenceValues {
  struct Expected: Decodable {
    struct Figures: Decodable {
      let precision, recall, density, coverage, frechet: Double
    }
    struct Quality: Decodable {
      let squaredError, structuralSimilarity: Double
    }
    let sets: [Figures]
    let images: [String: Quality]
  }

  let expected: Expected
  let file: SafetensorsFile

  init() throws {
    let folder = Bundle.module.bundleURL.appendingPathComponent("Reference")
    expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: folder.appendingPathComponent("expected.json")))
    file = try SafetensorsFile(path: folder.appendingPathComponent("features.safetensors").path)
  }

  func features(_ name: String) throws -> Tensor {
    Tensor(try file.readFloats(name), shape: file.description(of: name)?.shape ?? [])
  }
}

extension Tensor {
  /// The rows with the given numbers.
  func rows(_ indices: [Int]) -> Tensor {
    Tensor(
      indices.flatMap { buffer[$0 * channels..<($0 + 1) * channels] },
      shape: [indices.count, channels])
  }
}
