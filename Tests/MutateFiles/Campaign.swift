import ArgumentParser
import Artifacts
import FileReading
import Foundation

/// Files given to a reader one after the other, and what became of them.
final class Campaign {
  private let reader: FileReader
  private let folder: URL
  private(set) var readCount = 0
  private(set) var refusedCount = 0

  init(reader: FileReader) throws {
    self.reader = reader
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("mutated-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  /// Reads `count` damaged copies of each file.
  func readDamaged(_ files: [[UInt8]], count: Int, seed: UInt64) throws {
    var mutator = Mutator(seed: seed)
    let path = folder.appendingPathComponent("damaged").path
    for (index, file) in files.enumerated() {
      let other = files[(index + 1) % files.count]
      for number in 0..<count {
        let damaged = mutator.mutated(file, splicing: other)
        // Half of the damaged PNGs get past the checksums, to what they guard.
        let isRepaired = reader == .png && number % 2 == 0
        try replaceFile(at: path, with: isRepaired ? repairingChecksums(ofPNG: damaged) : damaged)
        try judge(path)
      }
    }
  }

  /// Reads copies whose digest is right and whose configuration has one value that is not.
  func readMalicious(_ files: [[UInt8]], kind: ArtifactKind) throws {
    let (own, path) = (
      folder.appendingPathComponent("own").path, folder.appendingPathComponent("malicious").path
    )
    let numbers = [-1, 0, 1, 2, 3, 4096, 65_536, .max, .min].map { JSONValue.integer($0) }
    let others: [JSONValue] = [
      .null, .boolean(true), .real(1e300), .real(-0.5), .large(.max), .string(""),
      .string("../\n\u{202e}\u{0}"), .array([]), .object([:]),
      .array([JSONValue](repeating: .integer(1), count: 1000)),
      // Ten thousand characters, or one of as many parts, where a message might repeat it.
      .string(String(repeating: "n", count: 10_000)),
      .string("e" + String(repeating: "\u{301}", count: 10_000)),
    ]
    for file in files {
      try replaceFile(at: own, with: file)
      let text = try ArtifactFile(path: own, kind: kind).metadata.configuration
      let configuration = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
      for changed in configuration.replacingEach(by: numbers + others) {
        try reseal(own, kind: kind, configuration: changed, to: path)
        try judge(path)
      }
    }
  }

  private func judge(_ path: String) throws {
    switch reader.verdict(on: path) {
    case .read: readCount += 1
    case .refused: refusedCount += 1
    case .mishandled(let line):
      let kept = FileManager.default.temporaryDirectory
        .appendingPathComponent("mishandled-\(reader)")
      try? FileManager.default.removeItem(at: kept)
      try FileManager.default.copyItem(atPath: path, toPath: kept.path)
      throw ValidationError("\(kept.path) is mishandled: \(line)")
    }
  }

  /// Not by truncating first: some file systems then flush each file to the disk.
  private func replaceFile(at path: String, with bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
    guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count,
      ftruncate(descriptor, off_t(bytes.count)) == 0, close(descriptor) == 0
    else { throw FileError.system(path, "cannot be written") }
  }
}
