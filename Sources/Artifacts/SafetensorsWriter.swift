/// Writes a safetensors file piece by piece: the shapes are declared first, the values follow.
///
/// Values may come for any tensor in any order and in any number of pieces, so that a data set far
/// larger than memory can be stored. The file appears, atomically, when it is finished. The same
/// declarations, values and metadata give the same bytes.
public final class SafetensorsWriter {
  private let file: AtomicFile
  private let tensors: [TensorDescription]
  private let headerSize: Int
  private let places: [String: (description: TensorDescription, bytes: Range<Int>)]
  private var filled: [String: Int] = [:]

  /// Starts a file that will be at `path`, with `tensors` in the order given.
  ///
  /// Throws a `FileError` if nothing can be written there.
  public init(path: String, tensors: [TensorDescription], metadata: [String: String]) throws {
    let header = SafetensorsHeader(layingOut: tensors, metadata: metadata)
    let encoded = header.encoded()
    self.tensors = tensors
    headerSize = encoded.count
    places = Dictionary(
      uniqueKeysWithValues: header.tensors.map { description, offsets in
        let bytes = encoded.count + offsets.lowerBound..<encoded.count + offsets.upperBound
        return (description.name, (description, bytes))
      })
    file = try AtomicFile(path: path)
    try encoded.withUnsafeBytes { try file.append($0) }
  }

  /// Adds `values` after those already given for the tensor called `name`.
  ///
  /// They must be of the declared type and within the declared number. Throws a `FileError` if they
  /// cannot be written, or are finite but too large for half precision.
  public func append(_ values: TensorValues, to name: String) throws {
    guard let (description, _) = places[name], description.dataType == values.dataType else {
      preconditionFailure("\(name) is not declared as \(values.dataType)")
    }
    if let value = values.firstOverflow {
      throw FileError(
        file.path, "cannot hold \(value) of tensor \(quoted(name)) in half precision",
        remedy: "write it in single precision")
    }
    try values.withUnsafeBytes { try append($0, to: name) }
  }

  /// Moves the file to its place; every tensor must have all its values.
  ///
  /// Metadata that were not known at the start may replace those given there, if no value changes
  /// its length. The file that was there is kept as `old`, if given. Throws a `FileError` if the
  /// file cannot be written.
  public func finish(metadata: [String: String]? = nil, keepingOldAs old: String? = nil) throws {
    for (name, place) in places {
      precondition(filled[name, default: 0] == place.bytes.count, "\(name) lacks values")
    }
    if let metadata {
      let header = SafetensorsHeader(layingOut: tensors, metadata: metadata).encoded()
      precondition(header.count == headerSize, "the metadata have changed in length")
      try header.withUnsafeBytes { try file.write($0, at: 0) }
    }
    try file.commit(keepingOldAs: old)
  }

  private func append(_ bytes: UnsafeRawBufferPointer, to name: String) throws {
    guard let place = places[name]?.bytes else { return }
    let start = filled[name, default: 0]
    precondition(start + bytes.count <= place.count, "\(name) is given too many values")
    try file.write(bytes, at: place.lowerBound + start)
    filled[name] = start + bytes.count
  }
}
