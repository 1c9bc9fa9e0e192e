#if Archives
  import CArchive
  import Foundation

  /// What an archive says of one of its members.
  struct ArchiveMember {
    /// Its path, as the archive has it; the bytes need not be UTF-8.
    let name: [CChar]
    /// Whether it is a regular file with contents of its own: neither folder nor link nor device.
    let isFile: Bool
    /// Whether it is a folder.
    let isFolder: Bool
  }

  /// The members of an archive, tar or zip, compressed or not, from the first to the last; nothing is
  /// unpacked to the disk.
  final class ArchiveReader {
    /// The longest member that is read, in bytes.
    static let maximumMemberSize = 1 << 28
    /// Archives within compression may have this many times their size; more is a bomb.
    private static let maximumExpansion = 1100

    private let file: InputFile
    private let archive: OpaquePointer
    private var entry: OpaquePointer?

    /// Opens the archive at `path`; throws an `ImageError` if it cannot be read.
    init(_ path: FilePath) throws {
      file = try InputFile(path)
      guard let archive = archive_read_new() else {
        throw ImageError(file.name, "cannot be read: no memory", remedy: "free some and retry")
      }
      self.archive = archive
      archive_read_support_format_tar(archive)
      archive_read_support_format_zip(archive)
      // Not all there are: some would start other programs.
      archive_read_support_filter_gzip(archive)
      archive_read_support_filter_bzip2(archive)
      archive_read_support_filter_xz(archive)
      archive_read_support_filter_zstd(archive)
      guard archive_read_open_fd(archive, file.descriptor, 1 << 16) == ARCHIVE_OK else {
        throw failure()
      }
    }

    deinit {
      archive_read_free(archive)
    }

    /// The next member; nil after the last. Throws an `ImageError` if the archive is damaged.
    func next() throws -> ArchiveMember? {
      let status = withUnicodeNames { archive_read_next_header(archive, &entry) }
      if status == ARCHIVE_EOF { return nil }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else { throw failure() }
      let expanded = Int(archive_filter_bytes(archive, 0))
      guard archive_filter_count(archive) <= 2,
        expanded <= 1 << 30 || expanded / Self.maximumExpansion <= file.size
      else {
        throw ImageError(
          file.name, "is compressed more than a thousandfold, or twice",
          remedy: "unpack it and give the folder")
      }
      let name = archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry)
      let kind = archive_entry_filetype(entry) & S_IFMT
      return ArchiveMember(
        name: name.map { Array(UnsafeBufferPointer(start: $0, count: strlen($0))) } ?? [],
        isFile: kind == S_IFREG && archive_entry_hardlink(entry) == nil,
        isFolder: kind == S_IFDIR)
    }

    /// The contents of the member that `next` has returned.
    ///
    /// Throws an `ImageError` that calls it `name` if they are longer than `limit`, damaged or encrypted.
    func contents(upTo limit: Int = maximumMemberSize, of name: String) throws -> [UInt8] {
      if archive_entry_is_encrypted(entry) != 0 {
        throw ImageError(name, "is encrypted", remedy: "make the archive without a password")
      }
      var contents: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      // Memory follows what is there rather than what is announced.
      while true {
        let count = archive_read_data(archive, &piece, piece.count)
        guard count >= 0 else { throw failure(of: name) }
        if count == 0 { return contents }
        contents += piece[..<count]
        guard contents.count <= limit else {
          throw ImageError(
            name, "is longer than \(limit) bytes", remedy: "reduce it or take it away")
        }
      }
    }

    private func failure(of name: String? = nil) -> ImageError {
      let reason = archive_error_string(archive).map { String(cString: $0) } ?? "no reason given"
      return ImageError(
        name ?? file.name, "is damaged: \(String(reason.unicodeScalars.prefix(200)))",
        remedy: "copy or make the archive again")
    }

    /// Has names that an archive keeps in Unicode in UTF-8, whatever the user's language.
    private func withUnicodeNames<Result>(_ body: () -> Result) -> Result {
      let own = uselocale(Self.unicode)
      defer { uselocale(own) }
      return body()
    }

    nonisolated(unsafe) private static let unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
  }
#endif
