import Foundation
import NeuralNetworks

/// What processes on machines of their own, which share every step evenly, spend on telling each other
/// what they found: a model with two numbers of the network.
///
/// Numbers are summed around a ring, in which each of N processes sends 2 (N − 1)/N times the bytes it
/// adds; a summation besides costs the latency of 2 ⌈log₂ N⌉ messages. Machines, networks and processes
/// are all alike, never wait for anything else, and sending takes no time from computing.
///
/// The statistics of codebooks are needed before a step goes on. Gradients are sent while those of
/// earlier layers are computed; what that takes longer is waited for, and at least their last bucket.
public struct ExchangeEstimate {
  /// N.
  public let processes: Int
  /// Of the network between two machines, in bytes per second.
  public let bandwidth: Double
  /// The bytes of all gradients.
  let gradientBytes: Int
  /// The bytes of other sums in a step.
  let statisticsBytes: Int
  /// How many other sums there are in a step.
  let statisticsSums: Int
  /// How long the computation of gradients takes during which gradients are sent.
  let backwardTime: Duration

  /// Of a message between two machines, on the networks of today's data centres.
  private static var latency: Double { 50e-6 }

  /// The bytes each process sends in a step.
  public var sentBytes: Int {
    Int((ringFactor * Double(gradientBytes + statisticsBytes)).rounded())
  }

  /// The time the sums of a step take.
  public var time: Duration { statisticsTime + gradientTime }

  /// The part of it in which nothing is computed.
  public var waitingTime: Duration {
    let last = min(gradientBytes, GradientExchange.bucketBytes)
    return statisticsTime + max(gradientTime - backwardTime, time(of: last, sums: 1))
  }

  private var ringFactor: Double { 2 * Double(processes - 1) / Double(processes) }

  private var statisticsTime: Duration { time(of: statisticsBytes, sums: statisticsSums) }

  private var gradientTime: Duration {
    let bucket = GradientExchange.bucketBytes
    return time(of: gradientBytes, sums: (gradientBytes + bucket - 1) / bucket)
  }

  private func time(of bytes: Int, sums: Int) -> Duration {
    let messages = 2 * log2(Double(processes)).rounded(.up)
    return .seconds(
      Double(sums) * messages * Self.latency + ringFactor * Double(bytes) / bandwidth)
  }
}
