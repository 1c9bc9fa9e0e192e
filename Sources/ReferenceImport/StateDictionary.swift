import Artifacts
import NeuralNetworks
import Tensors

/// The tensors of a PyTorch `state_dict`, handed out by name and counted, so that none is missing and
/// none is left over.
final class StateDictionary {
  let file: SafetensorsFile
  private var unused: Set<String>

  init(_ file: SafetensorsFile) {
    self.file = file
    unused = Set(file.names)
  }

  func has(_ name: String) -> Bool { file.description(of: name) != nil }

  /// The shape of a tensor; throws a `FileError` if there is none of that name.
  func shape(_ name: String) throws -> [Int] {
    guard let description = file.description(of: name) else {
      throw FileError(
        file.path, "has no tensor '\(name)'",
        remedy: "pass the whole state_dict of the reference model")
    }
    return description.shape
  }

  /// The shape of a tensor that must have `rank` axes.
  func shape(_ name: String, rank: Int) throws -> [Int] {
    let shape = try shape(name)
    guard shape.count == rank, shape.allSatisfy({ $0 > 0 }) else {
      throw FileError(
        file.path, "has a tensor '\(name)' of shape \(shape), not of \(rank) axes",
        remedy: "pass the state_dict of the reference model")
    }
    return shape
  }

  /// How many consecutive numbers from `first` give an existing name.
  func count(from first: Int = 0, _ name: (Int) -> String) -> Int {
    var number = first
    while has(name(number)) { number += 1 }
    return number - first
  }

  /// The elements of a tensor of exactly this shape.
  func take(_ name: String, shape: [Int]) throws -> [Float] {
    let found = try self.shape(name)
    guard found == shape else {
      throw FileError(
        file.path, "has a tensor '\(name)' of shape \(found) where the others imply \(shape)",
        remedy: "pass the state_dict of one model, unchanged")
    }
    unused.remove(name)
    return try file.readFloats(name)
  }

  /// Throws a `FileError` if the model that some of the tensors imply has more parameters than all of
  /// them hold.
  func check(fits parameters: ParameterStore) throws {
    guard parameters.exceedsLimit else { return }
    throw FileError(
      file.path, "has tensors that imply a larger model than they are of",
      remedy: "pass the state_dict of one model, unchanged")
  }

  /// Leaves out a tensor that holds nothing to keep.
  func ignore(_ name: String) { unused.remove(name) }

  /// Throws a `FileError` if a tensor has not been used.
  func checkAllUsed() throws {
    if let surplus = unused.min() {
      throw FileError(
        file.path, "has a tensor '\(surplus)' that no part of the model takes",
        remedy: "pass the state_dict of the reference model, unchanged")
    }
  }
}

extension StateDictionary {
  /// Convolution weights [out, in, height, width] as ours, [taps, in, out]. Where the layer has fewer
  /// taps than the rectangle, it has the first ones, and the rest must be masked: zero.
  func convolution(_ name: String, _ parameter: Parameter, height: Int, width: Int) throws {
    let (taps, inputs, outputs) = parameter.tapsInputsOutputs
    let source = try take(name, shape: [outputs, inputs, height, width])
    let area = height * width
    for index in source.indices where index % area >= taps && source[index] != 0 {
      throw FileError(
        file.path, "has weights in '\(name)' that its mask excludes",
        remedy: "run the reference once before saving, so that it zeroes them")
    }
    set(parameter) { tap, input, output in source[(output * inputs + input) * area + tap] }
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
    let ones = try shape(name).dropFirst()
    parameter.value = Tensor(
      try take(name, shape: [parameter.value.count] + ones.map { _ in 1 }),
      shape: parameter.value.shape)
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
