import Foundation
import Images
import Models
import Tensors

/// Pictures at places of a VAE's latents that lie in rows: between two images, or all over a plane.
public struct LatentGrid {
  /// How many pictures there are in a row.
  public let columns: Int
  /// How many pictures there are.
  public var count: Int { latents.rows }
  private let model: LoadedVAE
  /// Of each picture: [pictures, latents].
  private let latents: Tensor

  /// A row of `count` pictures, at least two, from one image of the model's shape to another, at equal
  /// distances on the line between the means of their latents.
  public init(_ model: LoadedVAE, between first: Image, and last: Image, count: Int) {
    precondition(count >= 2, "two ends are two pictures")
    let ends = [first, last].map { image in
      model.model.infer(Tensor(imageBytes: image.bytes, shape: image.shape)).latents.elements
    }
    let places = (0..<count).flatMap { number in
      let share = Float(number) / Float(count - 1)
      return zip(ends[0], ends[1]).map { (1 - share) * $0 + share * $1 }
    }
    self.init(model, Tensor(places, shape: [count, ends[0].count]), columns: count)
  }

  /// `side` rows of as many pictures over the plane of the two latents that change pictures most, all
  /// others at zero. From the left and from the top they are at the quantiles ½/side, 1½/side, … of the
  /// prior, so that each picture stands for an equal share of it (arXiv 1312.6114, appendix A).
  public init(_ model: LoadedVAE, planeOfSide side: Int) {
    let width = model.model.configuration.levels.reduce(0, +)
    let axes = Self.mostVisibleLatents(of: model, among: width)
    let quantiles = (0..<side).map { normalQuantile((Double($0) + 0.5) / Double(side)) }
    var places = [Float](repeating: 0, count: side * side * width)
    for row in 0..<side {
      for column in 0..<side {
        let start = (row * side + column) * width
        places[start + axes[0]] = Float(quantiles[column])
        if axes.count > 1 { places[start + axes[1]] = Float(quantiles[row]) }
      }
    }
    self.init(model, Tensor(places, shape: [side * side, width]), columns: side)
  }

  private init(_ model: LoadedVAE, _ latents: Tensor, columns: Int) {
    self.model = model
    self.latents = latents
    self.columns = columns
  }

  /// The pictures of some places, counted along the rows.
  public func images(at places: Range<Int>) -> [Image] {
    let width = latents.channels
    let rows = latents.buffer[places.lowerBound * width..<places.upperBound * width]
    return model.model.decode(Tensor(Array(rows), shape: [places.count, width])).images()
  }

  /// The one or two latents between whose deciles, all others at zero, pictures differ most.
  private static func mostVisibleLatents(of model: LoadedVAE, among count: Int) -> [Int] {
    let decile = Float(normalQuantile(0.9))
    let changes = (0..<count).map { latent in
      let ends = [-decile, decile].map { value in
        var place = [Float](repeating: 0, count: count)
        place[latent] = value
        return model.model.decode(Tensor(place, shape: [1, count]))
      }
      return ends[0].meanSquaredError(to: ends[1]).scalar
    }
    return Array(changes.indices.sorted { (changes[$1], $0) < (changes[$0], $1) }.prefix(2))
  }
}

/// The number below which a draw from N(0, 1) lies with the given probability, between 0 and 1.
private func normalQuantile(_ probability: Double) -> Double {
  var (low, high) = (-9.0, 9.0)
  for _ in 0..<60 {
    let middle = (low + high) / 2
    if erfc(-middle / 2.0.squareRoot()) / 2 < probability { low = middle } else { high = middle }
  }
  return (low + high) / 2
}
