#if Archives
  import Foundation
  import Images
  import Testing

  @Suite("Archives of pictures")
  struct ArchiveTests {
    private let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
    }

    private func open(
      _ members: [Member], labels: String? = nil, size: ImageSize? = nil
    ) throws -> any ImageSequence {
      try openSequence(
        path: folder.write(tar(members), to: "photos.tar"), labels: labels, size: size,
        color: .grey)
    }

    private func picture(_ name: String, _ value: UInt8 = 0) throws -> Member {
      Member(name: name, contents: try plainImage(value).pngBytes())
    }

    /// The name, class and first sample of each image, in the order of their numbers.
    private func described(_ images: any ImageSequence) throws -> [String] {
      var lines = [String](repeating: "", count: images.count)
      try images.forEachImage(where: { _ in true }) { index, result in
        let label = images.label(at: index).map { images.classNames[$0] } ?? "–"
        lines[index] = "\(images.name(at: index)) \(label) \(try result.get()[0])"
      }
      return lines
    }

    private func problem(_ body: () throws -> Void) -> String {
      do {
        try body()
        return ""
      } catch {
        return "\(error)".replacing(folder.path + "/", with: "")
      }
    }

    @Test("A file prepared from an archive is that of the folder, whatever order its members have")
    func sameAsAFolder() throws {
      let names = ["cat/b.png", "cat/a/x.png", "cat-like/z.png", "dog/1.png", "dog/10.png"]
      let pictures = try names.enumerated().map { try picture($1, UInt8(20 * $0)) }
      for member in pictures { try folder.write(member.contents, to: "photos/" + member.name) }
      func prepared(_ path: String) throws -> Data {
        let images = try openSequence(path: path, labels: nil, size: nil, color: .grey)
        try ImagePreparation(of: images, to: folder.file("images.safetensors")).finish { _ in }
        return try Data(contentsOf: URL(fileURLWithPath: folder.file("images.safetensors")))
      }
      let whole = try prepared(folder.file("photos"))
      let wrapped = pictures.reversed().map {
        Member(name: "./photos/" + $0.name, contents: $0.contents)
      }
      let members =
        [Member(name: "photos/", kind: "5"), Member(name: "photos/readme.txt")] + wrapped
      for (ending, bytes) in [
        ("tar", tar(members)), ("tar.gz", deflated(tar(members), gzip: true)),
        ("zip", zip(pictures)),
      ] {
        #expect(try prepared(folder.write(bytes, to: "photos." + ending)) == whole, "\(ending)")
      }
      #expect(try open(members).passedOver == ["1 .txt"])
    }

    @Test("Pictures without folders have no classes, but those of WebDataset's .cls")
    func classes() throws {
      let pictures = try [picture("b.png", 1), picture("a.left.png", 2), picture("a.right.png", 3)]
      #expect(
        try described(open(pictures)) == ["a.left.png – 2", "a.right.png – 3", "b.png – 1"])
      let classes = [
        Member(name: "a.cls", contents: Array("cat\n".utf8)),
        Member(name: "b.cls", contents: Array(" 7 ".utf8)),
      ]
      let expected = ["a.left.png cat 2", "a.right.png cat 3", "b.png 7 1"]
      #expect(try described(open(classes + pictures)) == expected)
      #expect(try described(open(pictures + classes)) == expected)
      let part = try open(pictures + [classes[0]])
      #expect(part.count == 2 && part.classNames == ["cat"])
      #expect(part.passedOver == ["1 picture without a .cls ('b.png')"])
      let empty = Member(name: "a.cls", contents: [0x20, 0x0A])
      #expect(
        problem { _ = try open(pictures + [empty]) }.hasPrefix(
          "photos.tar ('a.cls') is not the name of a class; "))
    }

    @Test("A table says the classes by the paths in the archive")
    func table() throws {
      let path = try folder.write(
        Array("photos/a.png,cat\nphotos/c.png,dog\n".utf8), to: "labels.csv")
      let images = try open(
        [picture("photos/a.png", 1), picture("photos/b.png", 2)], labels: path)
      #expect(try described(images) == ["photos/a.png cat 1"])
      #expect(
        images.passedOver == [
          "1 picture without a row ('photos/b.png')", "1 row without a picture ('photos/c.png')",
        ])
    }

    @Test("Hostile names are passed over by name")
    func hostileNames() throws {
      let images = try open([
        picture("a/1.png", 1), picture("../evil.png"), picture("/etc/absolute.png"),
        picture("a/../../b.png"), picture("a/1.png", 9), picture("a/.hidden.png"),
        picture("__MACOSX/a/1.png"), Member(name: "a/hard.png", kind: "1"),
        Member(name: "a/symbolic.png", kind: "2"), Member(name: "pipe.png", kind: "6"),
        picture("b/2.png", 2),
      ])
      #expect(try described(images) == ["a/1.png a 1", "b/2.png b 2"])
      #expect(
        images.passedOver == [
          "3 links and devices ('a/hard.png', 'a/symbolic.png', 'pipe.png')",
          "3 names that lead out of the archive ('../evil.png', '/etc/absolute.png', "
            + "'a/../../b.png')",
          "1 name that was there before ('a/1.png')",
        ])
    }

    @Test("What cannot be a data set is refused in one line")
    func refusals() throws {
      #expect(
        problem { _ = try open([picture("a.png"), picture("b/1.png")]) }
          == "photos.tar holds both pictures and folders of pictures; put the pictures into a folder, "
          + "their class, or pass --labels")
      #expect(
        problem { _ = try open([picture("train/a/1.png"), picture("val/a/1.png")]) }
          == "photos.tar holds folders of classes: train, val; make an archive of one of them, or pass "
          + "--labels")
      #expect(
        problem { _ = try open([Member(name: "readme.txt")]) }
          == "photos.tar holds no picture; give an archive of .png, .jpg or .webp files")
      let larger = Member(name: "b.png", contents: try plainImage(1, height: 5).pngBytes())
      let images = try open([picture("a.png"), larger])
      #expect(
        problem { _ = try described(images) }
          == "photos.tar ('b.png') is 3×5 pixels, others are 3×2; give --size to bring all images to "
          + "one size")
      let bytes = tar([try picture("a.png"), Member(name: "b.png", contents: [1, 2, 3])])
      let cut = try folder.write(Array(bytes.prefix(700)), to: "cut.tar")
      #expect(
        problem { _ = try openSequence(path: cut, labels: nil, size: nil, color: nil) }
          .hasPrefix("cut.tar ('a.png') is damaged: "))
      #expect(
        problem { _ = try openDataset(path: cut, labels: nil, size: nil, color: nil) }
          == "cut.tar is an archive, which can only be read from its beginning to its end; unpack it, "
          + "or prepare its images first: prepare-images --images \(cut)".replacing(
            folder.path + "/", with: ""))
    }

    @Test("Bad pictures are left out, and the others numbered anew")
    func badPictures() throws {
      let images = try open(
        [picture("a/1.png", 1), Member(name: "a/2.png", contents: [1]), picture("b/3.png", 3)],
        size: ImageSize(height: 2, width: 3))
      let errors = try images.readingErrors { _ in }
      #expect(errors.mapValues(\.problem) == [1: "is not a PNG, JPEG or WebP"])
      let readable = images.leavingOut(Set(errors.keys))
      #expect(try described(readable) == ["a/1.png a 1", "b/3.png b 3"])
    }
  }
#endif
