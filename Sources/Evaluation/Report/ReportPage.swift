import Foundation
import Images

extension RejectionReport {
  private static let pictureLimit = 1000
  /// What both sheets of pictures may take together, so that the page stays below 10 MB when they are
  /// written in base 64.
  private static let pictureBytes = 6_000_000

  /// The page: everything in one file.
  func page(trainingImages: any ImageDataset) throws -> String {
    var limit = Self.pictureLimit
    while true {
      let pictures = ReportPictures(self, limit: limit)
      let sprite = Sprite(shape: trainingImages.shape, count: pictures.samples.count)
      let samples = try sprite.draw(pictures.samples.map { images[$0] }).pngBytes()
      let neighbors = try sprite.draw(
        pictures.samples.map { try trainingImages.image(at: nearest[$0].index) }
      ).pngBytes()
      if samples.count + neighbors.count <= Self.pictureBytes || limit <= 10 {
        let content = PageContent(
          report: ReportContent(self, samples: pictures.samples), pictures: pictures,
          sprite: sprite)
        return try fill(content, samples: samples, neighbors: neighbors)
      }
      limit /= 2
    }
  }

  private func fill(_ content: PageContent, samples: [UInt8], neighbors: [UInt8]) throws -> String {
    func dataAddress(_ png: [UInt8]) -> String {
      "data:image/png;base64," + Data(png).base64EncodedString()
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    // Inside a script element a "<" could end it or open another; in JSON it only occurs in strings.
    let json = String(decoding: try encoder.encode(content), as: UTF8.self)
      .replacingOccurrences(of: "<", with: "\\u003c")
    let parts = [
      "style": text(PackageResources.page_css), "script": text(PackageResources.page_js),
      "samples": dataAddress(samples), "nearest": dataAddress(neighbors),
      "curves": plots.map(\.svg).joined(separator: "\n"), "report": json,
    ]
    // What is put in is not searched again: it may hold braces of its own.
    var page = ""
    var rest = text(PackageResources.page_html)[...]
    while let start = rest.range(of: "{{"), let end = rest.range(of: "}}") {
      page +=
        rest[..<start.lowerBound] + (parts[String(rest[start.upperBound..<end.lowerBound])] ?? "")
      rest = rest[end.upperBound...]
    }
    return page + rest
  }

  private func text(_ resource: [UInt8]) -> String { String(decoding: resource, as: UTF8.self) }
}

/// What the page's script reads: the report, and where its pictures are.
private struct PageContent: Encodable {
  let report: ReportContent
  let pictures: ReportPictures
  let sprite: Sprite

  private enum CodingKeys: String, CodingKey {
    case sprite
  }

  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    try pictures.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(sprite, forKey: .sprite)
  }
}
