import Evaluation
import Foundation
import Generation

/// The command of `sample-images` that draws again what a setting keeps.
struct SamplingCommand {
  private let configuration: SampleFile.Configuration
  private let models: String
  private let output: String

  /// Commands for the models in a folder that write to another.
  init(_ configuration: SampleFile.Configuration, models: String, output: String) {
    self.configuration = configuration
    self.models = models
    self.output = output
  }

  /// The line, or a comment that says why there is none.
  func line(_ figures: SettingFigures) -> String {
    let drawn = figures.classes.filter { $0.drawn > 0 }
    guard figures.emptyClasses.isEmpty, let count = drawn.map(\.kept).min() else {
      return "# keeps no sample of \(figures.emptyClasses.joined(separator: ", "))"
    }
    var words = ["sample-images", "--models", models, "--count", "\(count)"]
    if drawn.count < figures.classes.count {
      words += ["--classes", drawn.map(\.name).joined(separator: ",")]
    }
    words += figures.setting.flag.split(separator: " ").map(String.init)
    let distribution = configuration.distribution
    if distribution.temperature != 1 { words += ["--temperature", "\(distribution.temperature)"] }
    if let topK = distribution.topK { words += ["--top-k", "\(topK)"] }
    if let topP = distribution.topP { words += ["--top-p", "\(topP)"] }
    words += ["--seed", "\(configuration.seed)"]
    let attempts = Self.attempts(figures)
    if figures.setting.dial == .threshold && attempts > 20 {
      words += ["--attempts", "\(attempts)"]
    }
    return (words + ["--output", output]).map(quoted).joined(separator: " ")
  }

  /// How many candidates of each class to draw at most for an image of it: what was drawn is enough to
  /// find as many again; at least 20, as `sample-images` would.
  static func attempts(_ figures: SettingFigures) -> Int {
    let drawn = figures.classes.filter { $0.kept > 0 }
    let count = max(drawn.map(\.kept).min() ?? 1, 1)
    return max(drawn.map { ($0.drawn + count - 1) / count }.max() ?? 1, 20)
  }

  /// A word as a shell reads it.
  private func quoted(_ word: String) -> String {
    let plain = word.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_./,=".contains($0))
    }
    return plain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
