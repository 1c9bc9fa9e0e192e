import Artifacts
import COpenBLAS
import Classifiers
import Foundation
import Images
import NeuralNetworks
import PixelCNN
import Tensors
import VQVAE

/// What is timed. The names and shapes are those of the PyTorch side.
enum BenchmarkCase: String, CaseIterable {
  case matrixProduct = "matrix-product"
  case vqvaeStep64 = "vqvae-step-64"
  case vqvaeStep256 = "vqvae-step-256"
  case vqvaeEncode64 = "vqvae-encode-64"
  case vqvaeEncode256 = "vqvae-encode-256"
  case priorStepTop8 = "prior-step-top-8"
  case priorStepBottom16 = "prior-step-bottom-16"
  case priorStepTop16 = "prior-step-top-16"
  case sample16 = "sample-16"
  case sample32 = "sample-32"
  case sampleOne16 = "sample-one-16"
  case classifierStep = "classifier-step"
  case pngDecode = "png-decode"

  /// Something to time.
  struct Work {
    /// How many multiply-adds it takes, and whether `MultiplyAddCounter` sees them.
    enum Arithmetic {
      case counted
      case known(Int)
      case unknown
    }

    var arithmetic = Arithmetic.counted
    var body: () -> Void
  }

  /// Builds the models and data of the case.
  func prepare() throws -> Work {
    switch self {
    case .matrixProduct: openBLASProduct(size: 1024)
    case .vqvaeStep64: vqvaeStep(size: 64, batch: 32)
    case .vqvaeStep256: vqvaeStep(size: 256, batch: 4)
    case .vqvaeEncode64: vqvaeEncode(size: 64, batch: 32)
    case .vqvaeEncode256: vqvaeEncode(size: 256, batch: 4)
    case .priorStepTop8: priorStep(Self.top(side: 8, channels: 128, attention: true), batch: 16)
    case .priorStepBottom16: priorStep(Self.bottom(side: 16), batch: 16)
    case .priorStepTop16: priorStep(Self.top(side: 16, channels: 256, attention: true), batch: 8)
    case .sample16: sample(side: 16, images: 16)
    case .sample32: sample(side: 32, images: 16)
    case .sampleOne16: sample(side: 16, images: 1)
    case .classifierStep: stepOfClassifier()
    case .pngDecode: try decodingOfPNGs()
    }
  }

  private static func level(_ name: String, _ side: Int) -> CodeLevel {
    CodeLevel(name: name, height: side, width: side, codebookSize: 512)
  }

  private static func top(side: Int, channels: Int, attention: Bool) -> PriorConfiguration {
    PriorConfiguration(
      level: level("top", side), channels: channels, residualChannels: channels, kernel: 5,
      blocks: channels == 256 ? 4 : 2, residualBlocks: 4, attentionHeads: attention ? 8 : 0,
      dropout: 0.1)
  }

  private static func bottom(side: Int) -> PriorConfiguration {
    PriorConfiguration(
      level: level("bottom", side), conditions: [level("top", side / 2)], channels: 128,
      residualChannels: 128, kernel: 5, blocks: 2, residualBlocks: 4, conditionBlocks: 2,
      conditionChannels: 128, dropout: 0.1)
  }
}

private let randomness = Randomness(seed: 1)

private func images(_ shape: [Int]) -> Tensor {
  Tensor(randomness.uniforms(shape.reduce(1, *), in: -1...1), shape: shape)
}

private func codes(_ count: Int) -> [Int32] {
  (0..<count).map { Int32(randomness.word(at: $0) % 512) }
}

/// OpenBLAS on all threads: the yardstick of the machine.
private func openBLASProduct(size: Int) -> BenchmarkCase.Work {
  if let failure = openblas_load() { fatalError(String(cString: failure)) }
  let (a, b) = (images([size, size]), images([size, size]))
  var product = Tensor(zeros: [size, size])
  let repetitions = 10
  return .init(arithmetic: .known(size * size * size * repetitions)) {
    product.withMutableElements { elements in
      guard let c = elements.baseAddress else { return }
      for _ in 0..<repetitions {
        ThreadPool.shared.split(size) { rows in
          openblas_sgemm(
            false, false, Int32(rows.count), Int32(size), Int32(size), 1,
            a.buffer.baseAddress.map { $0 + rows.lowerBound * size }, Int32(size),
            b.buffer.baseAddress, Int32(size), 0, c + rows.lowerBound * size, Int32(size))
        }
      }
    }
  }
}

/// One step of Adam after another, as a training takes them.
private final class Trainer {
  private let optimizer: Adam
  private var number = 0

  init(_ parameters: ParameterStore) {
    optimizer = Adam(parameters)
  }

  func step(_ loss: (ForwardPass, Randomness) -> Tensor) {
    number += 1
    let stream = randomness.stream(number)
    let tape = Tape()
    tape.backward(from: loss(ForwardPass(recordingOn: tape, randomness: stream), stream))
    optimizer.step(number: number, rate: 3e-4)
  }
}

private func vqvae(size: Int) -> VQVAE {
  VQVAE(
    VQVAEConfiguration(
      imageHeight: size, imageWidth: size, imageChannels: 3,
      levels: [
        .init(name: "top", downsampling: 2, codebookSize: 512, codeChannels: 64),
        .init(name: "bottom", downsampling: 4, codebookSize: 512, codeChannels: 64),
      ], channels: 128, residualBlocks: 2, residualChannels: 32), start: .random(randomness))
}

private func vqvaeStep(size: Int, batch: Int) -> BenchmarkCase.Work {
  let model = vqvae(size: size)
  let trainer = Trainer(model.parameters)
  let batch = images([batch, size, size, 3])
  return .init {
    trainer.step { pass, randomness in
      model.loss(of: batch, in: pass, learning: randomness).total
    }
  }
}

private func vqvaeEncode(size: Int, batch: Int) -> BenchmarkCase.Work {
  let model = vqvae(size: size)
  let batch = images([batch, size, size, 3])
  return .init { _ = model.encode(batch) }
}

private func priorStep(_ configuration: PriorConfiguration, batch: Int) -> BenchmarkCase.Work {
  let prior = Prior(configuration, start: .random(randomness))
  let trainer = Trainer(prior.parameters)
  let input = Prior.Batch(
    codes: codes(batch * configuration.level.codesPerImage),
    conditions: configuration.conditions.map { codes(batch * $0.codesPerImage) })
  return .init { trainer.step { pass, _ in prior.loss(of: input, in: pass) } }
}

private func sample(side: Int, images: Int) -> BenchmarkCase.Work {
  let configuration = PriorConfiguration(
    level: CodeLevel(name: "bottom", height: side, width: side, codebookSize: 512),
    conditions: [CodeLevel(name: "top", height: side / 2, width: side / 2, codebookSize: 512)],
    channels: 128, residualChannels: 128, kernel: 5, blocks: 2, residualBlocks: 4,
    conditionBlocks: 2, conditionChannels: 128)
  let sampler = PriorSampler(Prior(configuration, start: .random(randomness)))
  let conditions = configuration.conditions.map { codes(images * $0.codesPerImage) }
  return .init(arithmetic: .unknown) {
    _ = sampler.sample((0..<images).map { randomness.stream($0) }, conditions: conditions)
  }
}

private func stepOfClassifier() -> BenchmarkCase.Work {
  let classifier = Classifier(
    ClassifierConfiguration(
      imageHeight: 28, imageWidth: 28, imageChannels: 1, classNames: (0..<10).map(String.init),
      architecture: .plain), start: .random(randomness))
  let trainer = Trainer(classifier.parameters)
  let batch = images([64, 28, 28, 1])
  let labels = codes(64).map { $0 % 10 }
  return .init {
    trainer.step { pass, _ in classifier.loss(of: batch, labels: labels, in: pass) }
  }
}

/// 64 PNGs of 256×256, decoded from files.
private func decodingOfPNGs() throws -> BenchmarkCase.Work {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("benchmark-\(getpid())").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  let path = folder + "/image.png"
  let waves = (0..<256 * 256 * 3).map { UInt8(127 + 127 * sin(Double($0 / 3) * 0.001)) }
  try Image(shape: ImageShape(size: ImageSize(square: 256), channels: 3), bytes: waves)
    .writePNG(to: path)
  return .init(arithmetic: .unknown) {
    for _ in 0..<64 { _ = try? Image(png: path, color: .color) }
  }
}
