extension ImageSequence {
  /// The numbers of up to `limit` images that show the classes evenly: the first of each class, then the
  /// second of each, and so on; where there are no classes, the first images.
  public func numbersShowingClassesEvenly(limit: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: max(classNames.count, 1))
    var found: [(turn: Int, label: Int, index: Int)] = []
    for index in 0..<count {
      let label = label(at: index) ?? 0
      guard counts[label] < limit else { continue }
      found.append((counts[label], label, index))
      counts[label] += 1
    }
    return found.sorted { ($0.turn, $0.label) < ($1.turn, $1.label) }.prefix(limit).map(\.index)
  }
}
