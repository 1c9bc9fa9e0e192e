import Artifacts
import NeuralNetworks
import Tensors

/// Tensors of a training after some step, kept on the disk: they are rarely needed, and a state to go
/// back to is four times as large as the model.
final class KeptState {
  /// How many steps led to it.
  let step: Int
  private let file: UnnamedFile
  private var places: [(name: String, shape: [Int], offset: Int)] = []

  /// Keeps the present tensors of a training that will write `output`.
  ///
  /// Throws a `FileError` if there is no room for them.
  init(
    _ tensors: [(name: String, value: Tensor)], after step: Int, besides output: String
  ) throws {
    self.step = step
    file = try UnnamedFile(onDiskOf: output)
    var offset = 0
    for (name, value) in tensors {
      let bytes = UnsafeRawBufferPointer(value.buffer)
      try file.write(bytes, at: offset)
      places.append((name, value.shape, offset))
      offset += bytes.count
    }
  }

  /// Puts a training of the same model into this state; throws a `FileError` if it cannot be read.
  func restore(_ state: TrainingState) throws {
    try state.replace(reading())
  }

  /// Puts a model into this state, of which only the model's own tensors are looked at; throws a
  /// `FileError` if it cannot be read.
  func restore(_ parameters: ParameterStore) throws {
    let read = reading()
    for parameter in parameters.all {
      try parameter.value.withMutableElements { try read(parameter.name, [], $0) }
    }
  }

  private typealias Reading = (String, [Int], UnsafeMutableBufferPointer<Float>) throws -> Void

  private func reading() -> Reading {
    let offsets = Dictionary(uniqueKeysWithValues: places.map { ($0.name, $0.offset) })
    return { [file] name, _, elements in
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
