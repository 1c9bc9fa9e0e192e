import Artifacts
import Foundation
import Testing

/// Files that are not what they claim: each must be refused in one line, whatever it holds.
@Suite struct HostileFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private static func one(
    _ type: String = "U8", shape: String = "[4]", offsets: String = "[0,4]"
  ) -> String {
    #"{"x":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
  }

  private static let u8 = #"{"dtype":"U8","shape":[2],"data_offsets":"#

  /// Headers before four bytes of data, and a part of the line that refuses each.
  private static let headers: [(header: String, message: String)] = [
    ("{", "lacks a '\"'"),
    ("{}", "describes 0 bytes of data where the file has 4"),
    (one() + " {}", "goes on after its end"),
    (String(one().dropLast()), "lacks a '}'"),
    (#"{"x":1}"#, "lacks a '{'"),
    (#"{"x":"# + String(repeating: "[", count: 100_000), "lacks a '{'"),
    (one("F8_E4M3"), "the dtype 'F8_E4M3', which is not F64, F32"),
    (one("u8"), "the dtype 'u8'"),
    (one(shape: "[5]"), "the bytes 0 to 4, which is not its size"),
    (one(shape: "[4,]"), "whole number belongs"),
    (one(shape: "[04]"), "whole number belongs"),
    (one(shape: "[-4]"), "whole number belongs"),
    (one(shape: "[4.0]"), "lacks a ']'"),
    (one(shape: "[4e0]"), "lacks a ']'"),
    (one(shape: "4"), "lacks a '['"),
    (one(shape: "[9223372036854775808]"), "beyond 64 bits"),
    (one(shape: "[99999999999999999999]"), "beyond 64 bits"),
    (one(shape: "[4294967296,4294967296,4]"), "which is not its size"),
    (one("F64", shape: "[2305843009213693952]", offsets: "[0,0]"), "which is not its size"),
    (one(shape: "[1,1,1,1,1,1,1,1,4]"), "a list longer than 8"),
    (one(shape: String(repeating: "[", count: 100_000)), "whole number belongs"),
    (one(offsets: "[4,0]"), "two rising data_offsets"),
    (one(offsets: "[0]"), "two rising data_offsets"),
    (one(offsets: "[0,4,4]"), "a list longer than 2"),
    (one(offsets: "[0,9223372036854775807]"), "which is not its size"),
    (one(shape: "[3]", offsets: "[0,3]"), "describes 3 bytes of data where the file has 4"),
    (one(shape: "[5]", offsets: "[0,5]"), "describes 5 bytes of data where the file has 4"),
    (one(shape: "[3]", offsets: "[1,4]"), "leave a gap"),
    (#"{"x":{"dtype":"U8","shape":[4]}}"#, "does not give tensor 'x'"),
    (#"{"x":{"dtype":"U8","dtype":"U8"}}"#, "gives 'dtype' twice"),
    (#"{"x":{"dtype":"U8","device":"cuda"}}"#, "says 'device' of tensor 'x'"),
    (#"{"x":\#(u8)[0,2]},"x":\#(u8)[2,4]}}"#, "gives 'x' twice"),
    (#"{"x":\#(u8)[0,2]},"\u0078":\#(u8)[2,4]}}"#, "gives 'x' twice"),
    (#"{"x":\#(u8)[0,2]},"y":\#(u8)[1,3]}}"#, "tensor 'y' data_offsets that overlap another's"),
    (#"{"x":\#(u8)[0,2]},"y":\#(u8)[0,2]}}"#, "overlap another's"),
    (#"{"__metadata__":{"a":"1","a":"2"}}"#, "gives 'a' twice"),
    (#"{"__metadata__":{},"__metadata__":{}}"#, "gives '__metadata__' twice"),
    (#"{"__metadata__":{"a":1}}"#, "lacks a '\"'"),
    (#"{"__metadata__":{"a":{"b":"c"}}}"#, "lacks a '\"'"),
    (#"{"__metadata__":{"a":"\q"}}"#, "unknown escape"),
    (#"{"__metadata__":{"a":"\u12"}}"#, "unknown escape"),
    (#"{"__metadata__":{"a":"\ud800"}}"#, "half a character"),
    (#"{"__metadata__":{"a":"\ud800\u0041"}}"#, "half a character"),
    (#"{"__metadata__":{"a":"\udc00"}}"#, "half a character"),
    ("{\"__metadata__\":{\"a\":\"\n\"}}", "control character"),
    (#"{"__metadata__":{"a":"b"#, "ends within a string"),
    (#"{"__metadata__":{"a":"b\"#, "ends within a string"),
    (#"{"\#(String(repeating: "n", count: 500))":{}}"#, "'\(String(repeating: "n", count: 80))…'"),
    (#"{"e\#(String(repeating: "\u{301}", count: 100_000))":{}}"#, "\u{301}…'"),
    ("{\"\u{202e}\u{7f}\":{}}", #"'\u{202e}\u{7f}'"#),
  ]

  @Test(arguments: headers)
  func headerIsRefused(header: String, message: String) throws {
    let path = try folder.write(safetensors(header, data: [0, 1, 2, 3]))
    #expect {
      _ = try SafetensorsFile(path: path)
    } throws: { error in
      let line = "\(error)"
      return line.hasPrefix("\(path) is damaged: it has a header that ") && line.contains(message)
        && !line.contains("\n") && line.hasSuffix("; copy or make it again")
        && line.utf8.count < 500
    }
  }

  @Test func invalidUTF8IsRefused() throws {
    var bytes = safetensors(Self.one(), data: [0, 1, 2, 3])
    bytes[10] = 0xff
    try expectRefusal(bytes, "a string that is not UTF-8")
  }

  @Test func tooManyTensorsAreRefused() throws {
    let entries = (0...100_001).map { #""\#($0)":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"# }
    try expectRefusal(
      safetensors("{\(entries.joined(separator: ","))}"), "an object of more than 100001 keys")
  }

  private static let files: [(bytes: [UInt8], message: String)] = [
    ([], "is not a safetensors file"),
    ([UInt8](repeating: 0, count: 8), "is not a safetensors file"),
    (Array("{\"json\": true}".utf8), "is not a safetensors file"),
    ([0, 0, 0, 0, 0, 0, 0, 0x80] + Array("{}".utf8), "a header of 9223372036854775808 bytes"),
    ([0x01, 0xe1, 0xf5, 5, 0, 0, 0, 0] + Array("{}".utf8), "beyond the limit of 100000000"),
    ([3, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), "is cut short: its header has 3 bytes"),
    (Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 40), "is a zip archive"),
    ([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20], "is a Python pickle"),
  ]

  @Test(arguments: files)
  func fileIsRefused(bytes: [UInt8], message: String) throws {
    try expectRefusal(bytes, message)
  }

  @Test func anythingButAFileIsRefused() throws {
    let pipe = folder("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    for path in [folder.path, pipe, "/dev/null"] {
      #expect {
        _ = try SafetensorsFile(path: path)
      } throws: {
        "\($0)" == "\(path) is not a regular file; pass the path of a file"
      }
    }
    #expect {
      _ = try SafetensorsFile(path: folder("none"))
    } throws: {
      "\($0)" == "\(folder("none")) is missing; check the path"
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let header = #"{"__metadata__":{"a":"b"},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#
    let whole = safetensors(header, data: [0, 1, 2, 3])
    for count in 0..<whole.count { try expectRefusal(Array(whole[..<count]), "file.safetensors ") }
    try expectRefusal(whole + [0], "where the file has 5")
    #expect(try SafetensorsFile(path: folder.write(whole)).readInt32("x") == [0, 1, 2, 3])
  }

  @Test func everyBitFlipIsReadOrRefused() throws {
    let path = folder("file.safetensors")
    let metadata = try ArtifactMetadata(
      kind: .vqvae, configuration: ["levels": 2], sources: ["images": "ab"])
    let tensor = StoredTensor("weights", shape: [2], .floats([1, 2]))
    let digest = try Artifact(metadata: metadata, tensors: [tensor]).write(to: path)
    let whole = try readBytes(path)
    var refusals = 0
    for bit in 0..<whole.count * 8 {
      var bytes = whole
      bytes[bit / 8] ^= 1 << (bit % 8)
      _ = try folder.write(bytes)
      do {
        let file = try ArtifactFile(path: path, kind: .vqvae)
        #expect(file.digest == digest && file.metadata == metadata)
        #expect(try file.tensors.readFloats("weights") == [1, 2])
      } catch let refusal as FileError {
        #expect(!refusal.description.contains("\n"))
        refusals += 1
      }
    }
    // What may change unnoticed is white space at most.
    #expect(refusals > whole.count * 8 - 100)
  }

  private func expectRefusal(_ bytes: [UInt8], _ message: String) throws {
    let path = try folder.write(bytes)
    #expect {
      _ = try SafetensorsFile(path: path)
    } throws: {
      $0 is FileError && "\($0)".contains(message) && !"\($0)".contains("\n")
    }
  }
}
