import Tensors
import Testing

/// Each of these counts the bytes of the whole process, so each has a process to itself. Of what fails
/// there, only the comment is reported: it carries the numbers.
@Suite struct MemoryTests {
  @Test func activationsAreFreedAsTheBackwardPassProceeds() async {
    await #expect(processExitsWith: .success) {
      let megabyte = 1 << 20
      let tape = Tape()
      // The table's gradient, 16 MB, is the last thing the backward pass makes; by then the 20 MB of
      // activations after it have to be gone.
      let table = tape.watch(Tensor(repeating: 0.5, shape: [65536, 64]))
      var x = table.lookingUp((0..<4096).map { Int32($0) })
      for _ in 0..<20 { x = x.activated(by: .elu) }
      let before = MemoryPool.shared.statistics
      #expect(before.bytesInUse > 36 * megabyte, "\(before)")
      let gradient = tape.backward(
        from: x, seed: Tensor(repeating: 1, shape: x.shape), gradientsOf: [table])[0]
      let after = MemoryPool.shared.statistics
      #expect(after.peakBytesInUse < before.bytesInUse + 4 * megabyte, "\(after) after \(before)")
      #expect(after.bytesInUse < 40 * megabyte, "\(after)")
      #expect(gradient?.count == 65536 * 64, "the gradient of the table")
    }
  }

  @Test func aDroppedTapeFreesEverything() async {
    await #expect(processExitsWith: .success) {
      let before = MemoryPool.shared.statistics
      do {
        let tape = Tape()
        let x = tape.watch(Tensor(repeating: 1, shape: [1, 16, 16, 64]))
        _ = (x + x.activated(by: .relu)).meanOverPixels()
      }
      let after = MemoryPool.shared.statistics
      #expect(after.bytesInUse == before.bytesInUse, "\(after) after \(before)")
    }
  }

  @Test func trainingStepsAfterTheFirstAllocateNothing() async {
    await #expect(processExitsWith: .success) {
      // With more threads, how many scratch buffers are needed at once is a matter of timing.
      ThreadPool.shared.resize(to: 1)
      let parameters = trainingParameters()
      trainingStep(parameters)
      let first = MemoryPool.shared.statistics
      for _ in 0..<10 { trainingStep(parameters) }
      let last = withExtendedLifetime(parameters) { MemoryPool.shared.statistics }
      #expect(last.systemAllocations == first.systemAllocations, "\(last) after \(first)")
      #expect(last.bytesHeld == first.bytesHeld, "\(last) after \(first)")
      #expect(last.bytesInUse == first.bytesInUse, "\(last) after \(first)")
    }
  }

  @Test func freeMemoryGoesBackToTheSystem() async {
    await #expect(processExitsWith: .success) {
      let kept = Tensor(zeros: [1000])
      do { _ = Tensor(zeros: [1 << 20]) }
      let before = MemoryPool.shared.statistics
      #expect(before.bytesHeld > 4 << 20, "\(before)")
      MemoryPool.shared.releaseFreeMemory()
      let after = MemoryPool.shared.statistics
      #expect(after.bytesHeld == after.bytesInUse, "\(after)")
      #expect(after.bytesInUse < 5000, "\(after)")
      #expect(kept.elements.allSatisfy { $0 == 0 }, "a tensor in use changed")
    }
  }

  @Test func memoryThatCannotBeHadEndsTheProcessInOneLine() async {
    let result = await #expect(processExitsWith: .exitCode(1), observing: [\.standardErrorContent])
    {
      _ = Tensor(uninitialized: [1 << 48])
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    let line =
      /error: the memory does not suffice: [0-9]+ MiB are in use and [0-9]+ MiB more cannot be had; lower --batch, or train with a higher --accumulate or with --recompute/
    #expect(text.split(separator: "\n").contains { $0.wholeMatch(of: line) != nil }, "\(text)")
  }

  @Test func aTensorsMemoryServesTheNextOfItsSize() async {
    await #expect(processExitsWith: .success) {
      for count in [1, 100, 1000, 12_345] {
        do { _ = Tensor(zeros: [count]) }
        let before = MemoryPool.shared.statistics
        let tensor = Tensor(zeros: [count])
        let after = withExtendedLifetime(tensor) { MemoryPool.shared.statistics }
        #expect(after.systemAllocations == before.systemAllocations, "\(after) after \(before)")
        // At most an eighth, the kernels' slack and the rest of a cache line are wasted.
        let bytes = count * MemoryLayout<Float>.stride
        #expect(after.bytesInUse <= max(bytes + bytes / 8 + 128, 256), "\(after) for \(bytes)")
      }
    }
  }
}

private func trainingParameters() -> [Parameter] {
  var random = SplitMix64(seed: 80)
  return [
    Parameter(name: "first", value: random.tensor([9, 3, 32], scale: 0.3).tensor),
    Parameter(name: "bias", value: random.tensor([32]).tensor),
    Parameter(name: "second", value: random.tensor([16, 32, 32], scale: 0.1).tensor),
    Parameter(name: "last", value: random.tensor([32, 10]).tensor),
  ]
}

/// A network with most of the operations in it, and a step of gradient descent.
private func trainingStep(_ parameters: [Parameter]) {
  let tape = Tape()
  let weights = parameters.map { tape.watch($0) }
  let x = Tensor(repeating: 0.5, shape: [4, 14, 14, 3])
    .convolved(
      with: weights[0], bias: weights[1], activation: .relu,
      geometry: ConvolutionGeometry(taps: .square3)
    )
    .convolved(
      with: weights[2], activation: .elu, geometry: ConvolutionGeometry(taps: .square4, stride: 2))
  let mixed = causalAttention(query: x, key: x, value: x, heads: 4) + x
  let loss = mixed.dropped(rate: 0.1, key: Randomness(seed: 1)).meanOverPixels()
    .multiplied(by: weights[3]).softmaxCrossEntropy(targets: [1, 2, 3, 4])
  tape.backward(from: loss)
  for parameter in parameters {
    if let gradient = parameter.gradient { parameter.value.add(gradient, scale: -0.01) }
    parameter.gradient = nil
  }
}
