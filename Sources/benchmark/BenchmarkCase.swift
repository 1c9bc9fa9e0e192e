import Tensors

/// What is timed. The names and shapes are those of the PyTorch side, `pipelines/benchmark`.
enum BenchmarkCase: String, CaseIterable {
  case matrixProduct = "matrix-product"
  case vqvaeStep64 = "vqvae-step-64"
  case vqvaeStep256 = "vqvae-step-256"
  case vqvaeEncode64 = "vqvae-encode-64"
  case vqvaeEncode256 = "vqvae-encode-256"
  case priorStepTop8 = "prior-step-top-8"
  case priorStepBottom16 = "prior-step-bottom-16"
  case priorStepTop16 = "prior-step-top-16"
  case sample16 = "sample-16"
  case sample32 = "sample-32"
  case sampleOne16 = "sample-one-16"
  case classifierStep = "classifier-step"
  case pngDecode = "png-decode"
  case jpegLarge = "jpeg-large"
  case jpegSmall = "jpeg-small"
  case loader28 = "loader-28"
  case firstDigit = "first-digit"

  /// Builds the models and data of the case. Networks multiply in `arithmetic`.
  func prepare(_ arithmetic: Arithmetic) throws -> Workload {
    switch self {
    case .matrixProduct: try openBLASProduct(size: 1024)
    case .vqvaeStep64: VQVAEWorkloads(size: 64, batch: 32, arithmetic: arithmetic).step
    case .vqvaeStep256: VQVAEWorkloads(size: 256, batch: 4, arithmetic: arithmetic).step
    case .vqvaeEncode64: VQVAEWorkloads(size: 64, batch: 32, arithmetic: arithmetic).encoding
    case .vqvaeEncode256: VQVAEWorkloads(size: 256, batch: 4, arithmetic: arithmetic).encoding
    case .priorStepTop8:
      PriorWorkloads(side: 8, batch: 16, attentionHeads: 8, arithmetic: arithmetic).step
    case .priorStepBottom16:
      PriorWorkloads(side: 16, batch: 16, isConditioned: true, arithmetic: arithmetic).step
    case .priorStepTop16:
      PriorWorkloads(
        side: 16, batch: 8, channels: 256, blocks: 4, attentionHeads: 8, arithmetic: arithmetic
      ).step
    case .sample16:
      PriorWorkloads(side: 16, batch: 16, isConditioned: true, arithmetic: arithmetic).sampling
    case .sample32:
      PriorWorkloads(side: 32, batch: 16, isConditioned: true, arithmetic: arithmetic).sampling
    case .sampleOne16:
      PriorWorkloads(side: 16, batch: 1, isConditioned: true, arithmetic: arithmetic).sampling
    case .classifierStep: stepOfClassifier(arithmetic)
    case .pngDecode: try decodingOfPNGs()
    case .jpegLarge: try PictureWorkloads.reducing("large")
    case .jpegSmall: try PictureWorkloads.reducing("small")
    case .loader28: try PictureWorkloads.loading()
    case .firstDigit: try drawingOfFirstDigit()
    }
  }
}
