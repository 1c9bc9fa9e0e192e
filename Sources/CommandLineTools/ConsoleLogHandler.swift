import Logging

/// Prints log messages as lines for the user.
///
/// Information is printed as it is, everything else after its level: "warning: …".
public struct ConsoleLogHandler: LogHandler {
  /// Values printed with every message.
  public var metadata: Logger.Metadata = [:]
  /// The least severe level printed.
  public var logLevel: Logger.Level = .info
  private let console: Console

  /// A handler that prints to `console`.
  public init(console: Console = .standardError) {
    self.console = console
  }

  /// Reads or changes one of the values printed with every message.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Prints one message, its values after it in brackets.
  public func log(event: LogEvent) {
    let values = metadata.merging(event.metadata ?? [:]) { _, new in new }
      .sorted { $0.key < $1.key }
      .map { "\($0.key): \($0.value)" }
      .joined(separator: ", ")
    let prefix = event.level == .info ? "" : "\(event.level): "
    console.writeLine(prefix + "\(event.message)" + (values.isEmpty ? "" : " (\(values))"))
  }
}
