import Artifacts
import NeuralNetworks
import Tensors

extension ParameterStore {
  /// Everything the model needs to run, for its file. Statistics keep single precision: they are few,
  /// and codes hang on their last bits.
  public func storedTensors(_ precision: WeightPrecision) -> [StoredTensor] {
    trained.map { parameter in
      let elements = parameter.value.elements
      return StoredTensor(
        parameter.name, shape: parameter.value.shape,
        precision == .half ? .halves(elements) : .floats(elements))
    }
      + statistics.map {
        StoredTensor($0.name, shape: $0.value.shape, .floats($0.value.elements))
      }
  }

  /// Takes all values from a file.
  ///
  /// Throws a `FileError` that names the tensor if one is missing, surplus or of another shape.
  public func load(from file: ArtifactFile) throws {
    for parameter in all {
      let elements = try file.tensors.readFloats(parameter.name, shape: parameter.value.shape)
      parameter.value = Tensor(elements, shape: parameter.value.shape)
    }
    let known = Set(all.map(\.name))
    if let surplus = file.tensors.names.first(where: { !known.contains($0) }) {
      throw FileError(
        file.path, "has a tensor '\(surplus)' that its configuration has no place for",
        remedy: "make the file again")
    }
  }
}
