import Artifacts

extension CodeFile {
  /// Checks that there are codes, and that a VQ-VAE can decode them: they were made from it, and have its
  /// levels and images.
  ///
  /// - Parameter toleratesNoSource: whether codes are taken that do not say which VQ-VAE they are of.
  /// - Throws: a `FileError` naming both files if not.
  public func check(areOf vqvae: LoadedVQVAE, toleratesNoSource: Bool) throws {
    let role = ArtifactKind.vqvae.rawValue
    if sources[role] != nil {
      try checkSource(role, is: vqvae.file)
    } else if !toleratesNoSource {
      throw FileError(
        path, "does not say which VQ-VAE its codes are of",
        remedy: "pass --any-model if they are of \(vqvae.file.path)")
    }
    let remedy = "pass codes of that model"
    guard levels == vqvae.levels else {
      let (own, others) = (described(levels), described(vqvae.levels))
      throw FileError(path, "has \(own), and \(vqvae.file.path) has \(others)", remedy: remedy)
    }
    guard layout.imageShape == vqvae.imageShape.dimensions else {
      throw FileError(
        path, "has codes of images of another size or colour than \(vqvae.file.path) decodes to",
        remedy: remedy)
    }
    guard count > 0 else {
      throw FileError(path, "has no codes", remedy: "extract the codes of some images")
    }
  }
}

/// "'top' of 4×4 codes of 16, 'bottom' of 8×8 codes of 16".
private func described(_ levels: [CodeLevel]) -> String {
  levels.map { "\(quoted($0.name)) of \($0.width)×\($0.height) codes of \($0.codebookSize)" }
    .joined(separator: ", ")
}
