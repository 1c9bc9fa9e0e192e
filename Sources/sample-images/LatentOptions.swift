import ArgumentParser
import Artifacts
import CommandLineTools
import Generation
import Images
import Models

/// The flags that ask for pictures at chosen places of a VAE's latents instead of at random.
struct LatentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Of a VAE: --count pictures in a row from one image to another, on the line between their latents. \
      (default: drawn at random)
      """, valueName: "path,path"))
  var between: ImagePair?

  @Flag(
    help: """
      Of a VAE: --count rows of as many pictures, over the quantiles of the two latents that change \
      pictures most.
      """)
  var plane = false

  func validate() throws {
    if between != nil && plane {
      throw ValidationError("--between and --plane exclude each other.")
    }
  }

  /// The pictures that were asked for, in `count` columns; nil if none were.
  ///
  /// Throws an `ImageError` naming an image that cannot be read, a `ValidationError` if there are too few
  /// pictures or too many.
  func grid(of model: LoadedVAE, count: Int) throws -> LatentGrid? {
    if let between {
      if count < 2 { throw ValidationError("--between needs a --count of 2 at least.") }
      let shape = model.imageShape
      let images = try [between.first, between.last].map {
        try Image(contentsOf: $0, color: shape.color).resized(toFill: shape.size)
      }
      return LatentGrid(model, between: images[0], and: images[1], count: count)
    }
    guard plane else { return nil }
    if count > 100 { throw ValidationError("--plane takes a --count of at most 100.") }
    return LatentGrid(model, planeOfSide: count)
  }

  /// Throws a `FileError` if such pictures are asked for of codes, in the folder at `path`.
  func refuseForCodes(at path: String) throws {
    guard between != nil || plane else { return }
    throw FileError(
      path,
      "holds a VQ-VAE, whose codes are names, not quantities: there is nothing between two of them",
      remedy: "pass a VAE, which train-vqvae --bottleneck gaussian makes")
  }
}

/// Two images by their paths.
struct ImagePair: ExpressibleByArgument {
  let first: String
  let last: String

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts.contains("") else { return nil }
    (first, last) = (parts[0], parts[1])
  }
}

extension SampleImages {
  /// Writes the pictures of a grid, by number and on a sheet of its columns.
  func write(_ grid: LatentGrid) throws {
    let folder = try OutputFolder(
      path: output, for: ["images", "old-images", "contact-sheet.png", Self.record])
    defer { folder.release() }
    let progress = ProgressReporter("writing", total: grid.count, unit: "image")
    var images: [Image] = []
    try folder.replaceFolder("images") { staging in
      var files = try NumberedPNGs(in: staging, classNames: [])
      for start in stride(from: 0, to: grid.count, by: 64) {
        for image in grid.images(at: start..<min(start + 64, grid.count)) {
          try files.write(image, label: nil)
          images.append(image)
        }
        progress.report(images.count)
        try Interruption.throwIfRequested()
      }
    }
    var sheet = ContactSheet(columns: grid.columns, zoom: max(1, 56 / images[0].width))
    sheet.addGroup(images)
    try sheet.write(to: folder("contact-sheet.png"))
    // What an earlier sampling has left says nothing of these.
    try AtomicFile.remove(folder(Self.record))
    print("\(output) has \(grid.count) pictures")
  }
}
