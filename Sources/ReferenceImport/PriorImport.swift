import Artifacts
import NeuralNetworks
import PixelCNN
import Tensors

/// Reads a PixelSNAIL prior trained with the public PyTorch reference from a safetensors file of its
/// `state_dict`. Shapes tell the architecture; `level`, `condition` and `attentionHeads` say what
/// they can't.
///
/// - Parameters:
///   - level: the level whose codes it models.
///   - condition: the level above, for a conditioned prior.
/// - Throws: a `FileError` if a tensor is missing, surplus or at odds with the others or the levels.
public func importPrior(
  _ file: SafetensorsFile, level: CodeLevel, condition: CodeLevel?, attentionHeads: Int,
  dropout: Float
) throws -> Prior {
  let state = StateDictionary(file)
  let configuration = try priorConfiguration(
    state, level: level, condition: condition, attentionHeads: attentionHeads, dropout: dropout)
  let prior = Prior(configuration, start: .zero(limit: file.largestRealCount))
  try state.check(fits: prior.parameters)
  try PriorImporter(state: state, prior: prior).run()
  try state.checkAllUsed()
  return prior
}

private func priorConfiguration(
  _ state: StateDictionary, level: CodeLevel, condition: CodeLevel?, attentionHeads: Int,
  dropout: Float
) throws -> PriorConfiguration {
  let path = state.file.path
  let input = try state.shape("horizontal.conv.conv.weight_v", rank: 4)
  let background = try state.shape("background", rank: 4)
  guard input[1] == level.codebookSize, background[2...] == [level.height, level.width] else {
    throw FileError(
      path,
      "models \(background[2])×\(background[3]) codes of \(input[1]), but level "
        + "'\(level.name)' has \(level.height)×\(level.width) of \(level.codebookSize)",
      remedy: "pass the --vqvae and the --level it was trained on")
  }
  let stem = try conditionStem(state, condition: condition)
  let hasAttention = state.has(below: "blocks.0.causal_attention")
  let residualBlocks = state.count { "blocks.0.resblocks.\($0)" }
  let outputBlocks = state.count { "out.\($0).conv1" }
  let hidden =
    residualBlocks > 0
    ? "blocks.0.resblocks.0.conv1.conv.conv.weight_v"
    : outputBlocks > 0 ? "out.0.conv1.conv.weight_v" : "horizontal.conv.conv.weight_v"
  let configuration = PriorConfiguration(
    level: level, conditions: condition.map { [$0] } ?? [], channels: input[0],
    residualChannels: try state.shape(hidden, rank: 4)[0], kernel: input[3],
    blocks: state.count { "blocks.\($0)" }, residualBlocks: residualBlocks,
    attentionHeads: hasAttention ? attentionHeads : 0, outputBlocks: outputBlocks,
    conditionBlocks: state.count(from: 1) { "cond_resnet.blocks.\($0)" },
    conditionChannels: stem?.channels ?? input[0], conditionKernel: stem?.kernel ?? 3,
    dropout: dropout)
  if let problem = configuration.problem {
    throw FileError(path, "cannot be imported", remedy: problem)
  }
  return configuration
}

/// What the convolution that reads the codes of the level above makes of them; nil if there is none.
private func conditionStem(
  _ state: StateDictionary, condition: CodeLevel?
) throws -> (channels: Int, kernel: Int)? {
  let path = state.file.path
  let isConditioned = state.has(below: "cond_resnet")
  guard isConditioned == (condition != nil) else {
    throw FileError(
      path, isConditioned ? "is conditioned on a level above" : "is not conditioned on any level",
      remedy: "pass the --level it was trained on")
  }
  guard let condition else { return nil }
  let stem = try state.shape("cond_resnet.blocks.0.conv.weight_v", rank: 4)
  guard stem[1] == condition.codebookSize else {
    throw FileError(
      path,
      "is conditioned on codes of \(stem[1]), but level '\(condition.name)' has "
        + "\(condition.codebookSize)",
      remedy: "pass the --vqvae it was trained on")
  }
  return (stem[0], stem[3])
}

private struct PriorImporter {
  let state: StateDictionary
  let prior: Prior

  func run() throws {
    let configuration = prior.configuration
    let kernel = configuration.kernel
    try checkBackground()
    try layer("horizontal.conv.conv", "rowsAbove", height: kernel / 2, width: kernel)
    try layer("vertical.conv.conv", "pixelsLeft", height: (kernel + 1) / 2, width: kernel / 2)
    for index in 0..<configuration.blocks { try block("blocks.\(index)", "block.\(index)") }
    if let condition = configuration.conditions.first {
      let side = configuration.conditionKernel
      try layer(
        "cond_resnet.blocks.0.conv", "condition.\(condition.name).lookup", height: side,
        width: side)
      for index in 0..<configuration.conditionBlocks {
        try gated(
          "cond_resnet.blocks.\(index + 1)", "condition.\(condition.name).block.\(index)",
          side: side)
      }
    }
    for index in 0..<configuration.outputBlocks {
      try gated("out.\(index)", "outputBlock.\(index)", side: 1)
    }
    try layer("out.\(configuration.outputBlocks + 1).conv", "logits", height: 1, width: 1)
  }

  /// The coordinates are computed, not kept, so the file's must be the same.
  private func checkBackground() throws {
    let level = prior.configuration.level
    let (height, width) = (level.height, level.width)
    let found = try state.take("background", shape: [1, Coordinates.channels, height, width])
    let expected = Coordinates.map(images: 1, height: height, width: width)
    // Half precision is off by a thousandth.
    for (index, coordinate) in expected.elements.enumerated() {
      let (pixel, channel) = index.quotientAndRemainder(dividingBy: Coordinates.channels)
      guard abs(found[channel * height * width + pixel] - coordinate) < 0.01 else {
        throw FileError(
          state.file.path, "has a tensor 'background' that is not the coordinates of the codes",
          remedy: "pass the state_dict of the reference model, unchanged")
      }
    }
  }

  private func block(_ source: String, _ target: String) throws {
    let configuration = prior.configuration
    for index in 0..<configuration.residualBlocks {
      let (from, to) = ("\(source).resblocks.\(index)", "\(target).residual.\(index)")
      try gated(from, to, side: configuration.kernel, isCausal: true)
      if !configuration.conditions.isEmpty {
        try layer("\(from).condition.conv", "\(to).condition", height: 1, width: 1, bias: false)
      }
    }
    guard configuration.attentionHeads > 0 else {
      try layer("\(source).out.conv", "\(target).projection", height: 1, width: 1)
      return
    }
    try gated("\(source).key_resblock", "\(target).keyBlock", side: 1)
    try gated("\(source).query_resblock", "\(target).queryBlock", side: 1)
    for name in ["query", "key", "value"] {
      try linear("\(source).causal_attention.\(name)", "\(target).\(name)")
    }
    try gated("\(source).out_resblock", "\(target).outputBlock", side: 1)
    try layer(
      "\(source).out_resblock.aux_conv.conv", "\(target).outputBlock.auxiliary", height: 1,
      width: 1)
  }

  private func gated(
    _ source: String, _ target: String, side: Int, isCausal: Bool = false
  ) throws {
    let wrapper = isCausal ? ".conv.conv" : ".conv"
    try layer("\(source).conv1\(wrapper)", "\(target).first", height: side, width: side)
    try layer("\(source).conv2\(wrapper)", "\(target).second", height: side, width: side)
  }

  private func layer(
    _ source: String, _ target: String, height: Int, width: Int, bias: Bool = true
  ) throws {
    let parameters = prior.parameters
    try state.convolution(
      source + ".weight_v", parameters.named(target + ".weight"), height: height, width: width)
    try state.vector(source + ".weight_g", parameters.named(target + ".gain"))
    if bias { try state.vector(source + ".bias", parameters.named(target + ".bias")) }
  }

  private func linear(_ source: String, _ target: String) throws {
    let weight = prior.parameters.named(target + ".weight")
    let matrix = Parameter(
      name: weight.name,
      value: weight.value.reshaped(
        to: Array(weight.value.shape.dropFirst())))
    try state.transposedMatrix(source + ".weight_v", matrix)
    weight.value = matrix.value.reshaped(to: weight.value.shape)
    try state.vector(source + ".weight_g", prior.parameters.named(target + ".gain"))
    try state.vector(source + ".bias", prior.parameters.named(target + ".bias"))
  }
}
