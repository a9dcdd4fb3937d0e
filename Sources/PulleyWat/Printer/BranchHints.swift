import PulleyWasm

/// A module's branch hints, if annotations can express all of their section.
struct BranchHints {
  static let sectionName = "metadata.code.branch_hint"

  struct Hint {
    /// The index of the function, counting imported functions.
    let function: UInt32
    /// The offset from the start of the function's body, which begins with the locals.
    let offset: UInt32
    /// The range of the hint's contents in the module.
    let bytes: Range<Int>
  }

  /// Sorted by function and offset.
  private(set) var hints: [Hint] = []

  /// No hints.
  init() {}

  /// Returns nil if annotations cannot express the section.
  init?(_ bytes: ModuleBytes, _ range: Range<Int>) {
    var cursor = ByteCursor(bytes, range)
    guard let functionCount = try? cursor.readU32() else { return nil }
    for _ in 0..<functionCount {
      guard let function = try? cursor.readU32(), let hintCount = try? cursor.readU32(),
        hintCount > 0
      else { return nil }
      if let last = hints.last, last.function >= function { return nil }
      for position in 0..<hintCount {
        guard let offset = try? cursor.readU32(), let size = try? cursor.readU32(),
          size == 1, let contents = try? cursor.skip(size)
        else { return nil }
        if position > 0, let last = hints.last, last.offset >= offset { return nil }
        hints.append(Hint(function: function, offset: offset, bytes: contents))
      }
    }
    guard cursor.isAtEnd, functionCount > 0 else { return nil }
  }
}
