import Foundation
import Images
import Testing

@Suite("Prepared images")
struct PreparedImagesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// The images of a folder, prepared without a size and in colour.
  private func prepare(
    _ names: [String], channels: Int = 3
  ) throws -> (pictures: ImageFolder, path: String) {
    for name in names {
      let image = noiseImage(height: 12, width: 8, channels: channels)
      try folder.write(image.pngBytes(), to: "photos/" + name)
    }
    let pictures = try ImageFolder(
      folder.file("photos"), size: nil, color: channels == 1 ? .grey : .color)
    let path = folder.file("images.safetensors")
    try ImagePreparation(of: pictures, to: path).finish { _ in }
    return (pictures, path)
  }

  @Test("They are the images they were made of, by name, class and fingerprint")
  func sameDataset() throws {
    let (pictures, path) = try prepare(["cat/é \n1.png", "cat/2.png", "dog/10.png"])
    let images = try PreparedImages(path)
    #expect(images.count == 3 && images.shape == pictures.shape)
    #expect(images.classNames == ["cat", "dog"])
    for index in 0..<3 {
      #expect(images.name(at: index) == pictures.name(at: index))
      #expect(images.label(at: index) == pictures.label(at: index))
      #expect(try images.image(at: index) == pictures.image(at: index))
    }
    #expect(try fingerprint(of: images) == fingerprint(of: pictures))
  }

  @Test("A flat folder has no classes, grey stays grey")
  func unlabelled() throws {
    let (pictures, path) = try prepare(["1.png", "2.png"], channels: 1)
    let images = try openDataset(path: path, labels: nil, size: nil, color: nil)
    #expect(images.shape == pictures.shape && images.shape.channels == 1)
    #expect(images.classNames == [] && images.label(at: 0) == nil)
    #expect(throws: ImageError.self) {
      try openDataset(path: path, labels: path, size: nil, color: nil)
    }
  }

  @Test("With a size or a colour they are pictures like others")
  func otherShapes() throws {
    let (pictures, path) = try prepare(["1.png"])
    let size = ImageSize(height: 4, width: 6)
    let images = try openDataset(path: path, labels: nil, size: size, color: .grey)
    let expected = try pictures.image(at: 0).converted(to: .grey).resized(toFill: size)
    #expect(try images.image(at: 0) == expected)
    #expect(try images.picture(at: 0).size == ImageSize(height: 12, width: 8))
  }
}
