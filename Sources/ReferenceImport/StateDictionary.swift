import Artifacts
import NeuralNetworks
import Tensors

/// The tensors of a PyTorch `state_dict`, handed out by name and counted, so that none is missing and
/// none is left over.
final class StateDictionary {
  let file: SafetensorsFile
  /// What stands before every name: a model that was trained on several devices is saved in a wrapper.
  private let prefix: String
  /// What names below which there are tensors begin with, up to a dot.
  private let groups: Set<Substring>
  private var unused: Set<String>
  /// The tensors whose shapes were asked for to find out what the model is.
  private var consulted: [String] = []

  /// The deepest group that tells how many layers of a kind there are: `blocks.0.resblocks.0`.
  private static let deepestGroup = 4

  init(_ file: SafetensorsFile) {
    self.file = file
    let wrapper = "module."
    let prefix = file.names.allSatisfy { $0.hasPrefix(wrapper) } ? wrapper : ""
    self.prefix = prefix
    groups = Set(
      file.names.flatMap { Self.groups(of: $0.dropFirst(prefix.count)) })
    unused = Set(file.names)
  }

  private static func groups(of name: Substring) -> [Substring] {
    let dots = name.utf8.indices.lazy.filter { name.utf8[$0] == UInt8(ascii: ".") }
    return dots.prefix(deepestGroup).map { name[..<$0] }
  }

  /// Whether there are tensors below a name: `blocks.0` of `blocks.0.out.conv.bias`.
  func has(below group: String) -> Bool { groups.contains(group[...]) }

  /// How many consecutive numbers from `first` give the name of something there are tensors below.
  func count(from first: Int = 0, below group: (Int) -> String) -> Int {
    var number = first
    while has(below: group(number)) { number += 1 }
    return number - first
  }

  /// The shape of a tensor that must be there and have `rank` axes, to find out what the model is.
  ///
  /// Throws a `FileError` if it does not.
  func shape(_ name: String, rank: Int) throws -> [Int] {
    let shape = try shape(name)
    guard shape.count == rank, shape.allSatisfy({ $0 > 0 }) else {
      throw FileError(
        file.path, "has a tensor '\(prefix + name)' of shape \(shape), not of \(rank) axes",
        remedy: "pass the state_dict of the reference model")
    }
    consulted.append(name)
    return shape
  }

  private func shape(_ name: String) throws -> [Int] {
    guard let description = file.description(of: prefix + name) else {
      throw FileError(
        file.path, "has no tensor '\(prefix + name)'",
        remedy: "pass the whole state_dict of the reference model")
    }
    return description.shape
  }

  /// Throws a `FileError` if the model that some of the tensors imply has more parameters than all of
  /// them hold.
  func check(fits parameters: ParameterStore) throws {
    guard parameters.exceedsLimit else { return }
    let shapes = try Set(consulted).sorted().map { "'\(prefix + $0)' of \(try shape($0))" }
    throw FileError(
      file.path,
      "has tensors that imply a larger model than all of them make up: "
        + shapes.joined(separator: ", "),
      remedy: "pass the state_dict of one model, unchanged")
  }

  /// The elements of a tensor of exactly this shape.
  ///
  /// Throws a `FileError` if there is none, or if an element is not a number.
  func take(_ name: String, shape: [Int]) throws -> [Float] {
    let found = try self.shape(name)
    guard found == shape else {
      throw FileError(
        file.path,
        "has a tensor '\(prefix + name)' of shape \(found) where the others imply \(shape)",
        remedy: "pass the state_dict of one model, unchanged")
    }
    unused.remove(prefix + name)
    let elements = try file.readFloats(prefix + name)
    try elements.withUnsafeBufferPointer { try file.checkFinite($0, of: prefix + name) }
    return elements
  }

  /// Throws a `FileError` if a tensor has not been used.
  func checkAllUsed() throws {
    if let surplus = unused.min() {
      throw FileError(
        file.path, "has a tensor \(quoted(surplus)) that no part of the model takes",
        remedy: "pass the state_dict of the reference model, unchanged")
    }
  }
}

extension StateDictionary {
  /// Convolution weights [out, in, height, width] as ours, [taps, in, out]. Where the layer has fewer
  /// taps than the rectangle, it has the first ones: the reference masks the rest before each use, and
  /// what its optimizer has left there since says nothing.
  func convolution(_ name: String, _ parameter: Parameter, height: Int, width: Int) throws {
    let (_, inputs, outputs) = parameter.tapsInputsOutputs
    let source = try take(name, shape: [outputs, inputs, height, width])
    set(parameter) { tap, input, output in
      source[(output * inputs + input) * height * width + tap]
    }
  }

  /// Transposed convolution weights [in, out, height, width] as ours, [taps, out, in].
  func transposedConvolution(_ name: String, _ parameter: Parameter, side: Int) throws {
    let (_, outputs, inputs) = parameter.tapsInputsOutputs
    let source = try take(name, shape: [inputs, outputs, side, side])
    set(parameter) { tap, output, input in
      source[(input * outputs + output) * side * side + tap]
    }
  }

  /// A vector, whatever trailing axes of 1 it has.
  func vector(_ name: String, _ parameter: Parameter) throws {
    let trailing = try shape(name).dropFirst()
    let ones = trailing.allSatisfy { $0 == 1 } ? Array(trailing) : []
    parameter.value = Tensor(
      try take(name, shape: [parameter.value.count] + ones), shape: parameter.value.shape)
  }

  /// A matrix with its axes exchanged.
  func transposedMatrix(_ name: String, _ parameter: Parameter) throws {
    let shape = parameter.value.shape
    let source = try take(name, shape: [shape[1], shape[0]])
    parameter.value = Tensor(source, shape: [shape[1], shape[0]]).transposed()
  }

  private func set(_ parameter: Parameter, _ element: (Int, Int, Int) -> Float) {
    let (taps, inputs, outputs) = parameter.tapsInputsOutputs
    var elements: [Float] = []
    elements.reserveCapacity(parameter.value.count)
    for tap in 0..<taps {
      for input in 0..<inputs {
        for output in 0..<outputs { elements.append(element(tap, input, output)) }
      }
    }
    parameter.value = Tensor(elements, shape: parameter.value.shape)
  }
}

extension Parameter {
  fileprivate var tapsInputsOutputs: (Int, Int, Int) {
    (value.shape[0], value.shape[1], value.shape[2])
  }
}

extension ParameterStore {
  /// The parameter called `name`, which the model is known to have.
  func named(_ name: String) -> Parameter {
    guard let parameter = all.first(where: { $0.name == name }) else {
      preconditionFailure("the model has no \(name)")
    }
    return parameter
  }
}
