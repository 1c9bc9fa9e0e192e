import Foundation
import NeuralNetworks
import Tensors

/// The quantizer of one level: a table of vectors, and how it learns.
///
/// q(z) = e_k with k = argminⱼ ‖z − eⱼ‖ (1711.00937, equation 2). The gradient of q passes straight
/// through to z, or turned as z was.
public struct Codebook {
  /// The entries e: [codes, channels].
  public let entries: Parameter
  /// N, the moving count of vectors per batch assigned to each code: [codes].
  let counts: Parameter
  /// m, the moving sum of those vectors: [codes, channels]. Only with moving averages.
  let sums: Parameter?
  /// How many batches the codebook has learned from; its entries lie on data once it is positive: [1].
  let updates: Parameter
  let configuration: VQVAEConfiguration

  init(_ scope: ParameterScope, level: VQVAEConfiguration.Level, configuration: VQVAEConfiguration)
  {
    let shape = [level.codebookSize, level.codeChannels]
    switch configuration.codebookLearning {
    case .movingAverage:
      entries = scope.statistic("entries", shape: shape, initializer: .normal(deviation: 1))
      sums = scope.statistic("sums", shape: shape, initializer: .constant(0))
    case .codebookLoss:
      entries = scope.parameter("entries", shape: shape, initializer: .normal(deviation: 1))
      sums = nil
    }
    counts = scope.statistic(
      "counts", shape: [level.codebookSize], initializer: .constant(0))
    updates = scope.statistic("updates", shape: [1], initializer: .constant(0))
    self.configuration = configuration
  }

  /// How many codes there are.
  public var size: Int { entries.value.shape[0] }

  /// The nearest code to each vector of z [images, height, width, channels]: [images · height · width].
  public func codes(of z: Tensor) -> [Int32] {
    nearestNeighbors(of: z, in: entries.value)
  }

  /// The entries of codes: [images, height, width, channels].
  public func vectors(of codes: [Int32], images: Int, height: Int, width: Int) -> Tensor {
    entries.value.lookingUp(codes).reshaped(
      to: [images, height, width, entries.value.channels])
  }

  /// The quantized vectors, whose gradient goes on to z as configured, and the level's part of the loss:
  /// β ‖z − sg[e]‖², and with the codebook loss ‖sg[z] − e‖² besides; means over all elements.
  func quantize(_ z: Tensor, in pass: ForwardPass) -> (
    quantized: Tensor, codes: [Int32], commitment: Tensor, codebookLoss: Tensor?
  ) {
    let codes = codes(of: z)
    let chosen = entries.value.lookingUp(codes).reshaped(to: z.shape)
    let commitment = z.meanSquaredError(to: chosen)
    var codebookLoss: Tensor?
    if configuration.codebookLearning == .codebookLoss {
      codebookLoss = pass(entries).lookingUp(codes).meanSquaredError(to: z.detached)
    }
    let quantized =
      switch configuration.quantizerGradient ?? .straightThrough {
      case .straightThrough: z.replacingValues(by: chosen)
      case .rotation: z.rotated(to: chosen)
      }
    return (quantized, codes, commitment, codebookLoss)
  }
}

/// exp of the entropy of how often each code occurs: how many codes are in use, 1 to the codebook's
/// size, counting rare ones little.
public func perplexity(counts: [Int]) -> Double {
  let total = Double(counts.reduce(0, +))
  guard total > 0 else { return 0 }
  return exp(
    counts.reduce(0.0) { sum, count in
      let p = Double(count) / total
      return count == 0 ? sum : sum - p * log(p)
    })
}
