import NeuralNetworks
import Tensors

/// The hierarchical vector-quantized autoencoder of VQ-VAE-2 (arXiv 1906.00446), with any number of
/// levels from one up.
///
/// Encoders run from the bottom up, each on the features below it. Quantization runs from the top
/// down: a level sees its own features and a decoding of all levels above. The decoder sees all
/// levels, the upper ones enlarged by transposed convolutions.
public final class VQVAE {
  /// What was built.
  public let configuration: VQVAEConfiguration
  /// All weights and codebooks.
  public let parameters: ParameterStore
  /// The codebook of each level, from the top.
  public let codebooks: [Codebook]

  private let encoders: [ConvolutionalEncoder]
  /// From a level's features (and what is decoded from above) to the vectors that are quantized.
  private let projections: [Convolution]
  /// For each level but the top: decodes the levels above for the quantizer.
  private let conditioners: [ConvolutionalDecoder]
  /// For each level but the top: enlarges the levels above for the decoder.
  private let enlargers: [[TransposedConvolution]]
  let decoder: ConvolutionalDecoder

  /// Builds the model; its configuration must have no `problem`.
  public convenience init(_ configuration: VQVAEConfiguration, start: ParameterStore.Start) {
    self.init(configuration, start: start, hasCodebooks: true)
  }

  /// Builds the model, or where it has no codebooks what an autoencoder has of it.
  init(_ configuration: VQVAEConfiguration, start: ParameterStore.Start, hasCodebooks: Bool) {
    precondition(configuration.problem == nil, configuration.problem ?? "")
    let parameters = ParameterStore(start, arithmetic: configuration.arithmetic)
    let levels = configuration.levels
    let scopes = levels.map { parameters.root.scope($0.name) }
    // Channels of all levels down to and including one, side by side.
    let contextChannels = levels.indices.map { index in
      levels[...index].reduce(0) { $0 + $1.codeChannels }
    }
    encoders = levels.indices.map { index in
      ConvolutionalEncoder(
        scopes[index].scope("encoder"),
        inputs: index == levels.count - 1 ? configuration.imageChannels : configuration.channels,
        downsampling: levels[index].downsampling, channels: configuration.channels,
        residualBlocks: configuration.residualBlocks,
        residualChannels: configuration.residualChannels)
    }
    projections = levels.indices.map { index in
      Convolution(
        scopes[index].scope("projection"),
        inputs: configuration.channels + (index == 0 ? 0 : levels[index - 1].codeChannels),
        outputs: levels[index].codeChannels, kernel: 1)
    }
    codebooks = (hasCodebooks ? levels.indices : 0..<0).map { index in
      Codebook(
        scopes[index].scope("codebook"), level: levels[index], configuration: configuration)
    }
    conditioners = levels.indices.dropFirst().map { index in
      ConvolutionalDecoder(
        scopes[index].scope("conditioner"), inputs: contextChannels[index - 1],
        outputs: levels[index - 1].codeChannels, upsampling: levels[index - 1].downsampling,
        channels: configuration.channels, residualBlocks: configuration.residualBlocks,
        residualChannels: configuration.residualChannels)
    }
    enlargers = levels.indices.dropFirst().map { index in
      (0..<levels[index - 1].downsampling.trailingZeroBitCount).map { step in
        TransposedConvolution(
          scopes[index].scope("enlarger").scope(step), inputs: contextChannels[index - 1],
          outputs: contextChannels[index - 1])
      }
    }
    decoder = ConvolutionalDecoder(
      parameters.root.scope("decoder"), inputs: contextChannels[levels.count - 1],
      outputs: configuration.imageChannels, upsampling: levels[levels.count - 1].downsampling,
      channels: configuration.channels, residualBlocks: configuration.residualBlocks,
      residualChannels: configuration.residualChannels)
    self.configuration = configuration
    self.parameters = parameters
  }

  /// The codes of each level, from the top: each [images · height · width] of its map.
  ///
  /// - Parameter images: [images, height, width, channels] in [-1, 1].
  public func encode(_ images: Tensor) -> [[Int32]] {
    let pass = ForwardPass.inference
    return describeLevels(of: images, in: pass) { z, level in
      let codebook = codebooks[level]
      let codes = codebook.codes(of: z)
      let (height, width) = (z.shape[1], z.shape[2])
      return (
        codes,
        codebook.vectors(of: codes, images: z.shape[0], height: height, width: width)
      )
    }.results
  }

  /// The images that codes stand for: [images, height, width, channels], about [-1, 1].
  ///
  /// - Parameters:
  ///   - codes: one array per level, from the top, as `encode` returns them; levels left out at the end
  ///     are hidden.
  ///   - onlyLevel: the one level that the decoder sees, from 0 at the top; nil for all. In the place of
  ///     others it sees zeros, as of the lower levels in a training with level dropout.
  public func decode(_ codes: [[Int32]], images: Int, onlyLevel: Int? = nil) -> Tensor {
    let pass = ForwardPass.inference
    var context: Tensor?
    for (index, codebook) in codebooks.enumerated() {
      let (height, width) = configuration.mapSize(ofLevel: index)
      let isSeen = index < codes.count && (onlyLevel == nil || onlyLevel == index)
      let vectors =
        isSeen
        ? codebook.vectors(of: codes[index], images: images, height: height, width: width)
        : Tensor(zeros: [images, height, width, configuration.levels[index].codeChannels])
      context = extend(context, by: vectors, level: index, in: pass)
    }
    guard let context else { preconditionFailure("a VQ-VAE has at least one level") }
    return decoder(context, in: pass)
  }

  /// Encodes from the top down. `describe` gets a level's vectors, before quantization, and its index, and
  /// returns what it will and the vectors that the levels below and the decoder are to see.
  ///
  /// - Returns: the results of `describe` from the top, and all levels side by side for the decoder.
  func describeLevels<Result>(
    of images: Tensor, in pass: ForwardPass,
    describe: (Tensor, Int) -> (result: Result, seen: Tensor)
  ) -> (results: [Result], context: Tensor) {
    var features: [Tensor] = []
    for encoder in encoders.reversed() {
      features.append(encoder(features.last ?? images, in: pass))
    }
    features.reverse()
    var results: [Result] = []
    var context: Tensor?
    for index in configuration.levels.indices {
      var level = features[index]
      if let context {
        level = .concatenatingChannels([conditioners[index - 1](context, in: pass), level])
      }
      let z = projections[index](level, in: pass)
      let (result, seen) = describe(z, index)
      results.append(result)
      context = extend(context, by: seen, level: index, in: pass)
    }
    guard let context else { preconditionFailure("a VQ-VAE has at least one level") }
    return (results, context)
  }

  /// The levels above, enlarged to this level's map, beside this level's vectors.
  private func extend(
    _ context: Tensor?, by vectors: Tensor, level: Int, in pass: ForwardPass
  ) -> Tensor {
    guard let context else { return vectors }
    let enlarged = enlargers[level - 1].reduce(context) { $1($0, in: pass) }
    return .concatenatingChannels([enlarged, vectors])
  }
}
