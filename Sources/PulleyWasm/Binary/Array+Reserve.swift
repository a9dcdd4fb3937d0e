extension Array {
  /// Reserves capacity for `count` more elements, up to a limit. A count that a module declares must
  /// not use much memory before the elements have been read.
  mutating func reserve(_ additional: Int) {
    reserveCapacity(count + Swift.min(additional, 1 << 16))
  }
}
