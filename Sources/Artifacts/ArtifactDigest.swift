/// The identity of an artifact: a digest over what it means, not over the bytes of its file.
///
/// It covers kind, configuration, sources, and each tensor's name, type, shape and data. The order
/// of tensors and metadata does not matter, and notes are left out.
struct ArtifactDigest: Sendable {
  private var data: [String: SHA256] = [:]

  /// Takes in the next piece of a tensor's data.
  mutating func update(_ name: String, _ bytes: UnsafeRawBufferPointer) {
    data[name, default: SHA256()].update(bytes)
  }

  func finish(metadata: ArtifactMetadata, tensors: [TensorDescription]) -> String {
    var fields = ["artifact", metadata.kind.rawValue, metadata.configuration]
    for (role, digest) in metadata.sources.sorted(by: { $0.key < $1.key }) {
      fields += ["source", role, digest]
    }
    for tensor in tensors.sorted(by: { $0.name < $1.name }) {
      let dataDigest = data[tensor.name, default: SHA256()].finish()
      fields += ["tensor", tensor.name, tensor.dataType.rawValue, "\(tensor.shape)", dataDigest]
    }
    var digest = SHA256()
    for field in fields {
      // With its length before it, no field can pass for a part of its neighbours.
      digest.update("\(field.utf8.count):\(field)")
    }
    return digest.finish()
  }
}
