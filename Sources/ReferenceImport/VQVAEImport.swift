import Artifacts
import Images
import VQVAE

/// Reads a VQ-VAE-2 trained with the public PyTorch reference from a safetensors file of its
/// `state_dict`. Everything but the size of the images follows from the tensors' shapes.
///
/// Throws a `FileError` if a tensor is missing, surplus or at odds with the others.
public func importVQVAE(_ file: SafetensorsFile, imageSize: ImageSize) throws -> VQVAE {
  let state = StateDictionary(file)
  let configuration = try vqvaeConfiguration(state, imageSize: imageSize)
  // Ours keeps one number for each level that the reference does not.
  let limit = file.largestRealCount + configuration.levels.count
  let model = VQVAE(configuration, start: .zero(limit: limit))
  try state.check(fits: model.parameters)
  try VQVAEImporter(state: state, model: model).run()
  try state.checkAllUsed()
  return model
}

private func vqvaeConfiguration(
  _ state: StateDictionary, imageSize: ImageSize
) throws -> VQVAEConfiguration {
  // A halving, a rectifier, …, then the 3×3 convolution that ends the encoder's strided part.
  func halvings(_ encoder: String) throws -> Int {
    var index = 0
    while try state.shape("\(encoder).blocks.\(2 * index).weight", rank: 4)[3] == 4 { index += 1 }
    return index
  }
  let (top, bottom) = (try halvings("enc_t"), try halvings("enc_b"))
  let first = try state.shape("enc_b.blocks.0.weight", rank: 4)
  let last = try state.shape("enc_b.blocks.\(2 * bottom).weight", rank: 4)
  let embeddings = try ["t", "b"].map { try state.shape("quantize_\($0).embed", rank: 2) }
  let blocks = state.count { "enc_b.blocks.\(2 * bottom + 1 + $0).conv" }
  let residual =
    blocks == 0 ? 1 : try state.shape("enc_b.blocks.\(2 * bottom + 1).conv.1.weight", rank: 4)[0]
  let configuration = VQVAEConfiguration(
    imageHeight: imageSize.height, imageWidth: imageSize.width, imageChannels: first[1],
    levels: zip(["top", "bottom"], zip([top, bottom], embeddings)).map { name, shape in
      .init(
        name: name, downsampling: 1 << shape.0, codebookSize: shape.1[1],
        codeChannels: shape.1[0])
    }, channels: last[0], residualBlocks: blocks, residualChannels: residual,
    revivalThreshold: 0)
  if let problem = configuration.problem {
    throw FileError(state.file.path, "cannot be imported", remedy: problem)
  }
  return configuration
}

private struct VQVAEImporter {
  let state: StateDictionary
  let model: VQVAE

  func run() throws {
    let levels = model.configuration.levels
    let halvings = levels.map { $0.downsampling.trailingZeroBitCount }
    try encoder("enc_t", "top.encoder", halvings: halvings[0])
    try encoder("enc_b", "bottom.encoder", halvings: halvings[1])
    try convolution("quantize_conv_t", "top.projection", kernel: 1)
    try convolution("quantize_conv_b", "bottom.projection", kernel: 1)
    try codebook("quantize_t", "top.codebook")
    try codebook("quantize_b", "bottom.codebook")
    try decoder("dec_t", "bottom.conditioner", doublings: halvings[0])
    for step in 0..<halvings[0] {
      try transposed(
        halvings[0] == 1 ? "upsample_t" : "upsample_t.\(step)", "bottom.enlarger.\(step)")
    }
    try decoder("dec", "decoder", doublings: halvings[1])
  }

  private func encoder(_ source: String, _ target: String, halvings: Int) throws {
    for index in 0..<halvings {
      try convolution("\(source).blocks.\(2 * index)", "\(target).halving.\(index)", kernel: 4)
    }
    try convolution("\(source).blocks.\(2 * halvings)", "\(target).last", kernel: 3)
    try residualBlocks(source, target, first: 2 * halvings + 1)
  }

  private func decoder(_ source: String, _ target: String, doublings: Int) throws {
    try convolution("\(source).blocks.0", "\(target).first", kernel: 3)
    try residualBlocks(source, target, first: 1)
    let afterBlocks = model.configuration.residualBlocks + 2
    for index in 0..<doublings {
      try transposed(
        "\(source).blocks.\(afterBlocks + 2 * index)", "\(target).doubling.\(index)")
    }
  }

  private func residualBlocks(_ source: String, _ target: String, first: Int) throws {
    for index in 0..<model.configuration.residualBlocks {
      let block = "\(source).blocks.\(first + index).conv"
      try convolution("\(block).1", "\(target).block.\(index).first", kernel: 3)
      try convolution("\(block).3", "\(target).block.\(index).second", kernel: 1)
    }
  }

  private func convolution(_ source: String, _ target: String, kernel: Int) throws {
    try state.convolution(
      source + ".weight", model.parameters.named(target + ".weight"), height: kernel,
      width: kernel)
    try state.vector(source + ".bias", model.parameters.named(target + ".bias"))
  }

  private func transposed(_ source: String, _ target: String) throws {
    try state.transposedConvolution(
      source + ".weight", model.parameters.named(target + ".weight"), side: 4)
    try state.vector(source + ".bias", model.parameters.named(target + ".bias"))
  }

  private func codebook(_ source: String, _ target: String) throws {
    try state.transposedMatrix(
      source + ".embed", model.parameters.named(target + ".entries"))
    try state.transposedMatrix(
      source + ".embed_avg", model.parameters.named(target + ".sums"))
    try state.vector(source + ".cluster_size", model.parameters.named(target + ".counts"))
    // It has learned from many batches: its entries stay where they are, its averages decay slowly.
    let updates = model.parameters.named(target + ".updates")
    updates.value.withMutableElements { $0[0] = 1e6 }
  }
}
