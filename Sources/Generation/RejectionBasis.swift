import Artifacts
import Models

/// By what a candidate is kept or turned away.
public enum RejectionBasis: String, Codable, CaseIterable, Sendable {
  /// The classifier's probability of the class asked for.
  case `class`
  /// The critic's probability that it is real. By it D, a real picture is D / (1 − D) times as likely as
  /// a drawn one, which is what discriminator rejection sampling accepts in proportion to (arXiv
  /// 1810.06758); ranking by the one is ranking by the other.
  case critic
  /// The product of both.
  case both

  /// What a folder of models can go by: the class where there is one, or else the critic; nil if neither.
  public init?(standardFor models: ModelFolder) {
    if Self.class.isPossible(with: models) {
      self = .class
    } else if Self.critic.isPossible(with: models) {
      self = .critic
    } else {
      return nil
    }
  }

  /// Whether a folder has the networks that it takes.
  public func isPossible(with models: ModelFolder) -> Bool {
    let hasClasses = models.classifier != nil && !models.classNames.isEmpty
    return switch self {
    case .class: hasClasses
    case .critic: models.critic != nil
    case .both: hasClasses && models.critic != nil
    }
  }

  /// What decides about a candidate, given what the networks say that there are.
  func score(class classScore: Float?, critic criticScore: Float?) -> Float? {
    switch self {
    case .class: classScore
    case .critic: criticScore
    case .both: classScore.flatMap { classScore in criticScore.map { classScore * $0 } }
    }
  }
}
