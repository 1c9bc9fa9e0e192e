import Foundation
import Images
import Testing

@Suite("Reading PNG")
struct PNGReaderTests {
  static let variants = PNGEncoder.ColorType.allCases.flatMap { type in
    type.bitDepths.flatMap { depth in
      [false, true].map {
        PNGEncoder(width: 11, height: 9, colorType: type, bitDepth: depth, isInterlaced: $0)
      }
    }
  }

  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test("Every colour type, bit depth and interlacing", arguments: variants)
  func variant(_ encoder: PNGEncoder) throws {
    var encoder = encoder
    let most = 1 << encoder.bitDepth - 1
    var state: UInt32 = 7
    var samples = (0..<encoder.width * encoder.height * encoder.colorType.channels).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int(state >> 16) & most
    }
    let palette = (0...255).map { [UInt8($0), UInt8(255 - $0), UInt8($0 / 2)] }
    if encoder.colorType == .palette {
      encoder.extraChunks = PNGEncoder.chunk("PLTE", palette[...min(most, 255)].flatMap { $0 })
    }
    if encoder.colorType == .greyAlpha || encoder.colorType == .rgba {
      // Opaque but for the first pixel, which nothing shows of.
      let channels = encoder.colorType.channels
      for alpha in stride(from: channels - 1, to: samples.count, by: channels) {
        samples[alpha] = alpha == channels - 1 ? 0 : most
      }
    }
    let path = try folder.write(encoder.encode(samples), to: "image.png")

    let expected = expectedColor(samples, encoder: encoder, palette: palette)
    let color = try Image(contentsOf: path, color: .color)
    #expect(color.size == ImageSize(height: 9, width: 11))
    #expect(color.bytes == expected)

    let grey = try Image(contentsOf: path, color: .grey)
    #expect(grey.channels == 1)
    for pixel in 0..<99 {
      let weights = [0.2126, 0.7152, 0.0722]
      let luma = (0..<3).reduce(0) { $0 + weights[$1] * Double(expected[3 * pixel + $1]) }
      #expect(abs(Double(grey.bytes[pixel]) - luma) < 0.51)
    }
  }

  private func expectedColor(
    _ samples: [Int], encoder: PNGEncoder, palette: [[UInt8]]
  ) -> [UInt8] {
    let most = Double(1 << encoder.bitDepth - 1)
    let channels = encoder.colorType.channels
    return stride(from: 0, to: samples.count, by: channels).flatMap { start in
      let scaled = samples[start..<start + channels].map {
        UInt8((Double($0) * 255 / most).rounded())
      }
      switch encoder.colorType {
      case .grey: return [scaled[0], scaled[0], scaled[0]]
      case .rgb: return scaled
      case .palette: return palette[samples[start]]
      case .greyAlpha: return scaled[1] == 0 ? [255, 255, 255] : [scaled[0], scaled[0], scaled[0]]
      case .rgba: return scaled[3] == 0 ? [255, 255, 255] : Array(scaled[..<3])
      }
    }
  }

  @Test("Transparency is blended into white", arguments: [false, true])
  func transparency(isInterlaced: Bool) throws {
    var encoder = PNGEncoder(
      width: 2, height: 1, colorType: .rgba, bitDepth: 8, isInterlaced: isInterlaced)
    let rgba = try folder.write(encoder.encode([0, 100, 255, 128, 10, 20, 30, 1]), to: "rgba.png")
    #expect(try Image(contentsOf: rgba, color: .color).bytes == [127, 177, 255, 254, 254, 254])
    encoder.colorType = .greyAlpha
    let grey = try folder.write(encoder.encode([0, 51, 200, 254]), to: "grey.png")
    #expect(try Image(contentsOf: grey, color: .grey).bytes == [204, 200])
  }

  @Test("A transparent colour or palette entry shows white")
  func transparentColor() throws {
    var encoder = PNGEncoder(width: 2, height: 1, colorType: .grey, bitDepth: 8)
    encoder.extraChunks = PNGEncoder.chunk("tRNS", [0, 40])
    let grey = try folder.write(encoder.encode([40, 41]), to: "grey.png")
    #expect(try Image(contentsOf: grey, color: .grey).bytes == [255, 41])

    encoder.colorType = .rgb
    encoder.extraChunks = PNGEncoder.chunk("tRNS", [0, 1, 0, 2, 0, 3])
    let rgb = try folder.write(encoder.encode([1, 2, 3, 1, 2, 4]), to: "rgb.png")
    #expect(try Image(contentsOf: rgb, color: .color).bytes == [255, 255, 255, 1, 2, 4])

    encoder.colorType = .palette
    encoder.extraChunks =
      PNGEncoder.chunk("PLTE", [9, 8, 7, 6, 5, 4]) + PNGEncoder.chunk("tRNS", [255, 0])
    let palette = try folder.write(encoder.encode([0, 1]), to: "palette.png")
    #expect(try Image(contentsOf: palette, color: .color).bytes == [9, 8, 7, 255, 255, 255])
  }

  @Test("A declared gamma is honoured; the usual one changes nothing")
  func gamma() throws {
    var encoder = PNGEncoder(width: 256, height: 1, colorType: .grey, bitDepth: 8)
    encoder.extraChunks = PNGEncoder.chunk("gAMA", bigEndianBytes(45455))
    let usual = try folder.write(encoder.encode(Array(0...255)), to: "usual.png")
    #expect(try Image(contentsOf: usual, color: .grey).bytes == Array(0...255))

    encoder.extraChunks = PNGEncoder.chunk("gAMA", bigEndianBytes(100_000))
    let linearLight = try folder.write(encoder.encode(Array(0...255)), to: "linear.png")
    let bytes = try Image(contentsOf: linearLight, color: .grey).bytes
    for value in [0, 20, 55, 128, 255] {
      #expect(abs(Double(bytes[value]) - 255 * display(Double(value) / 255)) <= 2)
    }
  }

  private func display(_ light: Double) -> Double {
    light <= 0.0031308 ? light * 12.92 : 1.055 * pow(light, 1 / 2.4) - 0.055
  }
}
