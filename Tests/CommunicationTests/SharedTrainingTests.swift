import Communication
import Foundation
import NeuralNetworks
import Tensors
import Testing
import VAE
import VQVAE

/// Waves of random direction and phase, from −1 to 1: [images, 16, 16, 1].
private func waves(_ images: Range<Int>) -> Tensor {
  let elements = images.flatMap { image in
    let draw = Randomness(seed: 8).stream(image).uniforms(3, in: 0...1)
    return (0..<16 * 16).map { pixel in
      sin(draw[0] * Float(pixel / 16) + draw[1] * Float(pixel % 16) + 6 * draw[2])
    }
  }
  return Tensor(elements, shape: [images.count, 16, 16, 1])
}

/// What some steps of a training left in one process: the losses, and all parameters by name.
private struct Trace: Equatable, Sendable {
  var losses: [Float] = []
  var parameters: [String: [Float]] = [:]

  /// How far it is from another at most, of losses relatively and of parameters absolutely.
  func distance(to other: Trace) -> (losses: Float, parameters: Float) {
    let pairs = parameters.flatMap { name, values in
      zip(values, other.parameters[name] ?? []).map { abs($0 - $1) }
    }
    return (
      zip(losses, other.losses).map { abs($0 / $1 - 1) }.max() ?? .infinity,
      pairs.max() ?? .infinity
    )
  }
}

/// Trains a model on the same batches as one of several processes, each with its share.
private func train(
  _ parameters: ParameterStore, steps: Int, batchSize: Int = 12,
  over communicator: any Communicator,
  loss: (_ images: Tensor, ForwardPass, Randomness) -> Tensor
) -> Trace {
  let optimizer = Adam(parameters)
  let exchange = GradientExchange(over: communicator)
  var trace = Trace()
  for step in 1...steps {
    let tape = Tape()
    let randomness = Randomness(seed: 3).stream(step)
    let pass = ForwardPass(
      recordingOn: tape, randomness: randomness, recomputingBlocks: true, sharedBy: communicator)
    let loss = loss(waves(communicator.share(of: batchSize)), pass, randomness)
    let share = 1 / Float(communicator.count)
    tape.backward(
      from: loss, seed: Tensor(repeating: share, shape: []), isFinal: exchange.add)
    exchange.finish()
    optimizer.step(number: step, rate: 1e-3)
    trace.losses.append(Float(communicator.mean(of: Double(loss.scalar))))
  }
  for parameter in parameters.all { trace.parameters[parameter.name] = parameter.value.elements }
  return trace
}

/// Trainings by several processes against the same training by one.
@Suite struct SharedTrainingTests {
  private static func trainVQVAE(
    _ learning: VQVAEConfiguration.CodebookLearning, steps: Int, batchSize: Int = 12,
    over communicator: any Communicator
  ) -> Trace {
    let model = VQVAE(
      VQVAEConfiguration(
        imageHeight: 16, imageWidth: 16, imageChannels: 1,
        levels: ["top", "bottom"].map {
          .init(name: $0, downsampling: 2, codebookSize: 16, codeChannels: 4)
        }, channels: 8, residualBlocks: 1, residualChannels: 4, codebookLearning: learning,
        revivalThreshold: 8, levelDropout: 0.3), start: .random(Randomness(seed: 1)))
    return train(model.parameters, steps: steps, batchSize: batchSize, over: communicator) {
      images, pass, randomness in
      model.loss(of: images, in: pass, learning: randomness).total
    }
  }

  /// A VQ-VAE against a discriminator, with the rotation trick and noise on its codes.
  private static func trainAdversarially(over communicator: any Communicator) -> Trace {
    let model = VQVAE(
      VQVAEConfiguration(
        imageHeight: 16, imageWidth: 16, imageChannels: 1,
        levels: ["top", "bottom"].map {
          .init(name: $0, downsampling: 2, codebookSize: 16, codeChannels: 4)
        }, channels: 8, residualBlocks: 1, residualChannels: 4, revivalThreshold: 8,
        levelDropout: 0.3, quantizerGradient: .rotation, codeNoise: 0.2),
      start: .random(Randomness(seed: 1)))
    let discriminator = PatchDiscriminator(
      imageChannels: 1, channels: 4, start: .random(Randomness(seed: 1)))
    let optimizer = Adam(discriminator.parameters)
    var number = 0
    var trace = train(model.parameters, steps: 4, batchSize: 64, over: communicator) {
      images, pass, randomness in
      // The gradients of the step before are there.
      if number > 0 { optimizer.step(number: number, rate: 1e-3) }
      number += 1
      let loss = model.loss(of: images, in: pass, learning: randomness)
      let output = loss.output
      let closeness = output.valueWithGradient { $0.meanSquaredError(to: images) }.gradient
      let (value, gradient) = output.valueWithGradient(of: discriminator.adversarialLoss)
      let balance = model.adversarialBalance(
        in: loss, closeness: closeness, adversarial: gradient, pass: pass)
      return loss.total + balance * output.scalar(value, gradient: gradient)
        + discriminator.loss(real: images, reconstructed: output, in: pass)
    }
    for parameter in discriminator.parameters.all {
      trace.parameters[parameter.name] = parameter.value.elements
    }
    return trace
  }

  @Test(arguments: [2, 4]) func severalTrainAgainstADiscriminatorAsOne(processes: Int) {
    let alone = Self.trainAdversarially(over: SoleProcess())
    let shared = asProcesses(processes) { Self.trainAdversarially(over: $0) }
    for trace in shared { #expect(trace.parameters == shared[0].parameters) }
    let distance = shared[0].distance(to: alone)
    #expect(distance.losses < 1e-4 && distance.parameters < 1e-3, "\(distance)")
  }

  /// Which code is nearest hangs on the last bit now and then, so nothing may.
  @Test(arguments: VQVAEConfiguration.CodebookLearning.allCases)
  func twoTrainAVQVAEAsOne(learning: VQVAEConfiguration.CodebookLearning) {
    let alone = Self.trainVQVAE(learning, steps: 20, batchSize: 64, over: SoleProcess())
    let shared = asProcesses(2) {
      Self.trainVQVAE(learning, steps: 20, batchSize: 64, over: $0)
    }
    for trace in shared {
      #expect(trace.parameters == alone.parameters)
      #expect(trace.distance(to: alone).losses < 1e-6)
    }
  }

  @Test(arguments: [2, 3, 4], VQVAEConfiguration.CodebookLearning.allCases)
  func vqvae(processes: Int, learning: VQVAEConfiguration.CodebookLearning) {
    let alone = Self.trainVQVAE(learning, steps: 4, over: SoleProcess())
    let shared = asProcesses(processes) { Self.trainVQVAE(learning, steps: 4, over: $0) }
    for trace in shared { #expect(trace == shared[0]) }
    let distance = shared[0].distance(to: alone)
    #expect(distance.losses < 1e-4 && distance.parameters < 1e-3, "\(distance)")
  }

  /// Where codebooks start and which vectors revive dead codes does not depend on the processes at all:
  /// before the first step the vectors are the same, bit for bit.
  @Test(arguments: [2, 3, 4]) func codebooksStartOnTheSameVectors(processes: Int) {
    let alone = Self.trainVQVAE(.codebookLoss, steps: 1, over: SoleProcess())
    let shared = asProcesses(processes) { Self.trainVQVAE(.codebookLoss, steps: 1, over: $0) }
    let counts = ["top", "bottom"].map { "\($0).codebook.counts" }
    for trace in shared {
      for name in counts { #expect(trace.parameters[name] == alone.parameters[name]) }
    }
    let revived = counts.filter { alone.parameters[$0]?.contains(16) == true }
    #expect(!revived.isEmpty)
  }

  @Test(arguments: VAEConfiguration.Likelihood.allCases)
  func vae(likelihood: VAEConfiguration.Likelihood) {
    let run = { @Sendable (communicator: any Communicator) in
      let model = VAE(
        VAEConfiguration(
          imageHeight: 16, imageWidth: 16, imageChannels: 1, downsampling: 4, channels: 8,
          residualBlocks: 1, residualChannels: 4, latents: 5, likelihood: likelihood),
        start: .random(Randomness(seed: 1)))
      return train(model.parameters, steps: 4, over: communicator) { images, pass, randomness in
        let streams = pass.numbers(of: images).map { randomness.stream("images").stream($0) }
        return model.loss(of: images, streams: streams, in: pass).total
      }
    }
    let distance = asProcesses(3, run)[2].distance(to: run(SoleProcess()))
    #expect(distance.losses < 1e-4 && distance.parameters < 1e-3, "\(distance)")
  }

  @Test(arguments: [2, 3]) func dropoutIsThatOfTheWholeBatch(processes: Int) {
    let pass = { @Sendable (communicator: any Communicator) in
      let pass = ForwardPass(
        recordingOn: Tape(), randomness: Randomness(seed: 5), sharedBy: communicator)
      // Seven features, so that shares begin anywhere in a block of random words.
      return pass.dropout(
        Tensor(repeating: 1, shape: [6 / communicator.count, 7]), rate: 0.5
      ).elements
    }
    #expect(asProcesses(processes, pass).flatMap { $0 } == pass(SoleProcess()))
  }
}
