import Artifacts
import NeuralNetworks
import Tensors

extension ParameterStore {
  /// Everything the model needs to run, for its file. Statistics keep single precision: they are few,
  /// and codes hang on their last bits.
  public func storedTensors(_ precision: WeightPrecision) -> [StoredTensor] {
    func stored(_ parameter: Parameter, _ precision: WeightPrecision) -> StoredTensor {
      StoredTensor(
        parameter.name, shape: parameter.value.shape, precision == .half ? .float16 : .float32
      ) {
        let elements = parameter.value.elements
        return precision == .half ? .halves(elements) : .floats(elements)
      }
    }
    return trained.map { stored($0, precision) } + statistics.map { stored($0, .full) }
  }

  /// Takes all values from a file.
  ///
  /// The model must have been built with `file.tensors.largestRealCount` as its limit. Throws a
  /// `FileError` that says so if its configuration asks for more than the file holds, or that names
  /// the tensor if one is missing, surplus, of another shape, or has a number that is not finite.
  public func load(from file: ArtifactFile) throws {
    guard !exceedsLimit else {
      throw FileError(
        file.path, "has a configuration for a larger model than its tensors are of",
        remedy: "make the file again")
    }
    for parameter in all {
      let shape = parameter.value.shape
      try parameter.value.withMutableElements {
        try file.tensors.readFloats(parameter.name, shape: shape, into: $0)
        try file.tensors.checkFinite(UnsafeBufferPointer($0), of: parameter.name)
      }
    }
    let known = Set(all.map(\.name))
    if let surplus = file.tensors.names.first(where: { !known.contains($0) }) {
      throw FileError(
        file.path, "has a tensor \(quoted(surplus)) that its configuration has no place for",
        remedy: "make the file again")
    }
  }
}
