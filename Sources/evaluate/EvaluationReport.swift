import Artifacts
import CommandLineTools
import Evaluation
import Foundation
import Images
import Models

/// All that `evaluate` finds, for people and for programs.
struct EvaluationReport: Encodable {
  /// How the judge reads one file of samples or other images.
  struct Samples: Encodable {
    let path: String
    /// Of samples, the fraction read as asked of all candidates, and of those that were kept.
    var all, accepted: Double?
    /// Of images, the fraction read as any class.
    var recognized: Double?
  }

  let models: String
  let images: String
  let reconstruction: ReconstructionFigures
  /// Nil of a model without priors.
  let likelihood: LikelihoodFigures?
  /// Of a VAE whose pixels are black or white.
  var evidence: EvidenceFigures?
  var classifierAccuracy: Double?
  var judgeAccuracy: Double?
  /// Whether the judge tells which way up pictures are, instead of their classes.
  var judgesRotation = false
  var samples: [Samples] = []

  /// The figures of all images together.
  var table: String {
    var table = TextTable(["what", "value"])
    func add(_ name: String, _ value: Double) {
      table.addRow([name, Figure("", value).description.trimmingCharacters(in: .whitespaces)])
    }
    table.addRow(["images", "\(reconstruction.images)"])
    add("squared error", reconstruction.squaredError)
    if let ratio = reconstruction.peakSignalToNoiseRatio {
      add("peak signal-to-noise ratio, dB", ratio)
    }
    add("structural similarity", reconstruction.structuralSimilarity)
    if let distance = reconstruction.judged?.frechetDistance {
      add("Fréchet distance of reconstructions", distance)
    }
    if let share = reconstruction.judged?.readAsOriginal {
      add("reconstructions read as the images", share.value)
    }
    for level in reconstruction.levels {
      table.addRow(["\(level.name) codes used, of \(level.codes)", "\(level.used)"])
      add("\(level.name) perplexity", level.perplexity)
    }
    for level in likelihood?.levels ?? [] {
      add("\(level.name) nats per code", level.natsPerCode)
    }
    if let evidence {
      add("evidence lower bound, nats", evidence.lowerBound)
      add("  of that the divergence", evidence.divergence)
    }
    if let likelihood {
      let latents = latents(of: likelihood)
      add("bits per dimension, at most", likelihood.bitsPerDimension)
      add("  of the \(latents)", likelihood.codeBitsPerDimension)
      add("  of the pixels given the \(latents)", likelihood.pixelBitsPerDimension)
    }
    if let accuracy = classifierAccuracy { add("classifier accuracy", accuracy) }
    if let accuracy = judgeAccuracy {
      add(judgesRotation ? "judge accuracy, which way up" : "judge accuracy", accuracy)
    }
    for samples in samples {
      func addShare(_ name: String, _ share: Double?) {
        if let share { add("\(samples.path): \(name)", share) }
      }
      addShare("judged as asked, all candidates", samples.all)
      addShare("judged as asked, accepted", samples.accepted)
      addShare("recognised by the judge", samples.recognized)
    }
    return table.description
  }

  /// What an image's pixels are told from.
  private func latents(of likelihood: LikelihoodFigures) -> String {
    likelihood.levels.isEmpty ? "latents" : "codes"
  }

  /// The images that the models find least likely; nil if they find none more likely than others.
  func strangestTable(of dataset: any ImageDataset, count: Int) -> String? {
    guard let likelihood else { return nil }
    var table = TextTable([
      "strangest image", "class", "bits per dimension", latents(of: likelihood), "pixels",
    ])
    for score in likelihood.strangest.prefix(count) {
      let label = dataset.label(at: score.index)
      table.addRow(
        ["\(score.index)", label.map { dataset.classNames[$0] } ?? "–"]
          + [score.bits, score.codeBits, score.pixelBits].map { String(format: "%.3f", $0) })
    }
    return table.description
  }

  /// Writes all figures as JSON; throws a `FileError` if they cannot be written.
  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try AtomicFile.write(try encoder.encode(self), to: path)
  }
}
