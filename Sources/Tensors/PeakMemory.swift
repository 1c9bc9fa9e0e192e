import Foundation

/// The most memory this process has had resident at once, in bytes.
public func peakResidentBytes() -> Int {
  // What getrusage says begins with the memory of whoever started the process.
  if let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
    let kibibytes = status.firstMatch(of: /VmHWM:\s*([0-9]+) kB/).flatMap({ Int($0.1) })
  {
    return kibibytes * 1024
  }
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}
