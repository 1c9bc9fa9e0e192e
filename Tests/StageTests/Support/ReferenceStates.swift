import Foundation
import ReferenceFixtures

extension TemporaryFolder {
  /// Writes the reference's small VQ-VAE with the first `codes` entries of its codebooks only, as
  /// `vqvae-state.safetensors`: for images of 64×64 it has the codes that the small priors model.
  func writeReferenceVQVAE(codes: Int) throws {
    var state = try StateFile("vqvae-small")
    for (name, tensor) in state.tensors
    where name.hasPrefix("quantize_") && tensor.shape.last == 32 {
      let rows = stride(from: 0, to: tensor.elements.count, by: 32)
      state.tensors[name]?.elements = rows.flatMap { tensor.elements[$0..<$0 + codes] }
      state.tensors[name]?.shape[tensor.shape.count - 1] = codes
    }
    try write(state.encoded(), to: "vqvae-state.safetensors")
  }
}
