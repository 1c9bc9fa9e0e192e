import Kernels
import Testing

@Suite struct OptimizerTests {
  /// Adam as the paper has it, with the bias correction where the paper puts it.
  @Test(arguments: [1, 5, 17, 130]) func adamFollowsThePaper(count: Int) {
    var numbers = GuardedNumbers(seed: 7)
    let w = numbers.buffer(count)
    let (m, v) = (GuardedBuffer(count: count), GuardedBuffer(count: count))
    var weights = w.elements.map(Double.init)
    var first = [Double](repeating: 0, count: count)
    var second = first
    let (rate, beta1, beta2, epsilon) = (0.01, 0.9, 0.999, 1e-8)
    for step in 1...20 {
      let g = numbers.buffer(count)
      let (correction1, correction2) = (1 - power(beta1, step), 1 - power(beta2, step))
      for i in 0..<count {
        let gradient = Double(g.pointer[i]) * 0.5
        first[i] = beta1 * first[i] + (1 - beta1) * gradient
        second[i] = beta2 * second[i] + (1 - beta2) * gradient * gradient
        weights[i] -=
          rate * (first[i] / correction1) / ((second[i] / correction2).squareRoot() + epsilon)
      }
      kernel_adam(
        w.pointer, g.pointer, m.pointer, v.pointer, count, 0.5,
        Float(rate * correction2.squareRoot() / correction1), Float(beta1), Float(beta2),
        Float(epsilon * correction2.squareRoot()))
    }
    for i in 0..<count { #expect(abs(Double(w.pointer[i]) - weights[i]) < 1e-5) }
    #expect(w.isIntact && m.isIntact && v.isIntact)
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
