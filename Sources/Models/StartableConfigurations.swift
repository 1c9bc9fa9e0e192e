import Classifiers
import PixelCNN
import VAE
import VQVAE

extension VQVAEConfiguration: StartableConfiguration {
  /// What shapes all weights but the codebooks.
  public var shapingValues: [(name: String, value: String)] {
    func list(_ value: (Level) -> some CustomStringConvertible) -> String {
      levels.map { value($0).description }.joined(separator: ",")
    }
    return [
      ("image channels", "\(imageChannels)"), ("levels", list(\.name)),
      ("downsampling", list(\.downsampling)), ("code channels", list(\.codeChannels)),
      ("channels", "\(channels)"), ("residual blocks", "\(residualBlocks)"),
      ("residual channels", "\(residualChannels)"),
    ]
  }

  /// Codebooks of another size, or that learn in another way, do.
  public func startsAnew(_ tensor: String, after other: Self) -> Bool {
    zip(levels, other.levels).contains { own, others in
      tensor.hasPrefix("\(own.name).codebook.")
        && (own.codebookSize != others.codebookSize || codebookLearning != other.codebookLearning)
    }
  }
}

extension VAEConfiguration: StartableConfiguration {
  /// What shapes the weights, and what they say of pixels.
  public var shapingValues: [(name: String, value: String)] {
    [
      ("images of", "\(imageWidth)×\(imageHeight)×\(imageChannels)"),
      ("downsampling", "\(downsampling)"), ("channels", "\(channels)"),
      ("residual blocks", "\(residualBlocks)"), ("residual channels", "\(residualChannels)"),
      ("latents", levels.map(String.init).joined(separator: ",")),
      ("likelihood", likelihood.rawValue),
    ]
  }

  /// None does.
  public func startsAnew(_ tensor: String, after other: Self) -> Bool { false }
}

extension AutoencoderConfiguration: StartableConfiguration {
  /// What shapes the weights: all that shapes those of a VQ-VAE but its codebooks.
  public var shapingValues: [(name: String, value: String)] { network.shapingValues }

  /// None does.
  public func startsAnew(_ tensor: String, after other: Self) -> Bool { false }
}

extension PriorConfiguration: StartableConfiguration {
  /// What shapes all weights but those of codes and classes.
  public var shapingValues: [(name: String, value: String)] {
    [
      ("level", level.name), ("levels above", conditions.map(\.name).joined(separator: ",")),
      ("channels", "\(channels)"), ("residual channels", "\(residualChannels)"),
      ("pointwise gates", pointwiseGates == true ? "yes" : "no"), ("kernel", "\(kernel)"),
      ("blocks", "\(blocks)"), ("residual blocks", "\(residualBlocks)"),
      ("attention heads", "\(attentionHeads)"), ("output blocks", "\(outputBlocks)"),
      ("condition blocks", "\(conditionBlocks)"), ("condition channels", "\(conditionChannels)"),
      ("condition kernel", "\(conditionKernel)"),
    ]
  }

  /// What is said of codes does where there are more or fewer, and what is said of classes where they have
  /// other names.
  public func startsAnew(_ tensor: String, after other: Self) -> Bool {
    if level.codebookSize != other.level.codebookSize,
      ["rowsAbove.", "pixelsLeft.", "logits."].contains(where: tensor.hasPrefix)
    {
      return true
    }
    let changed = zip(conditions, other.conditions).filter { $0.codebookSize != $1.codebookSize }
    return changed.contains { tensor.hasPrefix("condition.\($0.0.name).lookup.") }
      || hasRowsOfClasses(tensor) && classNames != other.classNames
  }

  /// The embeddings of classes have.
  public func hasRowsOfClasses(_ tensor: String) -> Bool { tensor.hasSuffix(".class.table") }
}

extension ClassifierConfiguration: StartableConfiguration {
  /// What shapes all weights but those of classes.
  public var shapingValues: [(name: String, value: String)] {
    [
      ("images of", "\(imageWidth)×\(imageHeight)×\(imageChannels)"),
      ("architecture", architecture.rawValue), ("channels", "\(channels)"), ("blocks", "\(blocks)"),
    ]
  }

  /// The logits do where the classes have other names.
  public func startsAnew(_ tensor: String, after other: Self) -> Bool {
    classNames != other.classNames && tensor.hasPrefix("logits.")
  }
}
