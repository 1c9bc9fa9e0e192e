import Artifacts
import Communication
import NeuralNetworks
import Tensors

/// All that the steps of a training change: weights, statistics of the codebooks, moments of optimizers,
/// the average of the weights. Everything else is a function of the seed and the step.
struct TrainingState {
  /// What becomes the model's file.
  let model: Learner
  /// What is trained against it, if anything is.
  let opponent: Learner?

  /// The state of a task before its first step.
  init(of task: TrainingTask) {
    model = Learner(modelOf: task)
    opponent = task.opponent.map { Learner($0) }
  }

  /// All that learn.
  var learners: [Learner] { [model] + (opponent.map { [$0] } ?? []) }

  /// All of it by name, as it is now. The tensors share memory with the networks until a step changes
  /// them.
  var tensors: [(name: String, value: Tensor)] { learners.flatMap(\.tensors) }

  /// Puts all that learn into another state: `read` fills in each tensor, given its name and shape. Throws
  /// what `read` throws.
  func replace(
    _ read: (_ name: String, _ shape: [Int], UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    for learner in learners {
      try learner.changeTensors { name, tensor in
        let shape = tensor.shape
        try tensor.withMutableElements { try read(name, shape, $0) }
      }
    }
  }

  /// Puts all that learn into the state that they have in the lead of some processes.
  func copyFromLead(of communicator: any Communicator) {
    replace { _, _, elements in communicator.copyFromLead(UnsafeMutableRawBufferPointer(elements)) }
  }

  /// Puts all that learn into the state that a file holds, each name after `prefix`.
  ///
  /// In a file of before there were averages, the average begins with the weights.
  /// Throws a `FileError` that names the tensor if one is missing or of another shape.
  func replace(from file: ArtifactFile, under prefix: String = "") throws {
    let knowsAverage = model.average?.state.allSatisfy {
      file.tensors.description(of: prefix + $0.name) != nil
    }
    try replace { name, shape, elements in
      if knowsAverage == false, name.hasSuffix(".average") { return }
      try file.tensors.readFloats(prefix + name, shape: shape, into: elements)
    }
    if knowsAverage == false { model.average?.restart() }
  }

  /// Puts the model alone into the state that a file holds, each name after `prefix`.
  ///
  /// Throws a `FileError` that names the tensor if one is missing or of another shape.
  func replaceModel(from file: ArtifactFile, under prefix: String) throws {
    for parameter in model.parameters.all {
      let shape = parameter.value.shape
      try parameter.value.withMutableElements {
        try file.tensors.readFloats(prefix + parameter.name, shape: shape, into: $0)
      }
    }
  }

  /// Calls `body` while the model is what the training would make of it now: it has the average of
  /// its weights, if there is one. Returns and throws what `body` does.
  func withModel<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let average = model.average else { return try body() }
    return try average.withAverage(body)
  }

  /// The tensors for a checkpoint.
  func stored() -> [StoredTensor] {
    tensors.map { name, value in
      StoredTensor(name, shape: value.shape, .float32) { .floats(value.elements) }
    }
  }
}
