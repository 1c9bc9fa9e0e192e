import Artifacts
import Foundation
import Testing

@Suite struct SafetensorsTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func writesTheseVeryBytes() throws {
    let tensors = [
      TensorDescription(name: "z", dataType: .uint16, shape: [2, 1]),
      TensorDescription(name: "a\"b", dataType: .float16, shape: []),
    ]
    let writer = try SafetensorsWriter(
      path: folder("a"), tensors: tensors, metadata: ["k": "v\n", "b": "é"])
    try writer.append(.halves([1.5]), to: "a\"b")
    try writer.append(.uint16([1]), to: "z")
    try writer.append(.uint16([0x1234]), to: "z")
    try writer.finish()
    let header =
      #"{"__metadata__":{"b":"é","k":"v\u000a"},"#
      + #""z":{"dtype":"U16","shape":[2,1],"data_offsets":[0,4]},"#
      + #""a\"b":{"dtype":"F16","shape":[],"data_offsets":[4,6]}}"#
    let padding = String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let expected = safetensors(header + padding, data: [1, 0, 0x34, 0x12, 0x00, 0x3e])
    #expect(try readBytes(folder("a")) == expected)
  }

  @Test func everythingWrittenIsReadBack() throws {
    let floats: [Float] = [0, -1.5, .infinity, .leastNonzeroMagnitude, 3.4e38]
    let halves: [Float] = [0, -1.5, 65504, 6.1e-5]
    let stored = [
      StoredTensor("floats", shape: [5], .floats(floats)),
      StoredTensor("halves", shape: [2, 2], .halves(halves)),
      StoredTensor("codes", shape: [3], .uint16([0, 1, 65535])),
      StoredTensor("labels", shape: [2], .int32([-1, .max])),
      StoredTensor("states", shape: [1, 2], .int64([.min, .max])),
      StoredTensor("empty", shape: [0, 7], .floats([])),
      StoredTensor("größe/ü 🙂", shape: [], .floats([7])),
    ]
    let writer = try SafetensorsWriter(
      path: folder("a"), tensors: stored.map(\.description), metadata: ["key": "\u{1}\\\"🙂"])
    for tensor in stored { try writer.append(tensor.values, to: tensor.name) }
    try writer.finish()

    let file = try SafetensorsFile(path: folder("a"))
    #expect(file.names == stored.map(\.name))
    #expect(file.metadata == ["key": "\u{1}\\\"🙂"])
    for tensor in stored { #expect(file.description(of: tensor.name) == tensor.description) }
    #expect(try file.readFloats("floats") == floats)
    #expect(try file.readFloats("halves", shape: [2, 2]) == halves.map { Float(Float16($0)) })
    #expect(try file.readUInt16("codes") == [0, 1, 65535])
    #expect(try file.readInt32("labels") == [-1, .max])
    #expect(try file.readInt64("states") == [.min, .max])
    #expect(try file.readFloats("empty") == [])
    #expect(try file.readFloats("größe/ü 🙂") == [7])
  }

  @Test func everyHalfIsWidenedExactly() throws {
    let all = (0...UInt16.max).map { $0 }
    let data = all.withUnsafeBytes { Array($0) }
    let header = #"{"x":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#
    let file = try SafetensorsFile(path: folder.write(safetensors(header, data: data)))
    for (bits, value) in zip(all, try file.readFloats("x")) {
      let expected = Float(Float16(bitPattern: bits))
      #expect(value == expected && value.sign == expected.sign || value.isNaN && expected.isNaN)
    }
  }

  @Test func otherRealTypesAreConverted() throws {
    let doubles: [Double] = [1.1, -1e300]
    let data = doubles.withUnsafeBytes { Array($0) } + [0x80, 0x3f, 0x49, 0xc0]
    let header =
      #"{"d":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"#
      + #""b":{"dtype":"BF16","shape":[2],"data_offsets":[16,20]}}"#
    let file = try SafetensorsFile(path: folder.write(safetensors(header, data: data)))
    #expect(try file.readFloats("d") == [1.1, -.infinity])
    #expect(try file.readFloats("b") == [1, -3.140625])
  }

  @Test(arguments: [
    ("I64", 8, Int64(-2)), ("I32", 4, -2), ("I16", 2, -2), ("I8", 1, -2), ("U8", 1, 254),
    ("U16", 2, 65534), ("BOOL", 1, 254),
  ])
  func everyIntegerTypeIsRead(type: String, size: Int, last: Int64) throws {
    let one = [1] + [UInt8](repeating: 0, count: size - 1)
    let two = [0xfe] + [UInt8](repeating: 0xff, count: size - 1)
    let header = #"{"x":{"dtype":"\#(type)","shape":[2],"data_offsets":[0,\#(2 * size)]}}"#
    let file = try SafetensorsFile(path: folder.write(safetensors(header, data: one + two)))
    #expect(try file.readInt64("x") == [1, last])
    #expect(try file.readInt32("x") == [1, Int32(last)])
    #expect(try file.readInt32("x", elements: 1..<2) == [Int32(last)])
    #expect(try file.readUInt16("x", elements: 0..<1) == [1])
    if last < 0 {
      #expect {
        try file.readUInt16("x")
      } throws: {
        "\($0)".contains("has -2 in tensor 'x', beyond the range of its use")
      }
    }
  }

  @Test func readsOnlyTheElementsAskedFor() throws {
    let count = 1_500_000
    let values = (0..<count).map { UInt16(truncatingIfNeeded: $0) }
    let description = TensorDescription(name: "x", dataType: .uint16, shape: [count])
    let writer = try SafetensorsWriter(path: folder("a"), tensors: [description], metadata: [:])
    try writer.append(.uint16(values), to: "x")
    try writer.finish()
    let file = try SafetensorsFile(path: folder("a"))
    #expect(try file.readUInt16("x", elements: 65_530..<65_540) == Array(values[65_530..<65_540]))
    #expect(try file.readUInt16("x", elements: 10..<10) == [])
    let widened = try file.readInt32("x", elements: 7..<count)
    #expect(widened == values[7...].map(Int32.init))
  }

  @Test func wrongUseIsNamed() throws {
    let header =
      #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
      + #""n":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}"#
    let path = try folder.write(safetensors(header, data: [0, 0, 0, 0, 0]))
    let file = try SafetensorsFile(path: path)
    let uses: [(use: () throws -> Void, message: String)] = [
      ({ _ = try file.readFloats("y") }, "has no tensor 'y'; pass another file"),
      (
        { _ = try file.readInt32("x") },
        "has tensor 'x' as F32, not as whole numbers; pass another file"
      ),
      (
        { _ = try file.readFloats("n") },
        "has tensor 'n' as U8, not as real numbers; pass another file"
      ),
      (
        { _ = try file.readFloats("x", shape: [1, 1]) },
        "has tensor 'x' of shape [1] where [1, 1] is needed; "
          + "pass a file whose configuration fits or make it again"
      ),
    ]
    for (use, message) in uses {
      #expect {
        try use()
      } throws: {
        "\($0)" == "\(path) \(message)"
      }
    }
  }

  @Test func tooLargeForHalfPrecisionIsRefused() throws {
    let tensor = StoredTensor("x", shape: [2], .halves([1, 1e6]))
    let writer = try SafetensorsWriter(
      path: folder("a"), tensors: [tensor.description], metadata: [:])
    #expect {
      try writer.append(tensor.values, to: "x")
    } throws: {
      "\($0)".contains("cannot hold 1000000.0 of tensor 'x' in half precision")
    }
  }
}
