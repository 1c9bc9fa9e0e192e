import Artifacts
import Foundation

/// A code file as another program writes it, after the article on file formats: nothing of ours has a part
/// in it but the hash.
struct HandwrittenCodes {
  struct Level {
    var name: String
    var height: Int
    var width: Int
    var codebookSize: Int
    /// [images · height · width]
    var codes: [UInt16]

    var description: [String: Any] {
      ["name": name, "height": height, "width": width, "codebookSize": codebookSize]
    }
  }

  var levels: [Level]
  var labels: [Int32]
  var classNames: [String]
  var imageShape: [Int]
  /// The digest of the VQ-VAE; nil for none.
  var vqvae: String?

  /// The codes of another file.
  init(of file: CodeFile) throws {
    levels = try file.levels.map { level in
      Level(
        name: level.name, height: level.height, width: level.width,
        codebookSize: level.codebookSize,
        codes: try file.readCodes(level: level.name, images: 0..<file.count))
    }
    labels = try file.readLabels()
    classNames = file.layout.classNames
    imageShape = file.layout.imageShape
    vqvae = file.sources["vqvae"]
  }

  func data() throws -> Data {
    var tensors = levels.map { level in
      (
        name: level.name, type: "U16", shape: [labels.count, level.height, level.width],
        data: level.codes.withUnsafeBytes { Data($0) }
      )
    }
    tensors.append(("labels", "I32", [labels.count], labels.withUnsafeBytes { Data($0) }))
    let configuration: [String: Any] = [
      "classNames": classNames, "imageShape": imageShape,
      "levels": levels.map(\.description),
    ]
    var metadata = ["kind": "codes", "format_version": "1"]
    metadata["configuration"] = try json(configuration)
    metadata["source.vqvae"] = vqvae
    var fields = ["artifact", "codes", metadata["configuration"] ?? ""]
    if let vqvae { fields += ["source", "vqvae", vqvae] }
    for tensor in tensors.sorted(by: { $0.name < $1.name }) {
      let shape = "[" + tensor.shape.map(String.init).joined(separator: ", ") + "]"
      fields += ["tensor", tensor.name, tensor.type, shape, digest(tensor.data)]
    }
    metadata["digest"] = digest(Data(fields.map { "\($0.utf8.count):\($0)" }.joined().utf8))

    var header: [String: Any] = ["__metadata__": metadata]
    var values = Data()
    for tensor in tensors {
      let start = values.count
      values += tensor.data
      header[tensor.name] =
        ["dtype": tensor.type, "shape": tensor.shape, "data_offsets": [start, values.count]]
        as [String: Any]
    }
    let text = Data(try json(header).utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text + values
  }

  private func json(_ value: Any) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
  }

  private func digest(_ data: Data) -> String {
    var hash = SHA256()
    data.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }
}
