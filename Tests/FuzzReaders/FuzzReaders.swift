import Artifacts
import FileReading
import Foundation

/// The reader to fuzz, from the environment, because the arguments are libFuzzer's.
private let reader = ProcessInfo.processInfo.environment["FUZZED_READER"]
  .flatMap(FileReader.init(rawValue:))

/// Memory is a faster place for the files than a disk.
private let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
private let path = "\(folder)/fuzzed-\(getpid())"
private let resealedPath = "\(path)-resealed"

/// What libFuzzer calls with each file it makes up.
///
/// An artifact is read as it is and again with its digest made right, which no mutation finds; so is a
/// PNG with its checksums.
@_cdecl("LLVMFuzzerTestOneInput")
public func readFuzzedFile(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let reader else { fatalError("FUZZED_READER is none of \(FileReader.allCases)") }
  let file = Array(UnsafeBufferPointer(start: bytes, count: count))
  replaceFile(with: file)
  judge(path, by: reader)
  if reader == .png {
    replaceFile(with: repairingChecksums(ofPNG: file))
    judge(path, by: reader)
  }
  if let kind = ArtifactKind(rawValue: reader.rawValue),
    let digest = try? reseal(path, kind: kind, to: resealedPath), !digest.isEmpty
  {
    judge(resealedPath, by: reader)
  }
  return 0
}

private func replaceFile(with bytes: [UInt8]) {
  let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
  guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count,
    ftruncate(descriptor, off_t(bytes.count)) == 0, close(descriptor) == 0
  else { fatalError("\(path) cannot be written") }
}

private func judge(_ path: String, by reader: FileReader) {
  if case .mishandled(let line) = reader.verdict(on: path) { fatalError(line) }
}

/// Removes the files at the end, which libFuzzer reaches through `exit`.
@_cdecl("LLVMFuzzerInitialize")
public func prepareFuzzing(
  _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
  atexit {
    unlink(path)
    unlink(resealedPath)
  }
  return 0
}
