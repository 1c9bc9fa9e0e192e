import ArgumentParser
import Generation

/// The codes that another program drew, if it did.
struct GivenCodesOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Draw nothing: take the candidates whose codes and labels are in this file of codes. (default: draw them)
      """, valueName: "path"))
  var codes: String?

  @Flag(help: "Also take --codes that do not say which VQ-VAE they are of.")
  var anyModel = false

  func validate() throws {
    if anyModel && codes == nil { throw ValidationError("--any-model needs --codes.") }
  }

  /// The codes; nil if the candidates are to be drawn.
  var given: GivenCodes? { codes.map { GivenCodes(path: $0, toleratesNoSource: anyModel) } }
}
