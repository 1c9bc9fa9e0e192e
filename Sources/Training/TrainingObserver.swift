import Artifacts

/// Who follows a training: is told how far it is, and may ask it to stop.
///
/// A training calls its observer from the thread it runs on, one call at a time, and waits for each: a
/// call at every step should return soon.
public protocol TrainingObserver: AnyObject {
  /// The training called `title` begins, or where `isResumed` goes on from a checkpoint, after `step` of
  /// its `steps` steps.
  func begin(_ title: String, after step: Int, of steps: Int, isResumed: Bool)

  /// Step number `step` is done. Its figures are the loss first, then what the model adds, images per
  /// second, and what the latest validation was about.
  func report(step: Int, figures: [Figure])

  /// The model is written after `step` steps, fewer than were planned if more of them stopped being of
  /// use. These are the figures of its validation, and where that was not the last, of which step it is.
  func finish(after step: Int, figures: [Figure])

  /// Something about how the training begins that is worth knowing; one line.
  func note(_ message: String)

  /// Something went wrong that the training knows how to go on after; one line.
  func warn(_ message: String)

  /// Asks the training to stop after this step, with its state in a checkpoint: any number but 0, which
  /// the training hands back. Nil lets it go on.
  var interruption: Int32? { get }
}

/// Follows a training in silence and never stops it.
public final class SilentObserver: TrainingObserver {
  /// An observer that does nothing.
  public init() {}

  /// Does nothing.
  public func begin(_ title: String, after step: Int, of steps: Int, isResumed: Bool) {}
  /// Does nothing.
  public func report(step: Int, figures: [Figure]) {}
  /// Does nothing.
  public func finish(after step: Int, figures: [Figure]) {}
  /// Does nothing.
  public func note(_ message: String) {}
  /// Does nothing.
  public func warn(_ message: String) {}
  /// Nil.
  public var interruption: Int32? { nil }
}
