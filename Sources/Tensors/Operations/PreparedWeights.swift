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
  private struct Key: Hashable {
    var form: WeightForm
    var geometry: ConvolutionGeometry
  }

  /// Models are shared by threads.
  private static let lock = NSLock()
  private var forms: [Key: Any] = [:]

  /// What `make` made of the weights in `storage` for this form, now or when it was first asked for.
  fileprivate static func form<Form>(
    _ form: WeightForm, of storage: Storage, for geometry: ConvolutionGeometry, _ make: () -> Form
  ) -> Form {
    let key = Key(form: form, geometry: geometry)
    if let kept = lock.withLock({ storage.prepared.forms[key] }), let form = kept as? Form {
      return form
    }
    let made = make()
    lock.withLock { storage.prepared.forms[key] = made }
    return made
  }
}

extension Tensor {
  /// These weights in a form that kernels read, made by `make` unless they are there. They are kept only where
  /// `isKept`: in training each is used once before the weights change.
  func prepared<Form>(
    _ form: WeightForm, for geometry: ConvolutionGeometry, isKept: Bool, _ make: () -> Form
  ) -> Form {
    isKept ? PreparedWeights.form(form, of: storage, for: geometry, make) : make()
  }
}
