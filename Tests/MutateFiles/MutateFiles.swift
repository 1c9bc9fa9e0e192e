import ArgumentParser
import Artifacts
import FileReading
import Foundation

/// Gives damaged and malicious files to one of the readers, in a process of its own.
@main
struct MutateFiles: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mutate-files",
    abstract: "Damage files in many ways and see that each is read or refused in one line.")

  @Option(help: ArgumentHelp("What reads the files.", valueName: "name"))
  var reader: FileReader

  @Option(help: ArgumentHelp("A folder of whole files.", valueName: "folder"))
  var seeds: String

  @Option(help: ArgumentHelp("Damaged files to make of each.", valueName: "n"))
  var count = 10_000

  @Option(help: ArgumentHelp("The seed of the damage.", valueName: "n"))
  var seed: UInt64 = 1

  func run() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: seeds).sorted()
      .map { Array(try Data(contentsOf: URL(fileURLWithPath: "\(seeds)/\($0)"))) }
    let campaign = try Campaign(reader: reader)
    let before = peakMemory()
    try campaign.readDamaged(files, count: count, seed: seed)
    if let kind = ArtifactKind(rawValue: reader.rawValue) {
      try campaign.readMalicious(files, kind: kind)
    }
    let growth = (peakMemory() - before) >> 20
    print("\(reader): \(campaign.readCount) read, \(campaign.refusedCount) refused, +\(growth) MiB")
    let limit = 256 + (2 * (files.map(\.count).max() ?? 0)) >> 20
    guard growth <= limit else {
      throw ValidationError("The memory grew by \(growth) MiB, more than \(limit).")
    }
  }
}

extension FileReader: ExpressibleByArgument {}

/// The most memory the process has had, in bytes.
private func peakMemory() -> Int {
  var usage = rusage()
  // Linux counts kibibytes, macOS bytes.
  #if os(Linux)
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  #else
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
  #endif
}
