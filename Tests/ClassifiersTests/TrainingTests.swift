import Classifiers
import NeuralNetworks
import Tensors
import Testing

@Suite struct TrainingTests {
  @Test(arguments: Architecture.allCases)
  func everyParameterReceivesAGradient(architecture: Architecture) {
    let model = Classifier(
      configuration(architecture, height: 32, width: 20, channels: 3),
      start: .random(Randomness(seed: 1)))
    let tape = Tape()
    let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: 0))
    let images = noise(4, for: model.configuration)
    tape.backward(from: model.loss(of: images, labels: [0, 1, 2, 1], in: pass))
    for parameter in model.parameters.trained {
      let gradient = parameter.gradient?.elements ?? []
      #expect(gradient.contains { $0 != 0 }, "\(parameter.name)")
    }
  }

  @Test(arguments: Architecture.allCases)
  func aFewStepsTellWavesOfThreeDirectionsApart(architecture: Architecture) {
    let model = Classifier(configuration(architecture), start: .random(Randomness(seed: 1)))
    let optimizer = Adam(model.parameters)
    let schedule = LearningRateSchedule(peak: 5e-3, warmup: 5, steps: 60)
    for step in 1...60 {
      let (images, labels) = waves(32, seed: UInt64(step))
      let tape = Tape()
      let pass = ForwardPass(
        recordingOn: tape, randomness: Randomness(seed: 2).stream(step))
      tape.backward(from: model.loss(of: images, labels: labels, in: pass))
      optimizer.step(number: step, rate: schedule.rate(at: step))
    }
    let (images, labels) = waves(300, seed: 1000)
    let probabilities = model.probabilities(of: images).elements
    let correct = labels.enumerated().filter { image, label in
      let row = probabilities[3 * image..<3 * image + 3]
      return row.max() == row[row.startIndex + Int(label)]
    }
    #expect(correct.count == 300)
  }

  @Test(arguments: Architecture.allCases)
  func onlyTrainingDropsFeatures(architecture: Architecture) {
    var configuration = configuration(architecture)
    configuration.dropout = 0.5
    let model = Classifier(configuration, start: .random(Randomness(seed: 1)))
    let images = noise(2, for: configuration)
    func trainingLogits(seed: UInt64) -> [Float] {
      let tape = Tape()
      let pass = ForwardPass(recordingOn: tape, randomness: Randomness(seed: seed))
      return model.logits(of: images, in: pass).elements
    }
    let logits = model.logits(of: images, in: .inference).elements
    #expect(logits == model.logits(of: images, in: .inference).elements)
    #expect(trainingLogits(seed: 1) == trainingLogits(seed: 1))
    #expect(trainingLogits(seed: 1) != trainingLogits(seed: 2))
    #expect(trainingLogits(seed: 1) != logits)
  }
}
