import Artifacts
import Foundation
import ReferenceFixtures
import Tensors
import Testing

/// A fixture, open for reading.
func fixture(_ name: String) throws -> SafetensorsFile {
  try SafetensorsFile(path: referenceFixture(name))
}

/// A changed `state_dict` as a file, which is gone from its folder once it is open.
func open(_ state: StateFile) throws -> SafetensorsFile {
  let path = NSTemporaryDirectory() + "state-\(UUID().uuidString).safetensors"
  defer { try? FileManager.default.removeItem(atPath: path) }
  try state.encoded().write(to: URL(fileURLWithPath: path))
  return try SafetensorsFile(path: path)
}

/// A `state_dict` whose tensors are the gradients in `expected`: read as if they were weights, they
/// take our layout. What has none keeps its value.
func gradients(_ expected: SafetensorsFile, of fixture: String) throws -> SafetensorsFile {
  var state = try StateFile(fixture)
  for name in state.tensors.keys where expected.names.contains("grad." + name) {
    state.tensors[name]?.elements = try expected.readFloats("grad." + name)
  }
  return try open(state)
}

/// A tensor of the reference, [images, channels, height, width], in our order.
func nhwc(_ file: SafetensorsFile, _ name: String) throws -> Tensor {
  let shape = try #require(file.description(of: name)).shape
  let source = try file.readFloats(name)
  let (channels, height, width) = (shape[1], shape[2], shape[3])
  var elements: [Float] = []
  for n in 0..<shape[0] {
    for pixel in 0..<height * width {
      elements += (0..<channels).map { source[(n * channels + $0) * height * width + pixel] }
    }
  }
  return Tensor(elements, shape: [shape[0], height, width, channels])
}

/// The only element of a tensor of the reference, as a tensor.
func scalar(_ file: SafetensorsFile, _ name: String) throws -> Tensor {
  Tensor(try file.readFloats(name), shape: [])
}

/// The largest difference, relative to the largest expected magnitude.
func error(_ actual: Tensor, _ expected: Tensor) -> Float {
  guard actual.count == expected.count else { return .infinity }
  let scale = expected.elements.map(abs).max() ?? 0
  let difference = zip(actual.elements, expected.elements).map { abs($0 - $1) }.max() ?? 0
  return difference / max(scale, .leastNormalMagnitude)
}

/// The same for a gradient; one that is zero but for rounding, as the bias of attention's keys has it,
/// must be so here too.
func gradientError(_ actual: Tensor, _ expected: Tensor) -> Float {
  guard expected.elements.allSatisfy({ abs($0) < 1e-9 }) else { return error(actual, expected) }
  return actual.elements.allSatisfy { abs($0) < 1e-7 } ? 0 : .infinity
}
