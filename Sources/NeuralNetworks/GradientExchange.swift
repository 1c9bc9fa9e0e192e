import Communication
import Foundation
import Tensors

/// Adds up the gradients of all processes while the backward pass is still computing the rest.
///
/// Gradients are put into buckets in the order in which they become final, which is the same on every
/// process; a thread of its own sends the full ones, one after the other.
public final class GradientExchange {
  /// The bytes of a full bucket, of which each has its price in messages: a few MiB.
  public static let bucketBytes = 4 << 20

  private let communicator: any Communicator
  private let line = BucketLine()
  private var open: [Parameter] = []
  private var openBytes = 0
  private var sent: [Bucket] = []

  /// An exchange between the processes of `communicator`, which no other thread may use before
  /// `finish` returns.
  public init(over communicator: any Communicator) {
    self.communicator = communicator
    guard communicator.count > 1 else { return }
    startThread { [line] in
      while let bucket = line.next() { bucket.sum(over: communicator) }
    }
  }

  deinit {
    line.close()
  }

  /// Takes charge of a parameter's gradient, if it has one: it is nil until `finish` returns.
  public func add(_ parameter: Parameter) {
    // What is alone has its sums already.
    guard communicator.count > 1, let gradient = parameter.gradient else { return }
    open.append(parameter)
    openBytes += gradient.count * MemoryLayout<Float>.stride
    if openBytes >= Self.bucketBytes { send() }
  }

  /// Waits until the gradients that were added are the sums over all processes.
  ///
  /// - Returns: in how many buckets they were.
  @discardableResult
  public func finish() -> Int {
    if !open.isEmpty { send() }
    defer { sent = [] }
    for bucket in sent { bucket.unpack() }
    return sent.count
  }

  private func send() {
    let bucket = Bucket(open)
    sent.append(bucket)
    line.append(bucket)
    open = []
    openBytes = 0
  }
}

/// Gradients that travel together.
private final class Bucket: @unchecked Sendable {
  private let parameters: [Parameter]
  private let shapes: [[Int]]
  private let isDone = NSCondition()
  // From packing to `isSummed` they belong to the thread that sends them.
  private var values: Tensor
  private var isSummed = false

  /// Takes the gradients of `parameters` from them.
  init(_ parameters: [Parameter]) {
    let gradients = parameters.compactMap { parameter in
      defer { parameter.gradient = nil }
      return parameter.gradient
    }
    self.parameters = parameters
    shapes = gradients.map(\.shape)
    if gradients.count == 1 {
      // Large ones are not copied.
      values = gradients[0]
      return
    }
    values = Tensor(uninitialized: [gradients.reduce(0) { $0 + $1.count }])
    values.withMutableElements { elements in
      var rest = elements[...]
      for gradient in gradients {
        _ = UnsafeMutableBufferPointer(rebasing: rest).update(fromContentsOf: gradient.buffer)
        rest = rest.dropFirst(gradient.count)
      }
    }
  }

  func sum(over communicator: any Communicator) {
    values.withMutableElements { communicator.sum($0) }
    isDone.withLock {
      isSummed = true
      isDone.signal()
    }
  }

  /// Gives the parameters their gradients back once they are summed.
  func unpack() {
    isDone.withLock {
      while !isSummed { isDone.wait() }
    }
    guard shapes.count > 1 else {
      parameters[0].gradient = values
      return
    }
    var rest = values.buffer[...]
    for (parameter, shape) in zip(parameters, shapes) {
      var gradient = Tensor(uninitialized: shape)
      gradient.withMutableElements {
        _ = $0.update(fromContentsOf: UnsafeBufferPointer(rebasing: rest.prefix($0.count)))
      }
      rest = rest.dropFirst(gradient.count)
      parameter.gradient = gradient
    }
  }
}

/// Buckets on their way from the backward pass to the thread that sends them.
private final class BucketLine: @unchecked Sendable {
  // The condition guards what is below it.
  private let condition = NSCondition()
  private var buckets: [Bucket] = []
  private var isClosed = false

  func append(_ bucket: Bucket) {
    condition.withLock {
      buckets.append(bucket)
      condition.signal()
    }
  }

  /// The next bucket, once there is one; nil after the last.
  func next() -> Bucket? {
    condition.withLock {
      while buckets.isEmpty && !isClosed { condition.wait() }
      return buckets.isEmpty ? nil : buckets.removeFirst()
    }
  }

  func close() {
    condition.withLock {
      isClosed = true
      condition.signal()
    }
  }
}
