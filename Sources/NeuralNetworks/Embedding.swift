import Tensors

/// A learned vector per class.
public struct Embedding {
  /// [classes, channels].
  public let table: Parameter

  /// Declares `table`; it starts at zero, so that a class means nothing until training says so.
  public init(_ scope: ParameterScope, classes: Int, channels: Int) {
    table = scope.parameter("table", shape: [classes, channels], initializer: .constant(0))
  }

  /// The vector of each label: [labels, channels].
  public func callAsFunction(_ labels: [Int32], in pass: ForwardPass) -> Tensor {
    pass(table).lookingUp(labels)
  }
}
