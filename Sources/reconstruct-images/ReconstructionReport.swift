import Artifacts
import CommandLineTools
import Evaluation
import Images

/// Puts pictures and what became of them where people look: PNGs, a sheet, a table of figures.
struct ReconstructionReport {
  /// Where everything goes; nobody else writes there until it is released.
  let folder: OutputFolder
  private let dataset: any ImageDataset
  private var sheet: ReconstructionSheet
  private var figures = MeanFigures()

  /// A report of the pictures of a data set in the folder at `path`, which is created if need be.
  ///
  /// Throws a `FileError` if it cannot be, another process is writing it, or a class has a name no visible
  /// folder can have.
  init(of dataset: any ImageDataset, to path: String, showsErrors: Bool) throws {
    try OutputFolder.checkSubfolders(
      dataset.classNames, of: path, remedy: "use images whose classes have the names of folders")
    folder = try OutputFolder(
      path: path, for: ["images", "old-images", "contact-sheet.png", "figures.csv"])
    self.dataset = dataset
    sheet = ReconstructionSheet(of: dataset, showsErrors: showsErrors)
  }

  /// Writes what `reconstruct` adds, the pictures in their order; adding one returns how many there are.
  /// What was there makes way only when all is there.
  ///
  /// Throws a `FileError` or `ImageError` if something cannot be written, and what `reconstruct` throws.
  mutating func write(
    _ reconstruct: ((ReconstructedPicture) throws -> Int) throws -> Void
  ) throws {
    let table = try FigureTable(path: folder("figures.csv"))
    var done = 0
    var (sheet, figures) = (sheet, figures)
    try folder.replaceFolder("images") { staging in
      var files = try NumberedPNGs(in: staging, classNames: dataset.classNames)
      try reconstruct { picture in
        let label = dataset.label(at: done)
        for view in picture.views where view.name == ReconstructedPicture.reconstruction {
          try files.write(view.image, label: label)
        }
        try table.add(
          picture, name: dataset.name(at: done), className: label.map { dataset.classNames[$0] })
        figures.add(picture)
        sheet.add(picture, number: done)
        done += 1
        return done
      }
    }
    try sheet.sheet.write(to: folder("contact-sheet.png"))
    try table.file.commit()
    (self.sheet, self.figures) = (sheet, figures)
  }

  /// The means, as a table.
  var summary: String { figures.table.description }
}

/// The table with a row for each picture and view of it: CSV, as RFC 4180 has it.
private struct FigureTable {
  let file: AtomicFile

  init(path: String) throws {
    file = try AtomicFile(path: path)
    try write(["image", "class", "view", "squared_error", "psnr", "ssim"])
  }

  func add(_ picture: ReconstructedPicture, name: String, className: String?) throws {
    for view in picture.views {
      let error = view.quality.squaredError
      let ratio = ImageQuality.peakSignalToNoiseRatio(squaredError: error)
      try write([
        name, className ?? "", view.name, "\(error)", ratio.map { "\($0)" } ?? "",
        "\(view.quality.structuralSimilarity)",
      ])
    }
  }

  private func write(_ cells: [String]) throws {
    let quoted = cells.map { cell in
      cell.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }
    try Array((quoted.joined(separator: ",") + "\n").utf8).withUnsafeBytes { try file.append($0) }
  }
}

/// The means of the figures of each view over all pictures.
private struct MeanFigures {
  private var views: [(name: String, squaredError: Double, similarity: Double)] = []
  private var count = 0

  mutating func add(_ picture: ReconstructedPicture) {
    if views.isEmpty { views = picture.views.map { ($0.name, 0, 0) } }
    for (index, view) in picture.views.enumerated() {
      views[index].squaredError += view.quality.squaredError
      views[index].similarity += view.quality.structuralSimilarity
    }
    count += 1
  }

  var table: TextTable {
    var table = TextTable(["view", "squared error", "PSNR", "SSIM"])
    for view in views {
      let error = view.squaredError / Double(max(count, 1))
      let ratio = ImageQuality.peakSignalToNoiseRatio(squaredError: error)
      table.addRow([
        view.name, short(error), ratio.map(short) ?? "–",
        short(view.similarity / Double(max(count, 1))),
      ])
    }
    return table
  }

  private func short(_ value: Double) -> String { Figure("", value).shortValue }
}
