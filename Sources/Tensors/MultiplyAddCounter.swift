import Synchronization

/// Counts the multiply-adds of convolutions, matrix products and attention, which are nearly all of a
/// model's arithmetic: what a benchmark measures speed by.
public enum MultiplyAddCounter {
  private static let total = Atomic<Int>(0)

  /// All so far, forwards and backwards. Taps outside the image are not counted. Convolutions count as in
  /// the direct form, also where minimal filtering computes them with fewer.
  public static var count: Int { total.load(ordering: .relaxed) }

  static func add(_ multiplyAdds: Int) {
    total.add(multiplyAdds, ordering: .relaxed)
  }
}
