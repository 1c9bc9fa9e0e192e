import Foundation

extension Communicator {
  /// What the lead finds out, broadcast to the others.
  ///
  /// Only the lead calls `find`; the others wait until it has done so. Throws what that throws, on the
  /// lead alone, which must then end all processes.
  public func fromLead<Value: Codable>(_ find: () throws -> Value) throws -> Value {
    guard count > 1 else { return try find() }
    // Of an array, because JSON of old is an array or an object.
    var bytes = isLead ? Array(try JSONEncoder().encode([find()])) : []
    var size = UInt64(bytes.count)
    withUnsafeMutableBytes(of: &size) { copyFromLead($0) }
    if !isLead { bytes = [UInt8](repeating: 0, count: Int(size)) }
    bytes.withUnsafeMutableBytes { copyFromLead($0) }
    return try JSONDecoder().decode([Value].self, from: Data(bytes))[0]
  }
}
