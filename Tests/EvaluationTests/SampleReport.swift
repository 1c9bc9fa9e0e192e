import Evaluation
import Foundation
import Images
import Tensors

/// Images in memory.
struct MemoryImages: ImageDataset {
  let images: [Image]
  var count: Int { images.count }
  var shape: ImageShape { images[0].shape }
  var classNames: [String] { [] }

  func label(at index: Int) -> Int? { nil }

  func readImage(at index: Int, into buffer: UnsafeMutableBufferPointer<UInt8>) {
    for (offset, byte) in images[index].bytes.enumerated() { buffer[offset] = byte }
  }

  /// Images of random pixels.
  static func random(_ count: Int, _ shape: ImageShape, seed: UInt64 = 1) -> MemoryImages {
    MemoryImages(
      images: (0..<count).map { index in
        let pixels = Randomness(seed: seed).stream(index).uniforms(shape.byteCount, in: 0...255)
        return Image(shape: shape, bytes: pixels.map { UInt8($0) })
      })
  }
}

/// A report on 300 samples of three classes with made-up features, one class never trusted; or on as many
/// without classes, whose judge knows none.
struct SampleReport {
  let report: RejectionReport
  let training: MemoryImages

  init(side: Int = 8, channels: Int = 1, hasClasses: Bool = true) throws {
    let reference = try ReferenceValues()
    let shape = ImageShape(size: ImageSize(square: side), channels: channels)
    let count = 300
    let scores = Randomness(seed: 8).uniforms(count, in: 0...1)
    let samples = JudgedSamples(
      labels: (0..<count).map { hasClasses ? Int32($0 % 3) : 0 },
      numbers: (0..<count).map { hasClasses ? $0 / 3 : $0 },
      scores: scores.enumerated().map { $0 % 3 == 2 ? $1 / 100 : $1 },
      judgedLabels: hasClasses ? (0..<count).map { Int32($0 % 4 == 0 ? 0 : $0 % 3) } : nil,
      features: try reference.features("samples").rows(Array(0..<count)),
      classNames: hasClasses ? ["a", "</script><b>", "c & d"] : ["any"])
    let dials = [
      RejectionDial(thresholdsFor: samples), RejectionDial(fractionsOf: samples),
    ]
    let figures = RejectionSweep(
      samples, among: ComparedImages(try reference.features("reference"), halfSamples: 4, seed: 2)
    ).run(dials)
    training = .random(50, shape, seed: 4)
    let images = MemoryImages.random(count, shape).images
    let recommended = Recommendation(for: figures)
    report = RejectionReport(
      samples, images: images, nearest: try nearestImages(to: images, in: training), dials: dials,
      figures: figures,
      commands: figures.map { $0.map { "sample-images \($0.setting.flag)" } },
      recommended: recommended, chosen: recommended, summary: "A summary.", notes: ["A note."])
  }

  /// Writes the report into a new folder and returns its path.
  func write() throws -> String {
    let folder = NSTemporaryDirectory() + "report-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try report.write(to: folder, trainingImages: training)
    return folder
  }
}

/// What the tests read of report.json.
struct WrittenReport: Decodable {
  struct Dial: Decodable {
    let dial: String
    let settings: [SettingFigures]
    let commands: [String]
  }
  struct Sample: Decodable {
    let sample, label, number: Int
    let levels: [Int]
  }
  let candidates: Int
  let dials: [Dial]
  let samples: [Sample]
  let chosen: Recommendation

  init(folder: String) throws {
    self = try JSONDecoder().decode(
      WrittenReport.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/report.json")))
  }
}
