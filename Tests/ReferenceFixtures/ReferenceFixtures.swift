import Foundation

/// The path of a file of tensors made with the public PyTorch reference, or with PyTorch from the same
/// formulas, in double precision and without dropout: the `state_dict` called `name`, or what it is
/// expected to give.
///
/// - `*-small`, `*-small-expected`: by the reference itself; of its priors' gradients, those of biases
///   and gains.
/// - the others: configurations of the same family, with the gradients of every parameter.
public func referenceFixture(_ name: String) -> String {
  Bundle.module.bundleURL
    .appendingPathComponent("Fixtures/\(name).safetensors").path
}
