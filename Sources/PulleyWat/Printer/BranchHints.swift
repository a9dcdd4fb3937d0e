import PulleyWasm

/// A module's branch hints, as long as annotations can say all that their section says.
struct BranchHints {
  static let sectionName = "metadata.code.branch_hint"

  struct Hint {
    /// Counting imported functions.
    let function: UInt32
    /// From the beginning of the function's body, its declarations of locals included.
    let offset: UInt32
    /// Where the hint's contents stand in the module.
    let bytes: Range<Int>
  }

  /// In the order of functions and offsets.
  private(set) var hints: [Hint] = []

  /// No hints.
  init() {}

  /// Nil if the section breaks a rule that annotations cannot break.
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
