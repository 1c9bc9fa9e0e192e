import Artifacts
import COpenBLAS
import Classifiers
import Foundation
import Images
import Tensors

/// OpenBLAS on all threads: the yardstick of the machine.
func openBLASProduct(size: Int) throws -> Workload {
  if let failure = openblas_load() {
    throw FileError("OpenBLAS", String(cString: failure), remedy: "run pipelines/setup.sh")
  }
  let (a, b) = (noise([size, size]), noise([size, size]))
  var product = Tensor(zeros: [size, size])
  let repetitions = 10
  return Workload(cost: .known(size * size * size * repetitions)) {
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

/// A training step of the rejection classifier on digits.
func stepOfClassifier(_ arithmetic: Arithmetic) -> Workload {
  let classifier = Classifier(
    ClassifierConfiguration(
      imageHeight: 28, imageWidth: 28, imageChannels: 1, classNames: (0..<10).map(String.init),
      architecture: .plain, arithmetic: arithmetic), start: .random(randomness))
  let trainer = Trainer(classifier.parameters)
  let batch = noise([64, 28, 28, 1])
  let labels = randomCodes(64, below: 10)
  return Workload {
    trainer.step { pass, _ in classifier.loss(of: batch, labels: labels, in: pass) }
  }
}

/// 64 PNGs of 256×256, decoded from files.
func decodingOfPNGs() throws -> Workload {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("benchmark-\(getpid())").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  let path = folder + "/image.png"
  let waves = (0..<256 * 256 * 3).map { UInt8(127 + 127 * sin(Double($0 / 3) * 0.001)) }
  try Image(shape: ImageShape(size: ImageSize(square: 256), channels: 3), bytes: waves)
    .writePNG(to: path)
  return Workload(cost: .unknown) {
    for _ in 0..<64 { _ = try? Image(contentsOf: path, color: .color) }
  }
}

/// From the start of `sample-images` to a digit in a PNG, with the models in `models/digits`: run it
/// from the top of the repository.
func drawingOfFirstDigit() throws -> Workload {
  let program = URL(fileURLWithPath: CommandLine.arguments[0])
    .deletingLastPathComponent().appendingPathComponent("sample-images")
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("benchmark-digit-\(getpid())").path
  let arguments = [
    "--models", "models/digits", "--count", "1", "--classes", "7", "--output", folder,
  ]
  func draw() throws {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw FileError(
        "models/digits", "cannot be drawn from",
        remedy: "run the benchmark from the top of the repository, after pipelines/setup.sh")
    }
  }
  try draw()
  return Workload(cost: .unknown) { try? draw() }
}
