import Artifacts

/// Candidates as the tensors of a sample file, or of a shard of one, which are known to agree.
struct CandidateTensors {
  private let file: ArtifactFile
  private let layout: CodeFileLayout
  private let isDecided: Bool
  /// How many there are.
  let count: Int

  private static let numbers = "numbers"
  private static let scores = "scores"
  private static let classScores = "classScores"
  private static let criticScores = "criticScores"
  /// The name of the tensor that says which are kept.
  static let accepted = "accepted"

  /// The tensors that hold `candidates`, less their scores if not all have one.
  static func tensors(
    _ candidates: [Candidate], layout: CodeFileLayout, besides others: [StoredTensor] = []
  ) -> [StoredTensor] {
    let count = candidates.count
    var tensors = layout.levels.enumerated().map { index, level in
      StoredTensor(
        level.name, shape: [count, level.height, level.width],
        .uint16(candidates.flatMap { $0.codes[index] }))
    }
    tensors += [
      StoredTensor(CodeFileLayout.labels, shape: [count], .int32(candidates.map(\.label))),
      StoredTensor(numbers, shape: [count], .int32(candidates.map { Int32($0.number) })),
    ]
    tensors += others
    for (name, property) in scoreProperties {
      let scores = candidates.compactMap { $0[keyPath: property] }
      if scores.count == count {
        tensors.append(StoredTensor(name, shape: [count], .floats(scores)))
      }
    }
    return tensors
  }

  /// The tensors of scores, each of which is there if all candidates have it.
  private static var scoreProperties: [(String, WritableKeyPath<Candidate, Float?>)] {
    [(scores, \.score), (classScores, \.classScore), (criticScores, \.criticScore)]
  }

  /// Those of `file`, which says which are kept if that is decided.
  ///
  /// Throws a `FileError` if its tensors are not those of its layout.
  init(_ file: ArtifactFile, layout: CodeFileLayout, isDecided: Bool) throws {
    self.file = file
    self.layout = layout
    self.isDecided = isDecided
    count = file.tensors.description(of: CodeFileLayout.labels)?.shape.first ?? 0
    var vectors = [(Self.numbers, DataType.int32)]
    if isDecided { vectors.append((Self.accepted, .int32)) }
    for (name, _) in Self.scoreProperties where has(name) { vectors.append((name, .float32)) }
    let expected =
      layout.tensors(count: count)
      + vectors.map { TensorDescription(name: $0, dataType: $1, shape: [count]) }
    guard layout.isPossible, expected.allSatisfy({ file.tensors.description(of: $0.name) == $0 })
    else { throw damage("its tensors are not those of its configuration") }
  }

  /// Checks that so many candidates may be read into memory from the file, or the shards of it, at
  /// `path`; throws a `FileError` if not.
  static func checkCount(_ count: Int, layout: CodeFileLayout, path: String) throws {
    let limit = SampleFile.maximumMapCount
    guard count <= limit / layout.levels.count else {
      throw FileError(
        path, "has \(count) candidates of \(layout.levels.count) levels",
        remedy: "the limit is \(limit) maps of codes: sample fewer at a time")
    }
  }

  private func has(_ name: String) -> Bool { file.tensors.description(of: name) != nil }

  /// The error of a file whose contents make no sense.
  func damage(_ problem: String) -> FileError {
    FileError(file.path, "is damaged: \(problem)", remedy: "sample again")
  }

  /// All candidates, in the order of the file; none is kept where that is not decided.
  ///
  /// Throws a `FileError` if they cannot be read, or a code or label is out of range.
  func read() throws -> [Candidate] {
    let labels = try file.tensors.readInt32(CodeFileLayout.labels)
    if let stray = layout.firstStrayLabel(in: labels) {
      throw damage("label \(labels[stray]) of candidate \(stray) is no class")
    }
    let numbers = try file.tensors.readInt32(Self.numbers)
    let accepted = isDecided ? try file.tensors.readInt32(Self.accepted) : nil
    let scores = try Self.scoreProperties.filter { has($0.0) }.map { name, property in
      (property, try file.tensors.readFloats(name))
    }
    let codes = try layout.levels.map { try readCodes(of: $0) }
    return labels.indices.map { index in
      var candidate = Candidate(
        label: labels[index], number: Int(numbers[index]),
        codes: zip(codes, layout.levels).map { codes, level in
          Array(codes[index * level.codesPerImage..<(index + 1) * level.codesPerImage])
        })
      for (property, values) in scores { candidate[keyPath: property] = values[index] }
      candidate.isAccepted = accepted.map { $0[index] != 0 } ?? false
      return candidate
    }
  }

  private func readCodes(of level: CodeLevel) throws -> [UInt16] {
    let codes = try file.tensors.readUInt16(level.name)
    if let (candidate, code) = layout.firstStray(in: codes, of: level) {
      throw damage(
        "code \(code) in level '\(level.name)' of candidate \(candidate) is beyond its codebook "
          + "of \(level.codebookSize)")
    }
    return codes
  }
}
