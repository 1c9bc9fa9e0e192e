import Artifacts
import Foundation

/// Writes the artifact at `path` anew, at `destination`, with a digest that is right again, as someone
/// would who means harm; nil if it cannot be read at all, and the digest of what was written otherwise.
///
/// - Parameters:
///   - configuration: replaces the file's own.
///   - elements: what becomes of the real numbers of a tensor.
/// - Throws: a `FileError` if it cannot be written.
@discardableResult
public func reseal(
  _ path: String, kind: ArtifactKind, configuration: JSONValue? = nil,
  elements: (_ name: String, _ own: [Float]) -> [Float] = { $1 }, to destination: String
) throws -> String? {
  guard let file = try? SafetensorsFile(path: path),
    let text = file.metadata["configuration"],
    let own = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)),
    let tensors = try? file.names.map({ try storedTensor($0, of: file, elements) }),
    let metadata = try? ArtifactMetadata(kind: kind, configuration: configuration ?? own)
  else { return nil }
  return try Artifact(metadata: metadata, tensors: tensors).write(to: destination)
}

private struct TypeOfNoArtifact: Error {}

private func storedTensor(
  _ name: String, of file: SafetensorsFile, _ elements: (String, [Float]) -> [Float]
) throws -> StoredTensor {
  guard let description = file.description(of: name) else { throw TypeOfNoArtifact() }
  let values: TensorValues =
    switch description.dataType {
    case .float32: .floats(elements(name, try file.readFloats(name)))
    case .float16: .halves(elements(name, try file.readFloats(name)))
    case .uint8: .uint8(try file.readUInt8(name))
    case .uint16: .uint16(try file.readUInt16(name))
    case .int32: .int32(try file.readInt32(name))
    case .int64: .int64(try file.readInt64(name))
    default: throw TypeOfNoArtifact()
    }
  return StoredTensor(name, shape: description.shape, values)
}
