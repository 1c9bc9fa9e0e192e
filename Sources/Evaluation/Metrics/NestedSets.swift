/// Sets of samples of which each contains the next: what the settings of one dial keep, from the laxest
/// to the strictest, so that one pass over the samples measures them all.
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
