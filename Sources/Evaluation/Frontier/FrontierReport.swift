import Artifacts
import Foundation
import Images

/// What every setting of several pools is worth, for people with a browser (`report.html`), without one
/// (`frontier.png`), and for programs (`report.json`).
public struct FrontierReport {
  /// The pools, each drawn in another way.
  public var pools: [FrontierPool]
  /// The number of the pool whose codes were drawn as they are.
  public var plain: Int
  /// The setting the rule chose.
  public var recommended: FrontierChoice
  /// The one for who wants quality first.
  public var qualityFirst: FrontierChoice
  /// What was compared with what, in a sentence or two.
  public var summary: String
  /// What a reader should know to trust the figures, a sentence each.
  public var notes: [String]

  /// The settings that its planes show: those of which enough is known, or all where that is none.
  let shown: [FrontierPlace]

  /// A report on at least one pool, the number `plain` among them.
  ///
  /// - Parameters:
  ///   - leastRecall: what the recommended setting's recall is to be at least; nil for no loss that could
  ///     be told from chance.
  ///   - required: what must be known of a setting for it to be shown or chosen.
  public init(
    _ pools: [FrontierPool], plain: Int, leastRecall: Double?, summary: String, notes: [String],
    requiring required: Recommendation.Evidence = .standard
  ) {
    self.pools = pools
    self.plain = plain
    self.summary = summary
    self.notes = notes
    let figures = pools.map(\.figures)
    recommended = .recommended(
      in: figures, plain: plain, leastRecall: leastRecall, requiring: required)
    qualityFirst = .qualityFirst(in: figures, plain: plain, requiring: required)
    let known = FrontierPlace.known(in: figures, requiring: required)
    shown = known.isEmpty ? FrontierPlace.all(of: figures) : known
  }

  /// The figures by pool, dial and setting.
  var figures: [[[SettingFigures]]] { pools.map(\.figures) }

  /// Plain sampling with nothing turned away.
  public var plainFigures: SettingFigures { pools[plain].figures[0][0] }

  /// The figures of a setting.
  public func figures(of place: FrontierPlace) -> SettingFigures { figures[place] }

  /// The command that draws with a setting.
  public func command(of place: FrontierPlace) -> String {
    pools[place.pool].commands[place.dial][place.index]
  }

  /// What to call a setting: "guidance 1.5, keep 0.5".
  public func name(of place: FrontierPlace) -> String {
    let setting = figures[place].setting
    let name = pools[place.pool].name
    return setting.keepsAll ? name : "\(name), \(setting.dial.rawValue) \(setting.value)"
  }

  /// The settings that no other surpasses in precision without a loss of recall, from the lowest recall.
  public var frontier: [FrontierPlace] {
    let plane = FrontierPlane.all[0]
    return plane.frontier(of: plane.points(of: shown, figures)).map(\.place)
  }

  /// Writes `report.json`, `frontier.png` and `report.html` into a folder that is there.
  ///
  /// Throws a `FileError` or `ImageError` if one cannot be written.
  public func write(to folder: String) throws {
    func path(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try AtomicFile.write(try encoder.encode(FrontierContent(self)), to: path("report.json"))
    try picture.writePNG(to: path("frontier.png"))
    try AtomicFile.write(try page().utf8, to: path("report.html"))
  }
}
