import Tensors
import Testing

/// Expects `operation` to agree with `reference`, and its derivative in every input with the central
/// differences of `reference`.
///
/// The output is projected on a random vector. Each input is then moved along single elements and,
/// because large inputs have too many, along random directions that move all elements at once. Any
/// input tracked alone must get the gradient it gets among others, bit for bit.
func expectAgreement(
  _ inputs: [DoubleTensor], operation: ([Tensor]) -> Tensor,
  reference: ([DoubleTensor]) -> DoubleTensor, at location: SourceLocation = #_sourceLocation
) {
  var random = SplitMix64(seed: 7)
  let tensors = inputs.map(\.tensor)
  let expected = reference(inputs)
  expectClose(operation(tensors), expected, at: location)

  let projection = random.tensor(expected.shape)
  let gradients = backward(operation, tensors, tracked: Set(inputs.indices), seed: projection)
  for (index, input) in inputs.enumerated() {
    guard let gradient = gradients[index] else {
      Issue.record("input \(index) got no gradient", sourceLocation: location)
      continue
    }
    #expect(gradient.shape == input.shape, "gradient \(index)", sourceLocation: location)
    let analytic = DoubleTensor(gradient)
    for direction in probes(input.elements.count, random: &random) {
      let numeric = directionalDerivative(
        of: reference, at: inputs, input: index, along: direction, projection: projection)
      let projected = zip(analytic.elements, direction).reduce(0) { $0 + $1.0 * $1.1 }
      let moved = direction.reduce(0.0) { $0 + abs($1) }
      #expect(
        abs(projected - numeric) <= 1e-4 * analytic.largest * moved.squareRoot() + 1e-7,
        "derivative in input \(index): \(projected), by differences \(numeric)",
        sourceLocation: location)
    }
    let alone = backward(operation, tensors, tracked: [index], seed: projection)
    #expect(
      alone.indices.allSatisfy { (alone[$0] != nil) == ($0 == index) },
      "only input \(index) is tracked", sourceLocation: location)
    #expect(
      alone[index]?.bits == gradient.bits, "input \(index) tracked alone", sourceLocation: location)
  }
}

/// Expects single precision's idea of `expected`, to 10⁻⁵ of its largest element.
func expectClose(
  _ actual: Tensor, _ expected: DoubleTensor, at location: SourceLocation = #_sourceLocation
) {
  #expect(actual.shape == expected.shape, sourceLocation: location)
  let tolerance = 1e-5 * expected.largest
  let wrong = zip(actual.elements, expected.elements).enumerated().first {
    // Written so that a NaN is wrong too.
    !(abs(Double($1.0) - $1.1) <= tolerance)
  }
  if let wrong {
    Issue.record(
      "element \(wrong.offset) is \(wrong.element.0), not \(wrong.element.1)",
      sourceLocation: location)
  }
}

/// The gradients of the tracked inputs in the projection of the output on `seed`; nil for the others.
private func backward(
  _ operation: ([Tensor]) -> Tensor, _ inputs: [Tensor], tracked: Set<Int>, seed: DoubleTensor
) -> [Tensor?] {
  let tape = Tape()
  let watched = inputs.enumerated().map { tracked.contains($0) ? tape.watch($1) : $1 }
  return tape.backward(from: operation(watched), seed: seed.tensor, gradientsOf: watched)
}

/// Every single element of a small tensor; the first, the last and some others of a large one, and
/// directions that move all elements by ±1.
private func probes(_ count: Int, random: inout SplitMix64) -> [[Double]] {
  let single =
    count <= 40
    ? Array(0..<count)
    : [0, count - 1] + (0..<4).map { _ in Int.random(in: 0..<count, using: &random) }
  let units = single.map { index in (0..<count).map { $0 == index ? 1.0 : 0.0 } }
  return units + (0..<3).map { _ in (0..<count).map { _ in Bool.random(using: &random) ? 1 : -1 } }
}

private func directionalDerivative(
  of reference: ([DoubleTensor]) -> DoubleTensor, at inputs: [DoubleTensor], input: Int,
  along direction: [Double], projection: DoubleTensor
) -> Double {
  // So small a step keeps the kinks of rectifiers out of its way.
  let step = 1e-7
  var (ahead, behind) = (inputs, inputs)
  ahead[input] = inputs[input].moved(along: direction, by: step)
  behind[input] = inputs[input].moved(along: direction, by: -step)
  let (above, below) = (reference(ahead).elements, reference(behind).elements)
  return projection.elements.indices.reduce(0) {
    $0 + projection.elements[$1] * (above[$1] - below[$1]) / (2 * step)
  }
}

extension Tensor {
  /// The elements bit by bit, to tell equal from nearly equal.
  var bits: [UInt32] { buffer.map(\.bitPattern) }
}
