import CommandLineTools
import Generation

/// The table of how many candidates of each class were drawn and kept; of classes in the order of `labels`.
func sampleSummary(
  of candidates: [Candidate], labels: [Int32], classNames: [String]
) -> String {
  func row(_ name: String, _ members: [Candidate]) -> [String] {
    let kept = members.count(where: \.isAccepted)
    return [
      name, "\(members.count)", "\(kept)", "\(members.count - kept)",
      members.isEmpty ? "–" : "\(100 * kept / members.count)%",
    ]
  }
  var table = TextTable(["class", "drawn", "kept", "turned away", "acceptance"])
  for label in labels {
    table.addRow(
      row(label < 0 ? "any" : classNames[Int(label)], candidates.filter { $0.label == label }))
  }
  if labels.count > 1 { table.addRow(row("all", candidates)) }
  return table.description
}
