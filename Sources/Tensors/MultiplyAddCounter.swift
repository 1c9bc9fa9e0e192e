import Synchronization

/// Counts the multiply-adds of convolutions, matrix products and attention, which are nearly all of a
/// model's arithmetic: what a benchmark measures speed by.
public enum MultiplyAddCounter {
  private static let total = Atomic<Int>(0)

  /// All so far, forwards and backwards. Taps outside the image are not computed and not counted.
  public static var count: Int { total.load(ordering: .relaxed) }

  static func add(_ multiplyAdds: Int) {
    total.add(multiplyAdds, ordering: .relaxed)
  }
}
