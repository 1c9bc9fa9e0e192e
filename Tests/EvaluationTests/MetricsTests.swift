import Evaluation
import Images
import Tensors
import Testing

@Suite struct MetricsTests {
  private let reference: ReferenceValues
  private let real: Tensor
  private let samples: Tensor
  private let levels: [Int]

  init() throws {
    reference = try ReferenceValues()
    real = try reference.features("reference")
    samples = try reference.features("samples")
    levels = try reference.file.readInt32("levels").map(Int.init)
  }

  private func members(of set: Int) -> Tensor {
    samples.rows(levels.indices.filter { levels[$0] > set })
  }

  @Test(arguments: 0..<4) func figuresOfOneSetAreThoseOfSciPy(set: Int) throws {
    let expected = reference.expected.sets[set]
    let figures = ManifoldFigures(of: members(of: set), among: real)
    #expect(abs(try #require(figures.precision) - expected.precision) < 1e-6)
    #expect(abs(try #require(figures.recall) - expected.recall) < 1e-6)
    #expect(abs(try #require(figures.density) - expected.density) < 1e-6)
    #expect(abs(try #require(figures.coverage) - expected.coverage) < 1e-6)
    let distance = try #require(FrechetDistance(from: FeatureMoments(of: real)))
    let frechet = try #require(distance(to: FeatureMoments(of: members(of: set))))
    #expect(abs(frechet - expected.frechet) < 1e-6)
  }

  @Test func nestedSetsHaveTheFiguresTheyHaveAlone() {
    let nested = nestedManifoldFigures(
      samples: samples, levels: levels, setCount: 4, reference: real, neighbors: .standard)
    #expect(nested == (0..<4).map { ManifoldFigures(of: members(of: $0), among: real) })
  }

  @Test func identicalSetsCoverEachOtherWholly() throws {
    let figures = ManifoldFigures(of: real, among: real)
    #expect(figures.precision == 1 && figures.recall == 1 && figures.coverage == 1)
    // Each ball of 5 neighbours holds them and its own centre.
    #expect(abs(try #require(figures.density) - 6.0 / 5) < 1e-12)
    let moments = FeatureMoments(of: real)
    #expect(try #require(FrechetDistance(from: moments)?(to: moments)) < 1e-9)
  }

  @Test func coincidingPointsAreInsideBallsWithoutExtent() {
    let one = real.rows(Array(repeating: 7, count: 20))
    let figures = ManifoldFigures(of: one, among: one)
    #expect(figures.precision == 1 && figures.recall == 1 && figures.coverage == 1)
    #expect(figures.density == 4)
    let other = samples.rows(Array(repeating: 7, count: 20))
    let apart = ManifoldFigures(of: other, among: one)
    #expect(apart.precision == 0 && apart.recall == 0 && apart.coverage == 0)
    #expect(apart.density == 0)
  }

  @Test(arguments: 0...6) func fewerSamplesThanNeighborsHaveNoFigures(count: Int) {
    let few = ManifoldFigures(of: samples.rows(Array(0..<count)), among: real)
    #expect((few.precision == nil) == (count <= 3) && (few.recall == nil) == (count <= 3))
    #expect((few.density == nil) == (count <= 5) && (few.coverage == nil) == (count <= 5))
    let fewReal = ManifoldFigures(of: samples, among: real.rows(Array(0..<count)))
    #expect((fewReal.precision == nil) == (count <= 3) && (fewReal.density == nil) == (count <= 5))
    #expect((fewReal.coverage == nil) == (count <= 5))
  }

  @Test func noMoreImagesThanFeaturesHaveNoFrechetDistance() throws {
    let distance = try #require(FrechetDistance(from: FeatureMoments(of: real)))
    #expect(distance(to: FeatureMoments(of: samples.rows(Array(0..<16)))) == nil)
    #expect(distance(to: FeatureMoments(of: samples.rows(Array(0..<17)))) != nil)
    #expect(FrechetDistance(from: FeatureMoments(of: samples.rows(Array(0..<16)))) == nil)
    #expect(FrechetDistance(from: FeatureMoments(dimension: 16)) == nil)
  }

  @Test(arguments: ["grey", "small", "color"])
  func imageQualityIsThatOfSciPy(name: String) throws {
    let extents = try #require(reference.file.description(of: "\(name).copy")).shape
    let shape = ImageShape(
      size: ImageSize(height: extents[0], width: extents[1]), channels: extents[2])
    func image(_ tensor: String) throws -> Image {
      Image(shape: shape, bytes: try reference.file.readUInt16(tensor).map { UInt8($0) })
    }
    let original = try image("\(name).original")
    let quality = ImageQuality(of: try image("\(name).copy"), to: original)
    let expected = try #require(reference.expected.images[name])
    #expect(abs(quality.squaredError - expected.squaredError) < 1e-9)
    #expect(abs(quality.structuralSimilarity - expected.structuralSimilarity) < 1e-9)
    let perfect = ImageQuality(of: original, to: original)
    #expect(perfect.squaredError == 0 && abs(perfect.structuralSimilarity - 1) < 1e-12)
  }

  @Test func peakSignalToNoiseRatio() {
    #expect(
      ImageQuality.peakSignalToNoiseRatio(squaredError: 0.001).map { abs($0 - 30) < 1e-9 }
        == true)
    #expect(ImageQuality.peakSignalToNoiseRatio(squaredError: 0) == nil)
  }
}
