/// Which samples a page shows, and where.
struct ReportPictures: Encodable {
  /// How many samples each of the lists of extremes has.
  private static let extremes = 24

  /// The shown samples in the order of their pictures, as places among all candidates.
  let samples: [Int]
  /// Those the slider shows and hides, class by class; like the rest, places in `samples`.
  let gallery: [Int]
  /// Those of the highest scores, from the highest.
  let most: [Int]
  /// Those of the lowest scores, from the lowest.
  let least: [Int]
  /// Those most like a training image, from the likest.
  let closest: [Int]

  /// Up to `limit` samples, as many of each class, and the extremes.
  init(_ report: RejectionReport, limit: Int) {
    let samples = report.samples
    let all = 0..<samples.count
    let byScore = all.sorted { (samples.scores[$0], $0) < (samples.scores[$1], $1) }
    let byDistance = all.sorted {
      (report.nearest[$0].distance, $0) < (report.nearest[$1].distance, $1)
    }
    let members = Dictionary(grouping: all) { samples.labels[$0] }.sorted { $0.key < $1.key }
    let perClass = max(1, limit / max(members.count, 1))
    let gallery = members.flatMap { _, members in
      members.sorted { (samples.numbers[$0], $0) < (samples.numbers[$1], $1) }.prefix(perClass)
    }
    var places: [Int: Int] = [:]
    var shown: [Int] = []
    func place(_ samples: some Sequence<Int>) -> [Int] {
      samples.map { sample in
        if let known = places[sample] { return known }
        places[sample] = shown.count
        shown.append(sample)
        return shown.count - 1
      }
    }
    self.gallery = place(gallery)
    most = place(byScore.reversed().prefix(Self.extremes))
    least = place(byScore.prefix(Self.extremes))
    closest = place(byDistance.prefix(Self.extremes))
    self.samples = shown
  }

  private enum CodingKeys: String, CodingKey {
    case gallery, most, least, closest
  }
}
