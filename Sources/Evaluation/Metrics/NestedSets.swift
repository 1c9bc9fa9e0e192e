/// Sets of samples of which each contains the next.
struct NestedSets {
  /// Of each sample, how many of the sets it is in: those before this number.
  let levels: [Int]
  /// How many sets there are, 1 to 64.
  let count: Int

  init(levels: [Int], count: Int) {
    precondition((1...64).contains(count), "1 to 64 sets, not \(count)")
    self.levels = levels
    self.count = count
  }
}
