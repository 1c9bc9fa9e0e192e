import Foundation
import Tensors
import Testing

@Suite struct RotationTrickTests {
  /// Against finite differences of x ↦ (‖q‖/‖z‖) R x, in which R is the constant matrix of the paper.
  @Test(arguments: [2, 3, 17]) func theGradientIsThatOfTheLinearMap(channels: Int) throws {
    var random = SplitMix64(seed: 60)
    let (z, q) = (random.tensor([6, channels]), random.tensor([6, channels], scale: 3))
    let seed = random.tensor([6, channels])
    let gradient = try #require(backward(from: z, to: q, seed: seed))
    for row in 0..<6 {
      let map = rotation(from: z.row(row), to: q.row(row))
      // It takes z to q, and turns what it stretches.
      for (image, expected) in zip(apply(map, z.row(row)), q.row(row)) {
        #expect(abs(image - expected) < 1e-9)
      }
      let size = norm(q.row(row)) / norm(z.row(row))
      let other = random.tensor([channels]).elements
      #expect(abs(norm(apply(map, other)) - size * norm(other)) < 1e-9)
      for channel in 0..<channels {
        func projection(_ step: Double) -> Double {
          var moved = z.row(row)
          moved[channel] += step
          return zip(apply(map, moved), seed.row(row)).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let slope = (projection(1e-4) - projection(-1e-4)) / 2e-4
        let found = Double(gradient.buffer[row * channels + channel])
        #expect(abs(found - slope) < 1e-5 * size * norm(seed.row(row)))
      }
    }
  }

  @Test func theValuesAreThoseOfTheCodes() {
    var random = SplitMix64(seed: 61)
    let (z, q) = (random.tensor([4, 5]).tensor, random.tensor([4, 5]).tensor)
    #expect(z.rotated(to: q).bits == q.bits)
  }

  /// Where there is no angle between the two, or no direction at all.
  @Test func degenerateRows() throws {
    let z = DoubleTensor([1, 2, 0, 0, 1, 2, 3, -1], shape: [4, 2])
    let q = DoubleTensor([2, 4, 1, 1, 0, 0, -3, 1], shape: [4, 2])
    let seed = DoubleTensor([5, 7, 5, 7, 5, 7, 3, -1], shape: [4, 2])
    let gradient = try #require(backward(from: z, to: q, seed: seed))
    let expected: [Float] = [10, 14, 5, 7, 5, 7, -3, 1]
    for (found, expected) in zip(gradient.elements, expected) {
      #expect(abs(found - expected) < 1e-4)
    }
  }

  private func backward(from z: DoubleTensor, to q: DoubleTensor, seed: DoubleTensor) -> Tensor? {
    let tape = Tape()
    let watched = tape.watch(z.tensor)
    return tape.backward(
      from: watched.rotated(to: q.tensor), seed: seed.tensor, gradientsOf: [watched])[0]
  }

  /// The rows of (‖q‖/‖z‖) R.
  private func rotation(from z: [Double], to q: [Double]) -> [[Double]] {
    let (zHat, qHat) = (z.map { $0 / norm(z) }, q.map { $0 / norm(q) })
    let sum = zip(zHat, qHat).map(+)
    let r = sum.map { $0 / norm(sum) }
    return z.indices.map { i in
      z.indices.map { j in
        norm(q) / norm(z) * ((i == j ? 1 : 0) - 2 * r[i] * r[j] + 2 * qHat[i] * zHat[j])
      }
    }
  }

  private func apply(_ map: [[Double]], _ x: [Double]) -> [Double] {
    map.map { zip($0, x).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  private func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

extension DoubleTensor {
  fileprivate func row(_ index: Int) -> [Double] {
    Array(elements[index * channels..<(index + 1) * channels])
  }
}
