import CommandLineTools
import Evaluation
import Generation
import PixelCNN

/// The command of `sample-images` that draws again what a setting keeps, or keeps it of the codes that
/// another program drew.
struct SamplingCommand {
  private let file: SampleFile
  private let models: String
  private let output: String

  private var configuration: SampleFile.Configuration { file.configuration }

  /// Commands for the models in a folder that write to another, and candidates like those of `file`.
  init(_ file: SampleFile, models: String, output: String) {
    self.file = file
    self.models = models
    self.output = output
  }

  /// The line, or a comment that says why there is none.
  func line(_ figures: SettingFigures) -> String {
    let drawn = figures.classes.filter { $0.drawn > 0 }
    guard figures.emptyClasses.isEmpty, let count = drawn.map(\.kept).min() else {
      return "# keeps no sample of \(figures.emptyClasses.joined(separator: ", "))"
    }
    var words = ["sample-images", "--models", models]
    if let codes = file.givenCodes {
      words += ["--codes", codes.path] + (codes.toleratesNoSource ? ["--any-model"] : [])
    } else {
      words += ["--count", "\(count)"]
      if drawn.count < figures.classes.count {
        words += ["--classes", drawn.map(\.name).joined(separator: ",")]
      }
    }
    words += figures.setting.flag.split(separator: " ").map(String.init)
    if let basis = configuration.basis, !configuration.layout.classNames.isEmpty {
      words += ["--reject-by", basis.rawValue]
    }
    if file.givenCodes == nil { words += drawingFlags(figures) }
    return shellCommand(words + ["--output", output])
  }

  private func drawingFlags(_ figures: SettingFigures) -> [String] {
    let flags = configuration.flags + ["--seed", "\(configuration.seed)"]
    let attempts = Self.attempts(figures)
    return figures.setting.dial == .threshold && attempts > 20
      ? flags + ["--attempts", "\(attempts)"] : flags
  }

  /// How many candidates of each class to draw at most for an image of it: what was drawn is enough to
  /// find as many again; at least 20, as `sample-images` would.
  static func attempts(_ figures: SettingFigures) -> Int {
    let drawn = figures.classes.filter { $0.kept > 0 }
    let count = max(drawn.map(\.kept).min() ?? 1, 1)
    return max(drawn.map { ($0.drawn + count - 1) / count }.max() ?? 1, 20)
  }
}

extension SampleFile.Configuration {
  /// The flags of `sample-images` that say how codes were drawn, each before its value.
  var flags: [String] {
    let levels = layout.levels.map(\.name)
    func flag<Value: Equatable>(
      _ name: String, _ value: (CodeDistribution) -> Value?
    ) -> [String] {
      let values = levels.map { value(distribution[$0]) }
      guard let first = values.first, values.contains(where: { $0 != nil }) else { return [] }
      if let first, values.allSatisfy({ $0 == first }) { return [name, "\(first)"] }
      let named = zip(levels, values).compactMap { level, value in value.map { "\(level)=\($0)" } }
      return [name, named.joined(separator: ",")]
    }
    return flag("--temperature") { $0.temperature == 1 ? nil : $0.temperature }
      + flag("--guidance", \.guidance) + flag("--top-k", \.topK) + flag("--top-p", \.topP)
  }
}
