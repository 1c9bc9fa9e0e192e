/// The processes that compute one thing together, as one of them sees them.
///
/// All of them call the same functions in the same order, each with its own part of the data, and get
/// the same results, bit for bit. A batch is shared evenly: process r of n has the r-th of n equal
/// pieces, in order. One of them, the lead, is the one that writes files and speaks to the user.
public protocol Communicator: AnyObject, Sendable {
  /// The number of this process, from 0.
  var rank: Int { get }
  /// How many there are.
  var count: Int { get }

  /// Replaces each element by its sum over all processes.
  func sum(_ elements: UnsafeMutableBufferPointer<Float>)

  /// Replaces each element by its sum over all processes.
  func sum(_ elements: UnsafeMutableBufferPointer<Double>)

  /// Replaces `bytes`, as many on every process, by those of the lead.
  func copyFromLead(_ bytes: UnsafeMutableRawBufferPointer)

  /// Waits until all have come to their end; none communicates afterwards. Does nothing the second time.
  func leave()

  /// Ends all processes at once, with the exit code `code`; does nothing for one that is alone or
  /// that has left.
  func endAll(code: Int32)
}

extension Communicator {
  /// Whether this process writes the files and speaks to the user.
  public var isLead: Bool { rank == 0 }

  /// This process's share of `count` things that come in pieces of `size`, of which only the last may
  /// be smaller: a range of whole pieces, about as many as any other's and perhaps none.
  public func share(of count: Int, inPiecesOf size: Int = 1) -> Range<Int> {
    let pieces = (count + size - 1) / size
    let lower = (pieces * rank + self.count - 1) / self.count * size
    let upper = (pieces * (rank + 1) + self.count - 1) / self.count * size
    return min(lower, count)..<min(upper, count)
  }

  /// The sums over all processes of each of `values`, as many on every process.
  public func sums(of values: [Double]) -> [Double] {
    var sums = values
    sums.withUnsafeMutableBufferPointer { sum($0) }
    return sums
  }

  /// The mean over all processes of a number each has one of.
  public func mean(of value: Double) -> Double { sums(of: [value])[0] / Double(count) }

  /// The number each process has, by rank.
  public func all(_ value: Double) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    values[rank] = value
    return sums(of: values)
  }
}
