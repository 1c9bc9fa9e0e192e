import VQVAE2

/// Draws ten sevens with the models of a folder, and writes them to another.
func drawSevens(models folder: String, to output: String) throws {
  let models = try TrainedModels(folder: folder)
  let sevens = try models.draw(10, of: ["7"], keeping: .fraction(0.5))
  for (number, seven) in sevens.enumerated() {
    try seven.image.writePNG(to: "\(output)/\(number).png")
  }
}
