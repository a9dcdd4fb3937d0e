import PulleyDeclarations

extension FormatReader {
  /// Reads a format of `sqlite3_mprintf` and its relatives.
  ///
  /// They know other conversions and fewer lengths than printf: `%zd` would free a string. What they do
  /// not know ends the output, but this reader refuses it.
  ///
  /// Source: "SQL Functions: printf()" and "Custom Printf Implementation" of SQLite's documentation.
  mutating func readSQLite() throws(FormatError) {
    while try findConversion() {
      var countsCharacters = false
      while true {
        if take("!") {
          countsCharacters = true
        } else if !(take("-") || take("+") || take(" ") || take("#") || take("0") || take(",")) {
          break
        }
      }
      let width = try columns("width")
      let precision = take(".") ? try columns("precision") ?? .constant(0) : nil
      let length = length()
      let letter = try letter()
      let type = try sqliteType(letter, length)
      if countsCharacters, type == .string(.terminated), let precision {
        // Characters may have more bytes than the precision is, so the NUL must be there.
        _ = try use(width ?? .none, "width", isLimited: true)
        _ = try use(precision, "precision", isLimited: false)
        try use(type, at: nil)
      } else {
        try add(type, at: nil, width: width ?? .none, precision: precision)
      }
    }
  }

  private func sqliteType(_ letter: UInt8, _ length: Length) throws(FormatError) -> VariableType {
    guard [.none, .l, .ll].contains(length) else { throw wrongLength() }
    switch Unicode.Scalar(letter) {
    case "d", "i":
      if let type = integer(length, isSigned: true) { return .integer(type) }
    case "o", "u", "x", "X":
      if let type = integer(length, isSigned: false) { return .integer(type) }
    case "c":
      if length == .none { return .integer(.int32) }
    case "s", "q", "Q", "w":
      if length == .none { return .string(.terminated) }
    case "p":
      if length == .none { return .address }
    case "e", "E", "f", "g", "G":
      if length != .ll { return .double }
    case "n": throw refusal("writes to memory, which a format of printf may not do")
    case "z": throw refusal("frees its string, which is not the host's to free")
    default: throw unknown(letter)
    }
    throw wrongLength()
  }
}
