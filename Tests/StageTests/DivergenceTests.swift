import Artifacts
import Foundation
import Models
import NeuralNetworks
import ProcessTesting
import Tensors
import Testing
import Training

/// Trainings whose numbers go wrong.
@Suite struct DivergenceTests {
  private let pipeline: Pipeline
  private let own: TemporaryFolder

  init() throws {
    pipeline = try Pipeline.shared.get()
    own = try TemporaryFolder()
  }

  /// A rate that is too high, but not eight times too high.
  private var recovering: Command {
    .trainVQVAE(images: pipeline.folder("images")).with("--learning-rate", "8")
  }

  @Test func aTrainingGoesBackAndOnWithASmallerStep() throws {
    let outcome = try recovering.run(in: own)
    #expect(outcome.code == 0)
    let warning =
      /^warning: the (loss|gradient of [a-z0-9.]+) of step [0-9]+ is not finite; going back to step 0 and on with half the learning rate \(([0-9]) of 3 times\)$/
    let times = outcome.errorLines.compactMap { $0.wholeMatch(of: warning)?.2 }
    #expect(!times.isEmpty && times == ["1", "2", "3"].prefix(times.count).map { $0[...] })

    // The same bytes, though it is stopped after it has gone back, and killed after that.
    let other = try TemporaryFolder()
    let frequent = recovering.with("--checkpoint-interval", "0.01")
    let running = try frequent.start(in: other)
    #expect(running.waitForError("\(times.count) of 3 times"))
    running.send(signal: SIGTERM)
    #expect(running.finish().code == 143)
    let killed = try frequent.start(in: other)
    #expect(killed.waitForError(": step "))
    usleep(200_000)
    killed.send(signal: SIGKILL)
    _ = killed.finish()
    let last = try recovering.run(in: other)
    #expect(last.code == 0 && !last.errors.contains("warning"))
    #expect(try other.read("vqvae.safetensors") == own.read("vqvae.safetensors"))
  }

  /// The first step is taken with finite numbers, and makes weights that are lost.
  @Test func aHopelessTrainingLeavesAStateToGoOnFrom() throws {
    let command = Command.trainVQVAE(images: pipeline.folder("images")).with("--steps", "1")
    let outcome = try command.with("--learning-rate", "1e38").run(in: own)
    #expect(outcome.code == 1)
    #expect(
      outcome.errorLines.last
        == "error: vqvae.safetensors cannot be trained further: the held-out error of step 1 is not "
        + "finite, for all that the learning rate was halved 3 times; vqvae.checkpoint.safetensors "
        + "holds the state after step 0; go on from there with a lower --learning-rate")
    #expect(outcome.errorLines.count { $0.hasPrefix("warning: the held-out error of step 1") } == 3)
    #expect(!own.exists("vqvae.safetensors"))
    let refused = try command.with("--learning-rate", "1e-3", "--seed", "1").run(in: own)
    #expect(refused.code == 1 && refused.errors.contains("a training with other settings"))
    let slower = try command.with("--learning-rate", "1e-3").run(in: own)
    #expect(slower.code == 0 && slower.errorLines.first == "going on after step 0 of 1")
    #expect(own.exists("vqvae.safetensors") && !own.exists("vqvae.checkpoint.safetensors"))
  }

  // MARK: - As a library

  private func run(
    named name: String = "model", steps: Int = 350,
    step: @escaping (Int, Tensor) throws -> Tensor
  ) throws -> (ending: TrainingRun<Int>.Ending, weights: [Float], begun: [Int]) {
    let store = ParameterStore(.random(Randomness(seed: 1)))
    let weights = store.root.scope("layer").parameter(
      "weight", shape: [4], initializer: .constant(0))
    let settings = TrainingSettings(
      steps: steps, batchSize: 1, learningRate: 0.5, warmup: 0, gradientNormLimit: 1, heldOut: 1,
      seed: 0, precision: .full)
    let training = try TrainingRun(
      kind: .classifier, output: own("\(name).safetensors"),
      configuration: TrainedConfiguration(model: 0, training: settings))
    var begun: [Int] = []
    let ending = try training.run(
      TrainingTask(
        title: "test", parameters: store, settings: settings, validationInterval: 10,
        validationBatch: 1, begin: { begun.append($0) },
        step: { part, pass, _ in .init(loss: try step(part + 1, pass(weights))) },
        validate: { _ in [] }))
    return (ending, weights.value.elements, begun)
  }

  private static func loss(of weights: Tensor) -> Tensor {
    weights.meanSquaredError(to: Tensor(repeating: 3, shape: [4]))
  }

  @Test func aNaNOnceGoesBackToTheLastGoodState() throws {
    var poisoned = false
    let (ending, _, begun) = try run { number, weights in
      if number == 250, !poisoned {
        poisoned = true
        return .nan * Self.loss(of: weights)
      }
      return Self.loss(of: weights)
    }
    #expect(ending == .finished && begun == [0, 200])
    let steps = try String(decoding: own.read("model.metrics.jsonl"), as: UTF8.self)
      .matches(of: /"step":([0-9]+)/).compactMap { Int($0.1) }
    #expect(steps == (1...35).map { $0 * 10 })
  }

  /// The state after step 200 already makes step 201 fail, so that it is no good to go back to.
  @Test func aStateThatCannotGoOnIsNotGoneBackTo() throws {
    var failures = 0
    let (ending, _, begun) = try run { number, weights in
      if number == 201, failures < 3 {
        failures += 1
        return .nan * Self.loss(of: weights)
      }
      return Self.loss(of: weights)
    }
    #expect(ending == .finished && begun == [0, 100, 100, 100])
  }

  @Test func aGradientThatIsNotFiniteIsNamed() throws {
    #expect {
      _ = try run { _, weights in 1e37 * Self.loss(of: weights) }
    } throws: {
      "\($0)".contains("the gradient of layer.weight of step 1 is not finite, for all that")
    }
    #expect(own.exists("model.checkpoint.safetensors"))
  }
}
