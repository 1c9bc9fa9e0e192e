import Evaluation
import Foundation
import Images
import Testing

@Suite struct PixelDistributionTests {
  private func pixel(_ value: Int) -> Image {
    Image(
      shape: ImageShape(size: ImageSize(square: 1), channels: 1), bytes: [UInt8(value)])
  }

  @Test(arguments: [0, 1, 100, 254, 255], [0, 3.5, 60])
  func probabilitiesAddUpToOne(mean: Int, error: Double) {
    let distribution = PixelDistribution(absoluteError: error)
    let bits = (0..<256).map { distribution.bits(of: pixel($0), around: pixel(mean)) }
    let sum = bits.reduce(0) { $0 + exp2(-$1) }
    #expect(abs(sum - 1) < 1e-12)
  }

  @Test func probabilitiesAreThoseOfTheLogisticDistribution() {
    let distribution = PixelDistribution(absoluteError: 6 * log(2))
    #expect(abs(distribution.scale - 3) < 1e-12)
    // F(10.5 / 3) − F(9.5 / 3), computed with numpy.
    #expect(abs(distribution.bits(of: pixel(110), around: pixel(100)) - 6.489_748_2) < 1e-6)
    #expect(abs(distribution.bits(of: pixel(90), around: pixel(100)) - 6.489_748_2) < 1e-6)
  }
}
