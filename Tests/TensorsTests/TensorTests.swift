import Tensors
import Testing

@Suite struct TensorTests {
  @Test func shapesAndExtents() {
    let x = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
    #expect((x.count, x.channels, x.rows) == (24, 4, 6))
    #expect(x.elements == (0..<24).map(Float.init))
    let scalar = Tensor([5], shape: [])
    #expect((scalar.count, scalar.channels, scalar.rows, scalar.scalar) == (1, 1, 1, 5))
    #expect((x.total, scalar.total, Tensor(zeros: [0, 3]).total) == (276, 5, 0))
    #expect(Tensor(zeros: [0, 3]).elements == [])
    #expect(Tensor(repeating: 2, shape: [3]).elements == [2, 2, 2])
  }

  @Test func aCopyKeepsItsValuesWhenTheOriginalChanges() {
    var x = Tensor([1, 2, 3], shape: [3])
    let copy = x
    x.withMutableElements { $0[1] = 20 }
    #expect(x.elements == [1, 20, 3])
    #expect(copy.elements == [1, 2, 3])
    var sum = copy
    sum.add(copy)
    sum.scale(by: 10)
    #expect(sum.elements == [20, 40, 60])
    #expect(copy.elements == [1, 2, 3])
  }

  @Test func anUnsharedTensorChangesInPlace() {
    var x = Tensor([1, 2, 3], shape: [3])
    let before = x.buffer.baseAddress
    x.withMutableElements { $0[0] = 9 }
    #expect(x.buffer.baseAddress == before)
    #expect(x.elements == [9, 2, 3])
  }

  @Test func inputsOfOperationsKeepTheirValues() {
    var random = SplitMix64(seed: 70)
    let (x, g) = (random.tensor([3, 17]).tensor, random.tensor([3, 17]).tensor)
    let (xBits, gBits) = (x.bits, g.bits)
    let tape = Tape()
    let watched = tape.watch(x)
    let y = (2 * watched.activated(by: .relu) + watched).activated(by: .elu)
    tape.backward(from: y, seed: g)
    #expect(x.bits == xBits)
    #expect(watched.bits == xBits)
    #expect(g.bits == gBits)
  }
}
