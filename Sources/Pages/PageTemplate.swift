import Foundation

/// A page's template with each `{{name}}` replaced by the part of that name.
public func filledPage(_ template: [UInt8], _ parts: [String: String]) -> String {
  // What is put in is not searched again: it may hold braces of its own.
  var page = ""
  let text = text(of: template)
  var rest = text[...]
  while let start = rest.range(of: "{{"), let end = rest.range(of: "}}") {
    page +=
      rest[..<start.lowerBound] + (parts[String(rest[start.upperBound..<end.lowerBound])] ?? "")
    rest = rest[end.upperBound...]
  }
  return page + rest
}

/// The text of a file that was embedded.
public func text(of resource: [UInt8]) -> String { String(decoding: resource, as: UTF8.self) }

/// A picture as an address that holds all of it.
public func dataAddress(ofPNG png: [UInt8]) -> String {
  "data:image/png;base64," + Data(png).base64EncodedString()
}

/// JSON as it may stand inside a script element; throws what `content` throws.
public func embeddedJSON(_ content: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  // A "<" could end the element or open another; in JSON it only occurs in strings.
  return String(decoding: try encoder.encode(content), as: UTF8.self)
    .replacingOccurrences(of: "<", with: "\\u003c")
}

/// The style that all pages begin with: colours by day and night, type, tables, curves.
public let pageStyle = text(of: PackageResources.base_css)

/// Text as it may stand in a page.
public func escaped(_ text: String) -> String {
  text.replacingOccurrences(of: "&", with: "&amp;")
    .replacingOccurrences(of: "<", with: "&lt;")
    .replacingOccurrences(of: ">", with: "&gt;")
    .replacingOccurrences(of: "\"", with: "&quot;")
}
