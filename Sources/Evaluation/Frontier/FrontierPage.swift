import Foundation
import Images
import Pages

extension FrontierReport {
  private static let pictureLimit = 1500
  /// What all sheets of pictures may take together, so that the page stays below 10 MB when they are
  /// written in base 64.
  private static let pictureBytes = 6_000_000

  /// The page: everything in one file.
  func page() throws -> String {
    var limit = Self.pictureLimit
    while true {
      let sheets = try pools.map { try FrontierSheet($0, limit: limit / pools.count) }
      if sheets.reduce(0, { $0 + $1.png.count }) <= Self.pictureBytes || limit <= 2 * pools.count {
        return try filledPage(
          PackageResources.frontier_html,
          [
            "style": pageStyle + text(of: PackageResources.page_css)
              + text(of: PackageResources.frontier_css),
            "script": text(of: PackageResources.frontier_js),
            "report": embeddedJSON(
              FrontierPageContent(report: FrontierContent(self), sheets: sheets)),
          ])
      }
      limit /= 2
    }
  }
}

/// The pictures of a pool that a page shows, as many of each class.
private struct FrontierSheet: Encodable {
  struct Sample: Encodable {
    /// Its place among all candidates of the pool.
    let sample: Int
    let label: Int32
    let score: Float
    /// Nil if the judge knows no classes.
    let judged: Int32?
    /// By how many settings of each dial it is kept.
    let levels: [Int]
  }

  let samples: [Sample]
  let sprite: Sprite
  let png: [UInt8]

  init(_ pool: FrontierPool, limit: Int) throws {
    let judged = pool.samples
    let members = Dictionary(grouping: 0..<judged.count) { judged.labels[$0] }
      .sorted { $0.key < $1.key }
    let classes = max(members.count, 1)
    let shown = members.flatMap { _, members in
      members.sorted { (judged.numbers[$0], $0) < (judged.numbers[$1], $1) }
        .prefix(max(1, limit / classes))
    }
    samples = shown.map { index in
      Sample(
        sample: index, label: judged.labels[index], score: judged.scores[index],
        judged: judged.judgedLabels?[index], levels: pool.dials.map { $0.levels[index] })
    }
    sprite = Sprite(shape: pool.images[0].shape, count: shown.count)
    png = try sprite.draw(shown.map { pool.images[$0] }).pngBytes()
  }

  private enum CodingKeys: String, CodingKey {
    case samples, sprite, sheet
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(samples, forKey: .samples)
    try container.encode(sprite, forKey: .sprite)
    try container.encode(dataAddress(ofPNG: png), forKey: .sheet)
  }
}

/// What the page's script reads: the report, and the pictures of each pool.
private struct FrontierPageContent: Encodable {
  let report: FrontierContent
  let sheets: [FrontierSheet]

  private enum CodingKeys: String, CodingKey {
    case sheets
  }

  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(sheets, forKey: .sheets)
  }
}
