import Artifacts
import NeuralNetworks
import Tensors

/// All that the steps of a training change, as it is after one of them: weights, statistics of the
/// codebooks, moments of the optimizer. Everything else is a function of the seed and the step.
struct TrainingState {
  /// How many steps led to it.
  let step: Int
  private let parameters: [(name: String, value: Tensor)]
  private let moments: [(name: String, value: Tensor)]

  /// The present state. It shares the memory of the tensors until they change.
  init(after step: Int, _ parameters: ParameterStore, _ optimizer: Adam) {
    self.step = step
    self.parameters = parameters.all.map { ($0.name, $0.value) }
    moments = optimizer.state
  }

  /// Reads a state that `stored` wrote, of the same model.
  ///
  /// Throws a `FileError` that names the tensor if one is missing or of another shape.
  init(
    after step: Int, like model: TrainingState, from file: ArtifactFile, under prefix: String = ""
  ) throws {
    func read(_ tensors: [(name: String, value: Tensor)]) throws -> [(name: String, value: Tensor)]
    {
      try tensors.map { name, value in
        let elements = try file.tensors.readFloats(prefix + name, shape: value.shape)
        return (name, Tensor(elements, shape: value.shape))
      }
    }
    self.step = step
    parameters = try read(model.parameters)
    moments = try read(model.moments)
  }

  /// Puts the model and its optimizer into this state.
  func restore(_ parameters: ParameterStore, _ optimizer: Adam) {
    for (parameter, saved) in zip(parameters.all, self.parameters) { parameter.value = saved.value }
    parameters.clearGradients()
    optimizer.state = moments
  }

  /// The tensors for a checkpoint, each name after `prefix`.
  func stored(under prefix: String = "") -> [StoredTensor] {
    (parameters + moments).map {
      StoredTensor(prefix + $0.name, shape: $0.value.shape, .floats($0.value.elements))
    }
  }
}
