import Artifacts
import Classifiers
import Models
import NeuralNetworks
import Tensors
import VQVAE

/// What is asked of a VQ-VAE's reconstructions besides closeness to the images: to be like them in a
/// classifier's features, and to deceive a discriminator.
struct AddedObjectives {
  private let configuration: VQVAEConfiguration
  private let features: Classifier?
  private let discriminator: PatchDiscriminator?
  /// The discriminator, as what is trained against the model.
  let opponent: TrainingTask.Opponent?

  /// The objectives of a configuration; `features` is what its feature weight is for.
  init(
    _ configuration: VQVAEConfiguration, features: Classifier?, settings: TrainingSettings,
    start: ParameterStore.Start
  ) {
    self.configuration = configuration
    self.features = features
    discriminator = configuration.adversary.map { _ in
      PatchDiscriminator(
        imageChannels: configuration.imageChannels,
        arithmetic: configuration.arithmetic, start: start)
    }
    let start = Int((configuration.adversary?.start ?? 0) * Float(settings.stepsAtFirst))
    opponent = discriminator.map { TrainingTask.Opponent($0.parameters, after: start) }
  }

  /// Whether nothing is asked besides.
  var areNone: Bool { features == nil && discriminator == nil }

  /// Adds what is asked besides to the loss of a batch, as one part of step `number`, from 0.
  func add(
    to step: inout TrainingTask.Step, number: Int, images: Tensor, loss: VQVAELoss, of model: VQVAE,
    in pass: ForwardPass
  ) {
    let output = loss.output
    var closeness: Tensor?
    if let features, let weight = configuration.featureWeight {
      let (distance, gradient) = output.valueWithGradient {
        features.featureDistance(of: $0, to: images)
      }
      step.loss = step.loss + weight * output.scalar(distance, gradient: gradient)
      step.figures.append(Figure("feature distance", Double(distance)))
      closeness = gradient
      closeness?.scale(by: weight)
    }
    guard let discriminator, let opponent, let adversary = configuration.adversary,
      number >= opponent.start
    else { return }
    var total = output.valueWithGradient { $0.meanSquaredError(to: images) }.gradient
    if let closeness { total.add(closeness) }
    let (deception, gradient) = output.valueWithGradient(of: discriminator.adversarialLoss)
    let balance = model.adversarialBalance(
      in: loss, closeness: total, adversarial: gradient, pass: pass)
    step.loss =
      step.loss + adversary.weight * balance * output.scalar(deception, gradient: gradient)
    let opponentLoss = discriminator.loss(real: images, reconstructed: output, in: pass)
    step.opponentLoss = opponentLoss
    step.figures += [
      Figure("adversarial", Double(deception)), Figure("balance", Double(balance)),
      Figure("discriminator", Double(opponentLoss.scalar)),
    ]
  }
}
