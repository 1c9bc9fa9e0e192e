import Evaluation
import Foundation
import Images
import Tensors

/// A report on three pools of 300 samples of three classes with made-up features: plain ones, better
/// ones, and better ones that are all alike.
struct SampleFrontier {
  let report: FrontierReport

  init(leastRecall: Double? = nil) throws {
    let values = try ReferenceValues()
    let reference = try values.features("reference")
    let compared = ComparedImages(reference, halfSamples: 4, seed: 2)
    let plain = Self.pool(try values.features("samples").rows(Array(0..<300)), seed: 8)
    var nearer = plain.features
    nearer.withMutableElements { elements in
      for index in elements.indices {
        elements[index] = (elements[index] + reference.buffer[index]) / 2
      }
    }
    let better = Self.pool(nearer, seed: 9)
    let alike = Self.pool(reference.rows((0..<300).map { $0 % 40 }), seed: 10)
    let training = Self.pool(reference.rows(Array(0..<300)), seed: 11)
    let unfiltered = RandomSets(of: plain, among: compared, .unfiltered)
    let ceiling = RandomSets(of: training, among: compared, .training)
    let images = MemoryImages.random(300, ImageShape(size: ImageSize(square: 8), channels: 1))
      .images
    report = FrontierReport(
      [("plain sampling", plain), ("guidance 2.0", better), ("guidance </script>", alike)].map {
        name, samples in
        let dials = [RejectionDial(thresholdsFor: samples), RejectionDial(fractionsOf: samples)]
        let figures = RejectionSweep(
          samples, among: compared, unfiltered: unfiltered, training: ceiling
        ).run(dials)
        return FrontierPool(
          name: name, samples, images: images, dials: dials, figures: figures,
          commands: figures.map { $0.map { "sample-images \($0.setting.flag) # \(name)" } })
      }, plain: 0, leastRecall: leastRecall, summary: "A summary.", notes: ["A note."],
      requiring: Recommendation.Evidence(samples: 30, recallReach: 1))
  }

  private static func pool(_ features: Tensor, seed: UInt64) -> JudgedSamples {
    JudgedSamples(
      labels: (0..<300).map { Int32($0 % 3) }, numbers: (0..<300).map { $0 / 3 },
      scores: Randomness(seed: seed).uniforms(300, in: 0...1),
      judgedLabels: (0..<300).map { Int32($0 % 4 == 0 ? 0 : $0 % 3) }, features: features,
      classNames: ["a", "b", "c & d"])
  }

  /// Writes the report into a new folder and returns its path.
  func write() throws -> String {
    let folder = NSTemporaryDirectory() + "frontier-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try report.write(to: folder)
    return folder
  }
}

/// What the tests read of a frontier's report.json.
struct WrittenFrontier: Decodable {
  struct Pool: Decodable {
    struct Dial: Decodable {
      let settings: [SettingFigures]
      let commands: [String]
    }
    let name: String
    let candidates: Int
    let dials: [Dial]
  }
  struct Point: Decodable {
    let pool, dial, index: Int
    let x, y: Estimate
  }
  struct Plane: Decodable {
    let title: String
    let points: [Point]
    let frontier: [Int]
    let ceiling: Point?
  }
  let plain: Int
  let pools: [Pool]
  let planes: [Plane]
  let recommended, qualityFirst: FrontierChoice

  init(folder: String) throws {
    self = try JSONDecoder().decode(
      WrittenFrontier.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/report.json")))
  }

  func settings(_ place: FrontierPlace) -> SettingFigures {
    pools[place.pool].dials[place.dial].settings[place.index]
  }
}
