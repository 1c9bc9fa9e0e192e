import Communication
import NeuralNetworks
import Tensors
import Testing

@Suite struct GradientExchangeTests {
  /// Small ones travel together, one fills a bucket, and one has no gradient.
  @Test func gradientsOfAnySizeAreSummed() {
    let counts = [3, GradientExchange.bucketBytes / 8, GradientExchange.bucketBytes / 2, 1, 0, 5]
    let results = asProcesses(3) { communicator in
      let parameters = counts.enumerated().map { index, count in
        Parameter(name: "\(index)", value: Tensor(zeros: [count, 1]))
      }
      let exchange = GradientExchange(over: communicator)
      var sums: [[Float?]] = []
      for round in 1...2 {
        for (index, parameter) in parameters.enumerated() where index != 3 {
          let value = Float(round * 100 + index * 10 + communicator.rank)
          parameter.gradient = Tensor(repeating: value, shape: parameter.value.shape)
        }
        for parameter in parameters { exchange.add(parameter) }
        exchange.finish()
        sums.append(
          parameters.map { parameter in
            guard let gradient = parameter.gradient else { return nil }
            #expect(gradient.shape == parameter.value.shape)
            let first = gradient.buffer.first ?? -1
            return gradient.buffer.allSatisfy { $0 == first } ? first : .nan
          })
      }
      return sums
    }
    let expected: [[Float?]] = (1...2).map { round in
      counts.indices.map { index in
        if index == 3 { return nil }
        return counts[index] == 0 ? -1 : Float(3 * (round * 100 + index * 10) + 3)
      }
    }
    #expect(results == Array(repeating: expected, count: 3))
  }

  @Test func whatIsAloneKeepsItsGradients() {
    let parameter = Parameter(name: "w", value: Tensor(zeros: [2]))
    parameter.gradient = Tensor([1, 2], shape: [2])
    let exchange = GradientExchange(over: SoleProcess())
    exchange.add(parameter)
    #expect(parameter.gradient?.elements == [1, 2])
    exchange.finish()
    #expect(parameter.gradient?.elements == [1, 2])
  }
}
