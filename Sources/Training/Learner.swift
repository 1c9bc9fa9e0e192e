import NeuralNetworks
import Tensors

/// A network and what changes it as it learns.
struct Learner {
  let parameters: ParameterStore
  let optimizer: Adam
  /// The average of the weights; nil where the last weights are what is wanted.
  let average: WeightAverage?
  /// How many steps the training takes before its first.
  private let start: Int

  /// The model of a task.
  init(modelOf task: TrainingTask) {
    parameters = task.parameters
    optimizer = Adam(task.parameters)
    // Statistics follow the weights: a codebook is of the encoder as it is now, not of an average of what
    // it was.
    let isAveraged = task.aim != nil && task.parameters.statistics.isEmpty
    average = isAveraged ? WeightAverage(task.parameters) : nil
    start = 0
  }

  /// What is trained against a model: with a short memory, for what it looks for changes as it is found.
  init(_ opponent: TrainingTask.Opponent) {
    parameters = opponent.parameters
    optimizer = Adam(opponent.parameters, beta1: 0.5, beta2: 0.9)
    average = nil
    start = opponent.start
  }

  /// All that learning changes, by name, as it is now. The tensors share memory with the network until a
  /// step changes it.
  var tensors: [(name: String, value: Tensor)] {
    parameters.all.map { ($0.name, $0.value) } + optimizer.state + (average?.state ?? [])
  }

  /// Calls `change` with each of the tensors and its name; throws what it throws.
  func changeTensors(_ change: (String, inout Tensor) throws -> Void) rethrows {
    parameters.clearGradients()
    for parameter in parameters.all { try change(parameter.name, &parameter.value) }
    try optimizer.changeState(change)
    try average?.changeState(change)
  }

  /// The Euclidean norm of all gradients together; throws a `Divergence` if it is not finite.
  func gradientNorm(step: Int) throws -> Double {
    let norm = optimizer.gradientNorm()
    try Divergence.check(gradientNorm: norm, of: parameters, step: step)
    return norm
  }

  /// Takes step `number` of the training, from 1, with gradients of some `norm` scaled down to a `limit`.
  /// Nothing happens before the first of its own.
  func step(number: Int, rate: Float, norm: Double, limit: Double) {
    guard number > start else { return }
    optimizer.step(
      number: number - start, rate: rate, gradientScale: norm > limit ? Float(limit / norm) : 1)
    average?.update(after: number)
  }
}
