import Foundation
import Kernels
import Testing

/// The choice is made once in a process, so each of these makes it in a process of its own.
@Suite struct InstructionSetTests {
  @Test func plainIsAlwaysThere() async {
    await #expect(processExitsWith: .success) {
      #expect(chosen(by: "plain") == "plain", "plain was asked for")
    }
  }

  @Test(.enabled(if: hasProcessorFeatures(["avx2", "fma"]))) func avx2WhereAskedFor() async {
    await #expect(processExitsWith: .success) {
      #expect(chosen(by: "avx2") == "avx2", "avx2 was asked for")
    }
  }

  @Test(.enabled(if: hasProcessorFeatures(["avx512f", "avx512dq", "avx512bw", "avx512vl"])))
  func theBestUnasked() async {
    await #expect(processExitsWith: .success) {
      let best = hasProcessorFeatures(["avx512_bf16"]) ? "avx512bf16" : "avx512"
      #expect(chosen(by: nil) == best && chosen(by: "none") == best, "none was asked for")
    }
    await #expect(processExitsWith: .success) {
      #expect(chosen(by: "avx512") == "avx512", "avx512 was asked for")
    }
  }
}

private func chosen(by wish: String?) -> String {
  if let wish { setenv("VQVAE_KERNELS", wish, 1) } else { unsetenv("VQVAE_KERNELS") }
  return String(cString: kernel_instruction_set())
}

private func hasProcessorFeatures(_ names: [String]) -> Bool {
  guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
    let flags = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") })
  else { return false }
  return Set(names).isSubset(of: flags.split(separator: " ").map(String.init))
}
