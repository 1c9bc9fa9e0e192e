import CZlib

/// A member of an archive that a test makes up.
struct Member {
  var name: String
  var contents: [UInt8] = []
  /// What tar says of its kind: "0" for a file, "1" and "2" for links, "5" for a folder.
  var kind: Character = "0"
}

/// A tar archive, written from the specification of POSIX, which lets names be anything.
func tar(_ members: [Member]) -> [UInt8] {
  members.flatMap { member -> [UInt8] in
    func field(_ text: String, _ size: Int) -> [UInt8] {
      Array((Array(text.utf8) + [UInt8](repeating: 0, count: size)).prefix(size))
    }
    func octal(_ number: Int, _ size: Int) -> [UInt8] {
      let digits = String(number, radix: 8)
      return field(String(repeating: "0", count: size - 1 - digits.count) + digits, size)
    }
    var header =
      field(member.name, 100) + octal(0o644, 8) + octal(0, 8) + octal(0, 8)
      + octal(member.contents.count, 12) + octal(0, 12) + field("        ", 8)
      + field(String(member.kind), 1) + field(member.kind == "2" ? "elsewhere" : "", 100)
    header += field("ustar", 6) + field("00", 2)
    header += [UInt8](repeating: 0, count: 512 - header.count)
    header.replaceSubrange(148..<155, with: octal(header.reduce(0) { $0 + Int($1) }, 7))
    let padding = [UInt8](repeating: 0, count: (512 - member.contents.count % 512) % 512)
    return header + member.contents + padding
  } + [UInt8](repeating: 0, count: 1024)
}

/// A zip archive whose members are not compressed.
func zip(_ members: [Member]) -> [UInt8] {
  func number(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(value >> (8 * $0) & 0xFF) }
  }
  var (bytes, directory) = ([UInt8](), [UInt8]())
  for member in members {
    let checksum = Int(crc32(0, member.contents, uInt(member.contents.count)))
    let common =
      number(20, 2) + number(0x0800, 2) + number(0, 2) + number(0, 4) + number(checksum, 4)
      + number(member.contents.count, 4) + number(member.contents.count, 4)
      + number(member.name.utf8.count, 2) + number(0, 2)
    directory +=
      [0x50, 0x4B, 1, 2] + number(20, 2) + common + number(0, 10) + number(bytes.count, 4)
      + member.name.utf8
    bytes += [0x50, 0x4B, 3, 4] + common + member.name.utf8 + member.contents
  }
  let end =
    number(0, 4) + number(members.count, 2) + number(members.count, 2)
    + number(directory.count, 4) + number(bytes.count, 4) + number(0, 2)
  return bytes + directory + [0x50, 0x4B, 5, 6] + end
}
