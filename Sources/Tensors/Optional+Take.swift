extension Optional {
  /// The value, leaving nil behind: whoever takes it holds the only reference.
  mutating func take() -> Wrapped? {
    let value = self
    self = nil
    return value
  }
}
