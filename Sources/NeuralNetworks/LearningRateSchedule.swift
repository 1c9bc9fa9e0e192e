import Foundation

/// A learning rate that rises linearly over the warm-up and then falls along a cosine (arXiv
/// 1608.03983) to a fraction of its peak at the last step.
public struct LearningRateSchedule: Codable, Hashable, Sendable {
  /// The highest rate.
  public let peak: Float
  /// Steps until the peak is reached.
  public let warmup: Int
  /// Steps of the whole training.
  public let steps: Int
  /// The last step's rate as a fraction of the peak, 0 to 1.
  public let floor: Float

  /// A schedule over `steps` steps.
  public init(peak: Float, warmup: Int, steps: Int, floor: Float = 0.01) {
    self.peak = peak
    self.warmup = warmup
    self.steps = steps
    self.floor = floor
  }

  /// The rate of step `number`, counted from 1.
  public func rate(at number: Int) -> Float {
    if number <= warmup { return peak * Float(number) / Float(max(warmup, 1)) }
    let progress = Float(number - warmup) / Float(max(steps - warmup, 1))
    let cosine = (1 + cos(Float.pi * min(progress, 1))) / 2
    return peak * (floor + (1 - floor) * cosine)
  }
}
