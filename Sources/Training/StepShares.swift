import Communication
import Images
import Models

extension TrainingSettings {
  /// Images in a part of a step.
  var partSize: Int { batchSize / parts }

  /// The positions, in the order of the data, of the images of a part of a step that are one process's
  /// share. Parts are counted through all steps, from 0.
  func positions(ofPart part: Int, sharedBy communicator: any Communicator) -> Range<Int> {
    let share = communicator.share(of: partSize)
    return part * partSize + share.lowerBound..<part * partSize + share.upperBound
  }

  /// How many held-out images to validate with at a time, where `limit` would do: no more than are
  /// trained on at a time, so that a validation takes no more memory than a step.
  func validationBatch(upTo limit: Int) -> Int { min(limit, partSize, heldOut) }

  /// How many held-out images of a shape to validate with at a time.
  func validationBatch(of shape: ImageShape) -> Int {
    validationBatch(upTo: inferenceBatchSize(of: shape))
  }

  /// Steps between validations, a twentieth of all.
  var validationInterval: Int { max(steps / 20, 1) }
}
