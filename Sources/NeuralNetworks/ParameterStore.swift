import Tensors

/// All parameters of a model by name, in the order the model declared them.
///
/// A model declares its parameters while it is being built, through a `ParameterScope`; the store
/// says where they start. Statistics are tensors that belong to the model and are saved with it but
/// that no gradient changes: codebooks kept by moving averages, for example.
public final class ParameterStore {
  /// Where the values of a new store come from.
  public enum Start {
    /// Drawn by each parameter's initializer, from a stream of its own named after it.
    case random(Randomness)
    /// Zero, because they are about to be loaded from a file that holds at most this many numbers:
    /// no memory is taken for more, whatever the model's configuration claims.
    case zero(limit: Int)
  }

  /// In which numbers the model's convolutions multiply.
  public let arithmetic: Arithmetic
  private let start: Start
  private var names: Set<String> = []
  private var declaredCount = 0
  /// What training changes, in the order of declaration.
  public private(set) var trained: [Parameter] = []
  /// What is saved beside it.
  public private(set) var statistics: [Parameter] = []

  /// An empty store; without an arithmetic, that is float32.
  public init(_ start: Start, arithmetic: Arithmetic? = nil) {
    self.start = start
    self.arithmetic = arithmetic ?? .float32
  }

  /// The scope without a prefix.
  public var root: ParameterScope { ParameterScope(store: self, path: "") }

  /// Parameters and statistics together.
  public var all: [Parameter] { trained + statistics }

  /// Whether the model has more parameters than the limit it was built with: it has no values then,
  /// and cannot be used.
  public var exceedsLimit: Bool {
    guard case .zero(let limit) = start else { return false }
    return declaredCount > limit
  }

  /// How many numbers training changes.
  public var trainedCount: Int { trained.reduce(0) { $0 + $1.value.count } }

  /// Sets all gradients to nil.
  public func clearGradients() {
    for parameter in trained { parameter.gradient = nil }
  }

  fileprivate func declare(
    _ name: String, shape: [Int], initializer: Initializer, isTrained: Bool
  ) -> Parameter {
    precondition(names.insert(name).inserted, "\(name) is declared twice")
    let value: Tensor
    switch start {
    case .random(let randomness):
      value = initializer.tensor(of: shape, from: randomness.stream(name))
    case .zero(let limit):
      let (sum, overflow) = declaredCount.addingReportingOverflow(shape.reduce(1, *))
      declaredCount = overflow ? .max : sum
      value = Tensor(zeros: declaredCount > limit ? [0] + shape.dropFirst() : shape)
    }
    let parameter = Parameter(name: name, value: value)
    if isTrained { trained.append(parameter) } else { statistics.append(parameter) }
    return parameter
  }
}

/// A place in the tree of a model's parameters.
public struct ParameterScope {
  fileprivate let store: ParameterStore
  fileprivate let path: String

  /// In which numbers the model's convolutions multiply.
  public var arithmetic: Arithmetic { store.arithmetic }

  /// The scope below this one.
  public func scope(_ name: String) -> ParameterScope {
    ParameterScope(store: store, path: path + name + ".")
  }

  /// The numbered scope below this one.
  public func scope(_ index: Int) -> ParameterScope { scope(String(index)) }

  /// Declares a parameter that training changes.
  public func parameter(_ name: String, shape: [Int], initializer: Initializer) -> Parameter {
    store.declare(path + name, shape: shape, initializer: initializer, isTrained: true)
  }

  /// Declares a tensor that is saved with the model and that no gradient changes.
  public func statistic(_ name: String, shape: [Int], initializer: Initializer) -> Parameter {
    store.declare(path + name, shape: shape, initializer: initializer, isTrained: false)
  }
}
