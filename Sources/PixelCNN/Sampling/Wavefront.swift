/// Positions of a map that are drawn together: none of them reads what another of them draws.
///
/// The causal convolutions see of each row above ⌊kernel/2⌋ columns more than of the row below it. So a row
/// may follow the one above it at a distance of as many columns and one, and a map takes about
/// width + distance · height steps. Attention sees all positions before one, which leaves raster order.
struct Wavefront {
  /// From the upper right to the lower left, each row · width + column.
  let positions: [Int]

  /// The positions of a whole map of `configuration`, in the order in which they can be drawn.
  static func all(of configuration: PriorConfiguration) -> [Wavefront] {
    let (height, width) = (configuration.level.height, configuration.level.width)
    let distance =
      configuration.attentionHeads > 0 ? width : min(configuration.kernel / 2 + 1, width)
    return (0..<width + distance * (height - 1)).map { step in
      let rows = (0..<height).filter { (0..<width).contains(step - distance * $0) }
      return Wavefront(positions: rows.map { $0 * width + step - distance * $0 })
    }
  }
}
