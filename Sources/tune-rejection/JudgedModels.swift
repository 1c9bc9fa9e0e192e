import Artifacts
import Foundation
import Models
import Tensors

/// The models that samples are drawn from, with a judge fit to judge them.
struct JudgedModels {
  let folder: ModelFolder
  let judge: LoadedClassifier

  /// Whether the judge can tell if candidates are what they were asked to be.
  var isJudgedByClass: Bool { judge.knowsClasses && !folder.classNames.isEmpty }

  /// Throws a `FileError` if the files at `path` are missing, damaged, or do not belong together; priors
  /// that are not needed, to draw more candidates, may be missing. Convolutions multiply in `arithmetic`;
  /// nil for what each model was trained in.
  init(path: String, needsPriors: Bool, in arithmetic: Arithmetic?) throws {
    func refuse(_ what: String) -> FileError {
      FileError(path, "holds \(what)", remedy: "pass the models of a VQ-VAE and its priors")
    }
    switch try GenerativeModel(folder: path, needsPriors: needsPriors, in: arithmetic) {
    case .codes(let folder): self.folder = folder
    case .gaussian: throw refuse("a VAE, whose samples nothing rejects")
    case .autoencoder: throw refuse("a plain autoencoder, which draws no samples")
    }
    let judgePath = (path as NSString).appendingPathComponent("judge.safetensors")
    guard FileManager.default.fileExists(atPath: judgePath) else {
      throw FileError(
        judgePath, "is missing",
        remedy:
          "train one with train-classifier --architecture residual, and --task rotation if the "
          + "images have no classes")
    }
    judge = try LoadedClassifier(path: judgePath, in: arithmetic)
  }

  /// Throws a `FileError` if the judge is for other images or classes than these, or is the network that
  /// rejects.
  func checkJudge(of classNames: [String]) throws {
    let configuration = judge.model.configuration
    let shape = folder.vqvae.imageShape
    guard judge.file.digest != folder.classifier?.file.digest else {
      throw FileError(
        judge.file.path, "is the very network that rejects, which cannot judge itself",
        remedy: "train another with train-classifier --architecture residual")
    }
    guard configuration.task != .realness else {
      throw FileError(
        judge.file.path, "is a critic, which samples are turned away by and cannot be judged by",
        remedy: "train a judge with train-classifier --task rotation")
    }
    // Where samples have no classes, any network's features will do.
    guard classNames.isEmpty || !judge.knowsClasses || configuration.classNames == classNames,
      configuration.imageHeight == shape.height, configuration.imageWidth == shape.width,
      configuration.imageChannels == shape.channels
    else {
      throw FileError(
        judge.file.path, "is for other classes or images than \(folder.vqvae.file.path)",
        remedy: "train a judge on the images the VQ-VAE was trained on")
    }
  }
}
