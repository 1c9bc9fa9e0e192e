import Foundation

/// A form that kernels read the weights of a convolution in.
enum WeightForm: Hashable {
  case packed, packedTransposed
  case filtering, filteringTransposed
  case phases
}

/// The forms that some weights have been brought into, each for a convolution. They are kept as long as the
/// weights, so that a model that only infers makes them once, and forgotten when the weights change.
struct PreparedWeights {
  fileprivate struct Key: Hashable {
    var form: WeightForm
    var geometry: ConvolutionGeometry
  }

  /// Models are shared by threads.
  fileprivate static let lock = NSLock()
  fileprivate var forms: [Key: Any] = [:]
}

extension Tensor {
  /// These weights in a form that kernels read, made by `make` unless they are there. They are kept only where
  /// `isKept`: in training each is used once before the weights change.
  func prepared<Form>(
    _ form: WeightForm, for geometry: ConvolutionGeometry, isKept: Bool, _ make: () -> Form
  ) -> Form {
    guard isKept else { return make() }
    let key = PreparedWeights.Key(form: form, geometry: geometry)
    let kept = PreparedWeights.lock.withLock { storage.prepared.forms[key] }
    if let kept, let form = kept as? Form { return form }
    let made = make()
    PreparedWeights.lock.withLock { storage.prepared.forms[key] = made }
    return made
  }
}
