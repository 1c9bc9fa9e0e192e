import Foundation

/// The path of a file of tensors made with the public PyTorch reference, or with PyTorch from the same
/// formulas: the `state_dict` called `name`, or what it is expected to give.
///
/// - `*-small`, `*-small-expected`: by the reference itself. Its priors' logits, losses and gradients
///   were taken with dropout, so tests compare with `*-small-evaluation`, in double precision without.
/// - the others: configurations of the same family, in double precision, with the expected gradients
///   of every parameter.
public func referenceFixture(_ name: String) -> String {
  Bundle.module.bundleURL
    .appendingPathComponent("Fixtures/\(name).safetensors").path
}
