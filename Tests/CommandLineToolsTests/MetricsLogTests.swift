import Artifacts
import CommandLineTools
import Foundation
import Testing

@Suite final class MetricsLogTests {
  private let folder = NSTemporaryDirectory() + "metrics-\(UUID().uuidString)"
  private var output: String { folder + "/vqvae.safetensors" }
  private var contents: String {
    get throws { try String(contentsOfFile: folder + "/vqvae.metrics.jsonl", encoding: .utf8) }
  }

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func write(_ steps: ClosedRange<Int>, resumingAt step: Int? = nil) throws {
    let log = try MetricsLog(besides: output, resumingAt: step)
    for step in steps { try log.append(step: step, [Figure("loss", 1 / Double(step))]) }
  }

  @Test func isOneObjectPerLine() throws {
    let log = try MetricsLog(besides: output)
    try log.append(step: 1, [Figure("loss", 0.1), Figure("perplexity \"top\"/1", 15)])
    try log.append(step: 2, [Figure("a", .nan), Figure("b", .infinity), Figure("c", -.infinity)])
    try log.append(step: 3, [Figure("d", 1e-7), Figure("e", 1e22)])
    #expect(
      try contents == """
        {"step":1,"loss":0.1,"perplexity \\"top\\"/1":15.0}
        {"step":2,"a":"nan","b":"inf","c":"-inf"}
        {"step":3,"d":1e-07,"e":1e+22}

        """)
    for line in try contents.split(separator: "\n") {
      #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }
  }

  @Test(arguments: [0, 3, 7])
  func aResumedRunReadsLikeAnUninterruptedOne(step: Int) throws {
    try write(1...9)
    let uninterrupted = try contents
    try write(1...7)
    try write((step + 1)...9, resumingAt: step)
    #expect(try contents == uninterrupted)
  }

  @Test func aTornLineIsDropped() throws {
    try write(1...2)
    let whole = try contents
    try (whole + "{\"step\":3,\"lo").write(
      toFile: folder + "/vqvae.metrics.jsonl", atomically: false, encoding: .utf8)
    try write(3...3, resumingAt: 2)
    try write(4...4, resumingAt: 3)
    #expect(try contents.hasPrefix(whole + "{\"step\":3,\"loss\":0.333"))
    #expect(try contents.split(separator: "\n").count == 4)
  }

  @Test func aNewRunStartsEmpty() throws {
    try write(1...5)
    try write(1...1)
    #expect(try contents == "{\"step\":1,\"loss\":1.0}\n")
  }

  @Test func anUnwritablePlaceIsNamed() throws {
    #expect {
      _ = try MetricsLog(besides: folder + "/no/vqvae.safetensors")
    } throws: {
      $0 is FileError && "\($0)".contains("/no/vqvae.metrics.jsonl cannot be written")
    }
  }
}
