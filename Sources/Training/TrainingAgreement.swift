import Artifacts
import Communication
import Foundation
import Kernels

/// What processes that train together must have in common, or their models would drift apart.
struct TrainingAgreement: Codable {
  private let configuration: Data
  private let sources: [String: String]
  private let instructions: String

  /// What this process would train.
  init(_ configuration: some Encodable, _ sources: [String: String]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    self.configuration = try encoder.encode(configuration)
    self.sources = sources
    instructions = String(cString: kernel_instruction_set())
  }

  /// Throws a `FileError` naming `output` if this process would train something else than the lead.
  func check(of output: String, among communicator: any Communicator) throws {
    let lead = try communicator.fromLead { self }
    if lead.configuration != configuration {
      throw FileError(
        output, "would be trained with other settings by this process than by the first",
        remedy: "start all processes with the same flags")
    }
    if let role = sources.keys.sorted().first(where: { lead.sources[$0] != sources[$0] }) {
      throw FileError(
        output, "would be trained on other \(role) by this process than by the first",
        remedy: "give all machines the same files")
    }
    if lead.instructions != instructions {
      throw FileError(
        output,
        "would be trained with \(instructions) kernels by this process and \(lead.instructions) by "
          + "the first, whose results differ in the last bits",
        remedy: "set VQVAE_KERNELS to what all processors have")
    }
  }
}
