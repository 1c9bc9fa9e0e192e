import Artifacts
import Communication
import Foundation
import Models
import NeuralNetworks
import PixelCNN
import Tensors
import VQVAE

/// The training of a prior on one level of a code file, by one process or several; stage two.
///
/// Throws a `FileError` if the codes cannot be read or lack labels that the prior needs.
///
/// - Parameter vqvae: what the codes were made by, to show what the prior draws as it learns.
public func priorTraining(
  _ configuration: TrainedConfiguration<PriorConfiguration>, on codes: CodeFile,
  shownBy vqvae: VQVAE? = nil,
  sharedBy communicator: any Communicator = SoleProcess()
) throws -> TrainingTask {
  let settings = configuration.training
  let data = try CodeBatches(codes, for: configuration.model)
  let prior = Prior(
    configuration.model, start: .random(Randomness(seed: settings.seed).stream("weights")))
  let split = CodeSplit(of: codes, holdOut: settings.heldOut, seed: settings.seed)
  // As many as have the codes of 64 maps of 16×16.
  let limit = max(1, min(64, 64 * 16 * 16 / configuration.model.level.codesPerImage))
  let batch = settings.validationBatch(upTo: limit)
  return TrainingTask(
    title: "train-prior \(configuration.model.level.name)", parameters: prior.parameters,
    settings: settings, sharedBy: communicator, aim: .smaller, validationBatch: batch,
    step: { part, pass, _ in
      let positions = settings.positions(ofPart: part, sharedBy: communicator)
      var batch = try data.batch(positions.map(split.trainingImage))
      prior.configuration.hideClasses(of: &batch, at: positions, seed: settings.seed)
      return .init(loss: prior.loss(of: batch, in: pass))
    },
    validate: { count in
      let nats = try negativeLogLikelihood(
        of: prior, on: data, images: split.heldOut[..<count], batchSize: batch,
        sharedBy: communicator)
      return [
        Figure("held-out nats/code", nats),
        Figure("held-out bits/dimension", nats * bitsPerDimensionPerNat(codes, prior)),
      ]
    },
    sheet: try vqvae.map {
      .samples(
        of: prior, like: try data.batch(Array(split.heldOut.prefix(16))), by: $0,
        seed: settings.seed)
    })
}

extension PriorConfiguration {
  /// Hides the class of a part of a batch's images, which are those at `positions` in the order of the
  /// training: of which, depends on position and seed alone.
  fileprivate func hideClasses(of batch: inout Prior.Batch, at positions: Range<Int>, seed: UInt64)
  {
    guard let classDropout, let hiddenLabel else { return }
    let randomness = Randomness(seed: seed).stream("hidden classes")
    for (index, position) in positions.enumerated()
    where randomness.uniform(at: position) < classDropout {
      batch.labels?[index] = hiddenLabel
    }
  }
}

/// The mean negative log-likelihood of some images of a code file, in nats per code; `batchSize` of
/// them are taken at a time by each of the processes that share them.
private func negativeLogLikelihood(
  of prior: Prior, on data: CodeBatches, images: ArraySlice<Int>, batchSize: Int,
  sharedBy communicator: any Communicator
) throws -> Double {
  var total = 0.0
  var count = 0
  let share = communicator.share(of: images.count, inPiecesOf: batchSize)
  for start in stride(from: share.lowerBound, to: share.upperBound, by: batchSize) {
    let batch = try data.batch(Array(images[start..<min(start + batchSize, share.upperBound)]))
    let losses = prior.logits(of: batch, in: .inference).negativeLogLikelihoods(
      targets: batch.codes)
    total += losses.total
    count += losses.count
  }
  let sums = communicator.sums(of: [total, Double(count)])
  return sums[0] / max(sums[1], 1)
}

/// What one nat per code of this level is in bits per pixel and channel of the image.
private func bitsPerDimensionPerNat(_ codes: CodeFile, _ prior: Prior) -> Double {
  let level = prior.configuration.level
  let dimensions = codes.layout.imageShape.reduce(1, *)
  return Double(level.height * level.width) / Double(dimensions) / log(2)
}

/// Reads the codes, conditions and labels a prior needs, image by image.
private final class CodeBatches {
  private let codes: CodeFile
  private let configuration: PriorConfiguration
  private let labels: [Int32]?

  /// Batches of `codes` for a prior of the given configuration.
  ///
  /// Throws a `FileError` if the labels cannot be read, or an image has none and the prior needs it.
  init(_ codes: CodeFile, for configuration: PriorConfiguration) throws {
    self.codes = codes
    self.configuration = configuration
    guard configuration.classCount > 0 else {
      labels = nil
      return
    }
    let labels = try codes.readLabels()
    if let image = labels.firstIndex(of: -1) {
      throw FileError(
        codes.path, "has no label for image \(image)",
        remedy: "extract codes of labelled images, or train with --unconditional")
    }
    self.labels = labels
  }

  /// Some images by number. Throws a `FileError` if their codes cannot be read.
  func batch(_ images: [Int]) throws -> Prior.Batch {
    func read(_ level: CodeLevel) throws -> [Int32] {
      try images.flatMap { image in
        try codes.readCodes(level: level.name, images: image..<image + 1).map(Int32.init)
      }
    }
    return Prior.Batch(
      codes: try read(configuration.level), conditions: try configuration.conditions.map(read),
      labels: labels.map { labels in images.map { labels[$0] } })
  }
}
