import ProcessTesting
import Testing

/// Expects that a stage refused its input in one line, and left nothing of its output behind.
func expectRefusal(
  _ command: Command, in folder: TemporaryFolder, _ line: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let before = try folder.files()
  let outcome = try command.run(in: folder)
  #expect(
    outcome == Outcome(errors: "error: \(line)\n", code: 1), sourceLocation: sourceLocation)
  // The metrics and the page of a training that came to its first step are there, like those of any
  // other.
  let left = try folder.files().filter { name in
    !before.contains(name) && ![".metrics.jsonl", ".training.html"].contains(where: name.hasSuffix)
  }
  #expect(left == [], sourceLocation: sourceLocation)
}
