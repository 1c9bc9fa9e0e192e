import BuildCommit
import Kernels
import Tensors

/// What `--version` prints: the version, the commit, the optional parts that were built, the kernels that
/// run on this processor and the numbers they compute with.
public let buildDescription = """
  vqvae2 1.0.0, commit \(buildCommit())
  traits: \(traits.isEmpty ? "none" : traits.joined(separator: ", "))
  kernels: \(String(cString: kernel_instruction_set()))
  arithmetic: float32, bfloat16\(Arithmetic.bfloat16.isNative ? "" : " (emulated)")
  """

private let traits = {
  var traits: [String] = []
  #if Archives
    traits.append("Archives")
  #endif
  #if JPEG
    traits.append("JPEG")
  #endif
  #if MPI
    traits.append("MPI")
  #endif
  #if WebP
    traits.append("WebP")
  #endif
  return traits
}()
