import Foundation
import Images
import Pages

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
        return try filledPage(
          PackageResources.page_html,
          [
            "style": pageStyle + text(of: PackageResources.page_css),
            "script": text(of: PackageResources.page_js),
            "samples": dataAddress(ofPNG: samples), "nearest": dataAddress(ofPNG: neighbors),
            "curves": plots.map(\.svg).joined(separator: "\n"), "report": embeddedJSON(content),
          ])
      }
      limit /= 2
    }
  }
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
