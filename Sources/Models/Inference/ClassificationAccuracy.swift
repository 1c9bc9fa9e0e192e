import Classifiers
import Communication
import Images
import Tensors

/// The fraction of a dataset's images whose label is the classifier's likeliest class, 0 to 1.
///
/// `batchSize` images are taken at a time, which changes no result; see `inferenceBatchSize`. Several
/// processes may share the work: all get the result.
/// Throws what the dataset throws.
public func accuracy(
  of classifier: Classifier, on dataset: any ImageDataset, batchSize: Int? = nil,
  sharedBy communicator: any Communicator = SoleProcess()
) throws -> Double {
  var correct = 0
  try forEachBatch(of: dataset, size: batchSize, sharedBy: communicator) { batch in
    let predicted = classifier.probabilities(of: batch.tensor(of: dataset.shape))
      .indicesOfLargest()
    correct += zip(predicted, batch.labels).count { $0 == $1 }
  }
  return communicator.sums(of: [Double(correct)])[0] / Double(max(dataset.count, 1))
}
