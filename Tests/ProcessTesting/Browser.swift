import Foundation

/// A headless Chromium that opens one page at a time.
public struct Browser: Sendable {
  /// The path of a Chromium to test with, if there is one.
  public static let path = [
    "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
  ].first { FileManager.default.isExecutableFile(atPath: $0) }

  /// Holds the pages and all that the browser writes.
  public let folder: String

  /// What went wrong with a page, in a sentence.
  public struct Failure: Error, CustomStringConvertible {
    /// The sentence.
    public let description: String
  }

  /// A browser of the pages in a folder.
  public init(folder: String) {
    self.folder = folder
  }

  /// The elements of a page of the folder after its scripts have run.
  ///
  /// The browser gets a minute. Its helpers may live on when it has answered: so it answers into a file,
  /// not into a pipe they hold open, and its process group, which is its own, is ended.
  ///
  /// Throws a `Failure` if there is no browser or it takes longer.
  public func elements(of page: String, fragment: String = "") throws -> String {
    let answer = "\(folder)/\(UUID().uuidString).txt"
    try Data().write(to: URL(fileURLWithPath: answer))
    guard let path = Self.path, let output = FileHandle(forWritingAtPath: answer) else {
      throw Failure(description: "there is no Chromium to test with, or no room for its answer")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu",
      "--disable-breakpad", "--disable-dev-shm-usage", "--no-first-run",
      "--window-size=1000,900", "--user-data-dir=\(folder)/profile",
      "--virtual-time-budget=5000", "--dump-dom", "file://\(folder)/\(page)\(fragment)",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    defer {
      kill(-process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
      let text = try String(contentsOfFile: answer, encoding: .utf8)
      if text.hasSuffix("</html>\n") { return text }
      usleep(20_000)
    }
    throw Failure(description: "Chromium has not shown \(page)\(fragment) within a minute")
  }

  /// What a script returns that runs at the end of a page.
  ///
  /// - Parameter breaking: text of the page that is replaced before.
  /// - Throws: a `Failure` if the page has no such text or does not answer.
  public func log<Entry: Decodable>(
    _ type: Entry.Type, of script: String, in page: String = "report.html", fragment: String = "",
    breaking: (right: String, wrong: String)? = nil
  ) throws -> Entry {
    var page = try String(contentsOfFile: "\(folder)/\(page)", encoding: .utf8)
    if let breaking {
      guard page.contains(breaking.right) else {
        throw Failure(description: "the page has no '\(breaking.right)' to break")
      }
      page = page.replacingOccurrences(of: breaking.right, with: breaking.wrong)
    }
    let eye = """
      <pre id="log"></pre>
      <script>
      document.getElementById("log").textContent = JSON.stringify((() => { \(script) })());
      </script></body>
      """
    try Data(page.replacingOccurrences(of: "</body>", with: eye).utf8)
      .write(to: URL(fileURLWithPath: folder + "/handled.html"))
    let elements = try elements(of: "handled.html", fragment: fragment)
    guard let log = elements.firstMatch(of: /<pre id="log">(.*?)<\/pre>/) else {
      throw Failure(description: "the page has not run the script to its end")
    }
    let text = log.output.1.replacingOccurrences(of: "&gt;", with: ">")
      .replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&amp;", with: "&")
    return try JSONDecoder().decode(Entry.self, from: Data(text.utf8))
  }
}
