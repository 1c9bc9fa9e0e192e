import Foundation
import VQVAE2

/// Draws from shipped models, then trains a tiny pipeline of its own and draws from that.
///
///     LibraryUse MODELS OUTPUT
@main
struct LibraryUse {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { fatalError("usage: LibraryUse MODELS OUTPUT") }
    let output = arguments[2]
    try FileManager.default.createDirectory(
      atPath: "\(output)/sevens", withIntermediateDirectories: true)
    try drawSevens(models: arguments[1], to: "\(output)/sevens")
    try trainOnSamples(of: TrainedModels(folder: arguments[1]), in: output)
    print("10 sevens, a tiny pipeline and 4 of its images are in \(output)")
  }

  private static func trainOnSamples(of teacher: TrainedModels, in folder: String) throws {
    for sample in try teacher.draw(6) {
      let place = "\(folder)/images/\(sample.className ?? "any")"
      try FileManager.default.createDirectory(
        atPath: place, withIntermediateDirectories: true)
      try sample.image.writePNG(to: "\(place)/\(UUID().uuidString).png")
    }
    let dataset = try openDataset(
      path: "\(folder)/images", labels: nil, size: nil, color: .grey)
    let settings = TrainingSettings(
      steps: 10, batchSize: 8, learningRate: 1e-3, warmup: 1, gradientNormLimit: 1, heldOut: 6,
      seed: 0, precision: .full)
    let vqvae = VQVAEConfiguration(
      imageHeight: 28, imageWidth: 28, imageChannels: 1,
      levels: [
        .init(name: "top", downsampling: 2, codebookSize: 16, codeChannels: 8),
        .init(name: "bottom", downsampling: 2, codebookSize: 16, codeChannels: 8),
      ], channels: 16, residualBlocks: 1, residualChannels: 8, commitment: 0.25,
      codebookLearning: .movingAverage, codebookDecay: 0.99, revivalThreshold: 1,
      levelDropout: nil)
    _ = try Stages.trainVQVAE(
      vqvae, on: dataset, settings: settings, to: "\(folder)/vqvae.safetensors")
    try Stages.extractCodes(
      of: dataset, byVQVAEAt: "\(folder)/vqvae.safetensors", to: "\(folder)/codes.safetensors")
    for level in ["top", "bottom"] {
      _ = try Stages.trainPrior(
        ofLevel: level, onCodesAt: "\(folder)/codes.safetensors", settings: settings,
        to: "\(folder)/prior-\(level).safetensors",
        shape: {
          ($0.channels, $0.residualChannels, $0.conditionChannels) = (16, 16, 16)
        })
    }
    for (number, drawn) in try TrainedModels(folder: folder).draw(4, of: ["3"]).enumerated() {
      try drawn.image.writePNG(to: "\(folder)/\(number).png")
    }
  }
}
