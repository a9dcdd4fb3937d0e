extension Array {
  /// Makes room for so many more elements, up to a point: a count that a module merely declares
  /// must not cost much before the elements themselves have been seen.
  mutating func reserve(_ additional: Int) {
    reserveCapacity(count + Swift.min(additional, 1 << 16))
  }
}
