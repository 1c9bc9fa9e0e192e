/// From how many pixels a sum over a batch is divided: the parts are then large enough that adding them
/// up costs next to nothing.
let pixelsToDivide = 1024

/// The sum over a range of what `term` computes for parts of it: that over the first half plus that over
/// the second, each likewise, down to ranges of fewer than `limit`.
///
/// Two processes that share a batch evenly have a half each, and what they add up is what one alone has,
/// bit for bit. That matters where the last bit decides: which code is nearest to a vector.
func pairwiseSum<Sum>(
  over range: Range<Int>, dividingFrom limit: Int, term: (Range<Int>) -> Sum,
  add: (inout Sum, Sum) -> Void
) -> Sum {
  guard range.count >= max(limit, 2) else { return term(range) }
  let middle = range.lowerBound + range.count / 2
  var sum = pairwiseSum(
    over: range.lowerBound..<middle, dividingFrom: limit, term: term, add: add)
  add(
    &sum,
    pairwiseSum(over: middle..<range.upperBound, dividingFrom: limit, term: term, add: add))
  return sum
}
