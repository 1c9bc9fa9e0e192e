import Artifacts
import Communication
import NeuralNetworks
import Tensors

/// All that the steps of a training change: weights, statistics of the codebooks, moments of the
/// optimizer. Everything else is a function of the seed and the step.
struct TrainingState {
  let parameters: ParameterStore
  let optimizer: Adam

  /// All of it by name, as it is now. The tensors share memory with the model until a step changes it.
  var tensors: [(name: String, value: Tensor)] {
    parameters.all.map { ($0.name, $0.value) } + optimizer.state
  }

  /// Puts the model and its optimizer into another state: `read` fills in each tensor, given its name
  /// and shape. Throws what `read` throws.
  func replace(
    _ read: (_ name: String, _ shape: [Int], UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    parameters.clearGradients()
    for parameter in parameters.all {
      let shape = parameter.value.shape
      try parameter.value.withMutableElements { try read(parameter.name, shape, $0) }
    }
    try optimizer.changeState { name, moment in
      let shape = moment.shape
      try moment.withMutableElements { try read(name, shape, $0) }
    }
  }

  /// Puts the model and its optimizer into the state that they have in the lead of some processes.
  func copyFromLead(of communicator: any Communicator) {
    replace { _, _, elements in communicator.copyFromLead(UnsafeMutableRawBufferPointer(elements)) }
  }

  /// Puts the model and its optimizer into the state that a file holds, each name after `prefix`.
  ///
  /// Throws a `FileError` that names the tensor if one is missing or of another shape.
  func replace(from file: ArtifactFile, under prefix: String = "") throws {
    try replace { try file.tensors.readFloats(prefix + $0, shape: $1, into: $2) }
  }

  /// The tensors for a checkpoint.
  func stored() -> [StoredTensor] {
    tensors.map { name, value in
      StoredTensor(name, shape: value.shape, .float32) { .floats(value.elements) }
    }
  }
}

/// A state to go back to, kept on the disk: it is three times as large as the model and rarely needed.
final class KeptState {
  /// How many steps led to it.
  let step: Int
  private let file: UnnamedFile
  private var places: [(name: String, shape: [Int], offset: Int)] = []

  /// Keeps the present state of a training that will write `output`.
  ///
  /// Throws a `FileError` if there is no room for it.
  init(_ state: TrainingState, after step: Int, besides output: String) throws {
    self.step = step
    file = try UnnamedFile(onDiskOf: output)
    var offset = 0
    for (name, value) in state.tensors {
      let bytes = UnsafeRawBufferPointer(value.buffer)
      try file.write(bytes, at: offset)
      places.append((name, value.shape, offset))
      offset += bytes.count
    }
  }

  /// Puts a training of the same model into this state; throws a `FileError` if it cannot be read.
  func restore(_ state: TrainingState) throws {
    let offsets = Dictionary(uniqueKeysWithValues: places.map { ($0.name, $0.offset) })
    try state.replace { name, _, elements in
      guard let offset = offsets[name] else { preconditionFailure("\(name) was not kept") }
      try file.read(into: UnsafeMutableRawBufferPointer(elements), at: offset)
    }
  }

  /// The tensors for a checkpoint, each name after `prefix`.
  func stored(under prefix: String) -> [StoredTensor] {
    places.map { name, shape, offset in
      StoredTensor(prefix + name, shape: shape, .float32) { [file] in
        let count = shape.reduce(1, *)
        return .floats(
          try [Float](unsafeUninitializedCapacity: count) { elements, initializedCount in
            let elements = UnsafeMutableBufferPointer(rebasing: elements[..<count])
            try file.read(into: UnsafeMutableRawBufferPointer(elements), at: offset)
            initializedCount = count
          })
      }
    }
  }
}
