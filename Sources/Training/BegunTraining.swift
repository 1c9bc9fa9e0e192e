import Artifacts
import Foundation
import Models

extension TrainingRun {
  /// How many steps the training has that an earlier process began or finished at `output`, so that one
  /// whose steps are chosen by the time they take goes on with those chosen first; nil if there is none.
  ///
  /// Throws a `FileError` if nothing can be written there, or what is there cannot be used.
  public static func steps(
    begunAt output: String, kind: ArtifactKind, observer: any TrainingObserver = SilentObserver()
  ) throws -> Int? {
    try AtomicFile.checkWritable(output)
    let steps =
      FileManager.default.fileExists(atPath: output)
      ? try ArtifactFile(path: output, kind: kind).configuration(
        as: TrainedConfiguration<Model>.self
      ).training.steps
      : try TrainingCheckpoints<Model>.steps(besides: output, observer: observer)
    return steps.flatMap { $0 >= 1 ? $0 : nil }
  }
}
