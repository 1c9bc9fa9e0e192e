import Artifacts
import NeuralNetworks
import Tensors

/// The configuration of a model that may begin with the weights of another.
public protocol StartableConfiguration: Codable, Hashable, Sendable {
  /// What is wrong with it, in one line; nil if it can be built.
  var problem: String? { get }
  /// In which numbers its convolutions multiply; nil for float32.
  var arithmetic: Arithmetic? { get set }
  /// Everything that two models must have in common for the weights of one to suit the other, by name.
  var shapingValues: [(name: String, value: String)] { get }
  /// Whether a tensor begins anew in a model that begins with the weights of `other`, since it is about
  /// classes or codes that this one does not have.
  func startsAnew(_ tensor: String, after other: Self) -> Bool
  /// Whether a tensor has a row for each class and perhaps one more, for images of hidden class.
  func hasRowsOfClasses(_ tensor: String) -> Bool
}

extension StartableConfiguration {
  /// No tensor has.
  public func hasRowsOfClasses(_ tensor: String) -> Bool { false }
}

/// A model whose weights another begins with.
public struct StartingModel {
  /// The role of its file among the sources of the model.
  public static let role = "start"

  /// Its file.
  public let file: ArtifactFile
  private let startsAnew: (String) -> Bool
  private let hasRowsOfClasses: (String) -> Bool

  /// Reads the file at `path` for a model of some configuration that will be at `output`.
  ///
  /// Throws a `FileError` if the file cannot be used, or one that names what both models have if their
  /// architectures differ.
  public init<Configuration: StartableConfiguration>(
    path: String, kind: ArtifactKind, for configuration: Configuration, at output: String
  ) throws {
    file = try ArtifactFile(path: path, kind: kind)
    let other = try file.configuration(as: TrainedConfiguration<Configuration>.self).model
    if let problem = other.problem {
      throw FileError(
        path, "has an impossible configuration (\(problem))", remedy: "make the file again")
    }
    let pairs = zip(other.shapingValues, configuration.shapingValues)
      .filter { $0.value != $1.value }
    guard pairs.isEmpty else {
      func spoken(_ parts: [(name: String, value: String)]) -> String {
        parts.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
      }
      let (own, wanted) = (spoken(pairs.map(\.0)), spoken(pairs.map(\.1)))
      throw FileError(
        path, "has \(own), where \(output) would have \(wanted)",
        remedy: "pass the flags that it was trained with, or a model that fits")
    }
    startsAnew = { configuration.startsAnew($0, after: other) }
    hasRowsOfClasses = configuration.hasRowsOfClasses
  }

  /// One line that says what a model begins with: these weights, but for tensors of some names.
  public func description(of anew: [String]) -> String {
    let places = anew.map { $0.replacing(/\.[0-9]+\./, with: ".*.") }
    let names = places.enumerated().filter { places.firstIndex(of: $1) == $0 }.map(\.element)
    return "beginning with the weights of \(file.path)"
      + (names.isEmpty ? "" : "; anew: \(names.joined(separator: ", "))")
  }

  /// Gives a model these weights.
  ///
  /// - Returns: the names of the tensors that begin anew, and stay as they are.
  /// - Throws: a `FileError` that names the tensor if one is missing, of another shape, or has a number
  ///   that is not finite.
  public func load(into parameters: ParameterStore) throws -> [String] {
    var anew: [String] = []
    for parameter in parameters.all {
      let (name, shape) = (parameter.name, parameter.value.shape)
      if startsAnew(name) {
        anew.append(name)
      } else if hasRowsOfClasses(name), let stored = file.tensors.description(of: name)?.shape,
        stored.dropFirst() == shape.dropFirst()
      {
        // All but that of hidden classes, where only one of the two models has it.
        let rows = try file.tensors.readFloats(name)
        parameter.value.withMutableElements { elements in
          for (index, value) in zip(elements.indices, rows) { elements[index] = value }
        }
      } else {
        try parameter.value.withMutableElements {
          try file.tensors.readFloats(name, shape: shape, into: $0)
        }
      }
      try file.tensors.checkFinite(parameter.value.buffer, of: name)
    }
    return anew
  }
}
