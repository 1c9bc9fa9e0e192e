/// The places of up to `limit` labels in a row that show the classes evenly: the first of each class, then
/// the second of each, and so on.
public func placesShowingEvenly(_ labels: some Sequence<Int>, limit: Int) -> [Int] {
  var counts: [Int: Int] = [:]
  var found: [(turn: Int, label: Int, place: Int)] = []
  for (place, label) in labels.enumerated() {
    let turn = counts[label, default: 0]
    guard turn < limit else { continue }
    found.append((turn, label, place))
    counts[label] = turn + 1
  }
  return found.sorted { ($0.turn, $0.label) < ($1.turn, $1.label) }.prefix(limit).map(\.place)
}

extension ImageSequence {
  /// The numbers of up to `limit` images that show the classes evenly; where there are no classes, the
  /// first images.
  public func numbersShowingClassesEvenly(limit: Int) -> [Int] {
    placesShowingEvenly((0..<count).lazy.map { self.label(at: $0) ?? -1 }, limit: limit)
  }
}
