import Artifacts
import Communication
import NeuralNetworks
import Tensors

/// All that the steps of a training change: weights, statistics of the codebooks, moments of the
/// optimizer, the average of the weights. Everything else is a function of the seed and the step.
struct TrainingState {
  let parameters: ParameterStore
  let optimizer: Adam
  /// Nil where the last weights become the model, and where statistics follow the weights: a codebook is
  /// of the encoder as it is now, not of an average of what it was.
  let average: WeightAverage?

  /// The state of a task before its first step.
  init(of task: TrainingTask) {
    parameters = task.parameters
    optimizer = Adam(task.parameters)
    let isAveraged = task.aim != nil && task.parameters.statistics.isEmpty
    average = isAveraged ? WeightAverage(task.parameters) : nil
  }

  /// All of it by name, as it is now. The tensors share memory with the model until a step changes it.
  var tensors: [(name: String, value: Tensor)] {
    parameters.all.map { ($0.name, $0.value) } + optimizer.state + (average?.state ?? [])
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
    func change(_ name: String, _ tensor: inout Tensor) throws {
      let shape = tensor.shape
      try tensor.withMutableElements { try read(name, shape, $0) }
    }
    try optimizer.changeState(change)
    try average?.changeState(change)
  }

  /// Puts the model and its optimizer into the state that they have in the lead of some processes.
  func copyFromLead(of communicator: any Communicator) {
    replace { _, _, elements in communicator.copyFromLead(UnsafeMutableRawBufferPointer(elements)) }
  }

  /// Puts the model and its optimizer into the state that a file holds, each name after `prefix`.
  ///
  /// In a file of before there were averages, the average begins with the weights.
  /// Throws a `FileError` that names the tensor if one is missing or of another shape.
  func replace(from file: ArtifactFile, under prefix: String = "") throws {
    let knowsAverage = average?.state.allSatisfy {
      file.tensors.description(of: prefix + $0.name) != nil
    }
    try replace { name, shape, elements in
      if knowsAverage == false, name.hasSuffix(".average") { return }
      try file.tensors.readFloats(prefix + name, shape: shape, into: elements)
    }
    if knowsAverage == false { average?.restart() }
  }

  /// Puts the model alone into the state that a file holds, each name after `prefix`.
  ///
  /// Throws a `FileError` that names the tensor if one is missing or of another shape.
  func replaceModel(from file: ArtifactFile, under prefix: String) throws {
    for parameter in parameters.all {
      let shape = parameter.value.shape
      try parameter.value.withMutableElements {
        try file.tensors.readFloats(prefix + parameter.name, shape: shape, into: $0)
      }
    }
  }

  /// Calls `body` while the model is what the training would make of it now: it has the average of
  /// its weights, if there is one. Returns and throws what `body` does.
  func withModel<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let average else { return try body() }
    return try average.withAverage(body)
  }

  /// The tensors for a checkpoint.
  func stored() -> [StoredTensor] {
    tensors.map { name, value in
      StoredTensor(name, shape: value.shape, .float32) { .floats(value.elements) }
    }
  }
}
