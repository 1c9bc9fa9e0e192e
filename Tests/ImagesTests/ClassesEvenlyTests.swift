import Images
import Testing

@Suite("Classes shown evenly")
struct ClassesEvenlyTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func dataset(_ counts: [String: Int]) throws -> ImageFolder {
    for (name, count) in counts {
      for number in 0..<count {
        try folder.write(plainImage(7).pngBytes(), to: "photos/\(name)\(number).png")
      }
    }
    return try ImageFolder(folder.file("photos"), size: nil, color: .grey)
  }

  @Test("One of each class in turn, and of the larger ones what room is left")
  func turns() throws {
    let images = try dataset(["a/": 5, "b/": 1, "c/": 3])
    #expect(images.numbersShowingClassesEvenly(limit: 2) == [0, 5])
    #expect(images.numbersShowingClassesEvenly(limit: 7) == [0, 5, 6, 1, 7, 2, 8])
    #expect(images.numbersShowingClassesEvenly(limit: 99) == [0, 5, 6, 1, 7, 2, 8, 3, 4])
  }

  @Test("Without classes, the first images")
  func flat() throws {
    #expect(try dataset(["": 4]).numbersShowingClassesEvenly(limit: 3) == [0, 1, 2])
  }
}
