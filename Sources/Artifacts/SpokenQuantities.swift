import Foundation

/// A time as a person says it: "0.4 s", "42 s", "3 min 20 s", "2 h 5 min", "1 d 3 h".
public func spoken(_ duration: Duration) -> String {
  let seconds = max(duration / .seconds(1), 0)
  if seconds < 9.95 { return String(format: "%.1f s", seconds) }
  guard seconds < 1e9 else { return "many years" }
  let whole = Int(seconds.rounded())
  let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60)
  return switch whole {
  case ..<60: "\(whole) s"
  case ..<3_600: "\(minutes) min \(whole % 60) s"
  case ..<86_400: "\(hours) h \(minutes) min"
  default: "\(days) d \(hours) h"
  }
}

/// An amount of memory or disk as a person says it: "512 B", "3.41 KiB", "118 MiB", "9.62 GiB".
public func spoken(bytes: Int) -> String {
  let units = ["B", "KiB", "MiB", "GiB", "TiB"]
  var (value, unit) = (Double(bytes), 0)
  while value >= 999.5 && unit + 1 < units.count {
    value /= 1024
    unit += 1
  }
  let decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return String(format: "%.\(decimals)f ", value) + units[unit]
}

/// A count, not negative, with its digits in groups of three: "1,600,000".
public func spoken(count: Int) -> String {
  let backwards = String(count).reversed().enumerated().flatMap { index, digit -> [Character] in
    index > 0 && index % 3 == 0 ? [",", digit] : [digit]
  }
  return String(backwards.reversed())
}
