import Artifacts
import Foundation

/// A `state_dict` that a test changes before it is imported.
public struct StateFile {
  /// A real tensor and how it is to be stored.
  public struct Tensor {
    /// The extents, outermost first.
    public var shape: [Int]
    /// The elements in row-major order.
    public var elements: [Float]
    /// `float64`, `float32`, `float16` or `bfloat16`; what does not fit is rounded, or cut off in the
    /// last case.
    public var dataType = DataType.float32

    /// A tensor stored in single precision.
    public init(shape: [Int], elements: [Float]) {
      self.shape = shape
      self.elements = elements
    }
  }

  /// The tensors by name.
  public var tensors: [String: Tensor] = [:]

  /// The tensors of a fixture.
  ///
  /// Throws a `FileError` if it cannot be read.
  public init(_ fixture: String) throws {
    let file = try SafetensorsFile(path: referenceFixture(fixture))
    for name in file.names {
      guard let shape = file.description(of: name)?.shape else { continue }
      tensors[name] = Tensor(shape: shape, elements: try file.readFloats(name))
    }
  }

  /// The tensors as a safetensors file.
  public func encoded() -> Data {
    var (fields, values) = ([String](), Data())
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let start = values.count
      values += tensor.encoded()
      fields.append(
        "\"\(name)\":{\"dtype\":\"\(tensor.dataType.rawValue)\",\"shape\":\(tensor.shape),"
          + "\"data_offsets\":[\(start),\(values.count)]}")
    }
    let header = Data("{\(fields.joined(separator: ","))}".utf8)
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header + values
  }
}

extension StateFile.Tensor {
  fileprivate func encoded() -> Data {
    switch dataType {
    case .float64: data(elements.map { Double($0) })
    case .float32: data(elements)
    case .float16: data(elements.map { Float16($0) })
    case .bfloat16: data(elements.map { UInt16($0.bitPattern >> 16) })
    default: preconditionFailure("\(dataType) is not real")
    }
  }

  private func data<Element: BitwiseCopyable>(_ elements: [Element]) -> Data {
    elements.withUnsafeBytes { Data($0) }
  }
}
