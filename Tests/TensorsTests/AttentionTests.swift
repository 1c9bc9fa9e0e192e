import Tensors
import Testing

/// One attention to check; the positions straddle the vectors of keys.
struct AttentionCase: CustomTestStringConvertible, Sendable {
  let images: Int
  let height: Int
  let width: Int
  let heads: Int
  let keyDimensions: Int
  let valueDimensions: Int

  var testDescription: String {
    "\(images)×\(height)×\(width), \(heads) heads of \(keyDimensions) and \(valueDimensions)"
  }
}

@Suite struct AttentionTests {
  @Test(arguments: [
    AttentionCase(images: 1, height: 1, width: 1, heads: 1, keyDimensions: 1, valueDimensions: 1),
    AttentionCase(images: 3, height: 1, width: 2, heads: 1, keyDimensions: 3, valueDimensions: 5),
    AttentionCase(images: 1, height: 4, width: 4, heads: 2, keyDimensions: 16, valueDimensions: 1),
    AttentionCase(images: 1, height: 1, width: 17, heads: 3, keyDimensions: 1, valueDimensions: 17),
    AttentionCase(images: 3, height: 5, width: 7, heads: 2, keyDimensions: 5, valueDimensions: 16),
    AttentionCase(images: 1, height: 7, width: 7, heads: 8, keyDimensions: 4, valueDimensions: 3),
  ])
  func causalAttentionAndItsDerivatives(_ test: AttentionCase) {
    var random = SplitMix64(seed: 50)
    let keys = [test.images, test.height, test.width, test.heads * test.keyDimensions]
    let values = [test.images, test.height, test.width, test.heads * test.valueDimensions]
    expectAgreement([
      random.tensor(keys, scale: 2), random.tensor(keys, scale: 2), random.tensor(values),
    ]) {
      causalAttention(query: $0[0], key: $0[1], value: $0[2], heads: test.heads)
    } reference: {
      Reference.causalAttention(query: $0[0], key: $0[1], value: $0[2], heads: test.heads)
    }
  }

  @Test func noPositionSeesItselfOrWhatFollows() {
    var random = SplitMix64(seed: 51)
    let shape = [1, 5, 7, 6]
    let (query, key, value) = (random.tensor(shape), random.tensor(shape), random.tensor(shape))
    let whole = causalAttention(
      query: query.tensor, key: key.tensor, value: value.tensor, heads: 2)
    #expect(whole.elements.prefix(6) == [0, 0, 0, 0, 0, 0])
    let position = 20
    let changed = [key, value].map { tensor in
      let elements = tensor.elements.enumerated().map { $0 < position * 6 ? $1 : 100 + $1 }
      return DoubleTensor(elements, shape: shape).tensor
    }
    let other = causalAttention(
      query: query.tensor, key: changed[0], value: changed[1], heads: 2)
    let seen = (position + 1) * 6
    #expect(whole.bits.prefix(seen) == other.bits.prefix(seen))
    #expect(whole.bits.dropFirst(seen) != other.bits.dropFirst(seen))
  }
}

@Suite struct WeightNormalizationTests {
  @Test(arguments: [(1, 1), (3, 5), (9, 65), (27, 130), (64, 16)])
  func weightNormalizationAndItsDerivatives(rows: Int, channels: Int) {
    var random = SplitMix64(seed: 60)
    expectAgreement([random.tensor([rows, channels], scale: 3), random.tensor([channels])]) {
      $0[0].weightNormalized(gain: $0[1])
    } reference: {
      Reference.weightNormalized($0[0], gain: $0[1])
    }
  }
}
