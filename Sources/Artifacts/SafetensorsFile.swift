/// A safetensors file open for reading.
///
/// The header is checked in full when the file is opened: its size and every name, shape and
/// offset, so that reading a tensor can only fail if the file changes or the disk does. Data are
/// read when asked for; nothing is mapped. One file may be read from several threads.
public final class SafetensorsFile: Sendable {
  /// The file's path, as it was given.
  public let path: String
  /// The names of the tensors, in the order of the header.
  public let names: [String]
  /// The free metadata of the header.
  public let metadata: [String: String]

  let file: RandomAccessFile
  private let dataSize: Int
  private let tensors: [String: (description: TensorDescription, bytes: Range<Int>)]

  /// Opens the file at `path` and reads its header.
  ///
  /// Throws a `FileError` if it cannot be opened or is not a whole, well-formed safetensors file
  /// with a header of at most 100 MB and 100,000 tensors.
  public init(path: String) throws {
    let file = try RandomAccessFile(path: path)
    let bytes = try Self.readHeader(of: file)
    let dataStart = 8 + bytes.count
    do {
      let header = try SafetensorsHeader(parsing: bytes, dataSize: file.size - dataStart)
      self.path = path
      self.file = file
      dataSize = file.size - dataStart
      names = header.tensors.map(\.description.name)
      metadata = header.metadata
      tensors = Dictionary(
        uniqueKeysWithValues: header.tensors.map { description, offsets in
          let bytes = dataStart + offsets.lowerBound..<dataStart + offsets.upperBound
          return (description.name, (description, bytes))
        })
    } catch let problem as HeaderProblem {
      throw FileError(
        path, "is damaged: it has a header that \(problem.text)", remedy: "copy or make it again")
    }
  }

  /// The encoding and shape of the tensor called `name`; nil if the file has none.
  public func description(of name: String) -> TensorDescription? {
    tensors[name]?.description
  }

  /// The most numbers the tensors can hold: at least two bytes each, as in half precision.
  public var largestRealCount: Int { dataSize / 2 }

  /// The encoding, shape and place of a tensor that must be there.
  func tensor(_ name: String) throws -> (description: TensorDescription, bytes: Range<Int>) {
    guard let tensor = tensors[name] else {
      throw FileError(path, "has no tensor \(quoted(name))", remedy: "pass another file")
    }
    return tensor
  }

  private static func readHeader(of file: RandomAccessFile) throws -> [UInt8] {
    guard file.size >= 9 else { throw notSafetensors(file.path) }
    let start = try file.read(0..<9) as [UInt8]
    let length = start[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard start[8] == UInt8(ascii: "{") else {
      throw foreignFormat(file.path, start) ?? notSafetensors(file.path)
    }
    guard length <= UInt64(SafetensorsHeader.lengthLimit) else {
      throw FileError(
        file.path,
        "claims a header of \(length) bytes, beyond the limit of \(SafetensorsHeader.lengthLimit)",
        remedy: "copy or make it again")
    }
    guard Int(length) <= file.size - 8 else {
      throw FileError(
        file.path, "is cut short: its header has \(length) bytes, the file \(file.size)",
        remedy: "copy or make it again")
    }
    return try file.read(8..<8 + Int(length))
  }

  private static func notSafetensors(_ path: String) -> FileError {
    FileError(path, "is not a safetensors file", remedy: "pass a file that one of the stages wrote")
  }

  /// The error for a format that carries code along with its weights, recognised by its signature.
  private static func foreignFormat(_ path: String, _ start: [UInt8]) -> FileError? {
    let format: String
    if start.starts(with: Array("PK\u{3}\u{4}".utf8)) {
      format = "a zip archive, as PyTorch's .pt and NumPy's .npz are"
    } else if start[0] == 0x80, (2...5).contains(start[1]) {
      format = "a Python pickle, as old PyTorch .pt files are"
    } else {
      return nil
    }
    return FileError(
      path, "is \(format), not a safetensors file",
      remedy: "such files can run code when loaded, so save its tensors as safetensors instead")
  }
}
