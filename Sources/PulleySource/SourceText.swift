import PulleyText

/// A line and a column, both counted from 1; columns count Unicode scalars.
public struct TextPosition: Hashable, Sendable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

extension TextPosition: CustomStringConvertible {
  public var description: String { "\(line):\(column)" }
}

/// The bytes of a source text, and its name for messages.
public struct SourceText: Sendable {
  /// The bytes as they were read. Only the text's reader checks that they are UTF-8.
  public let bytes: [UInt8]
  public let name: String

  public init(_ bytes: [UInt8], name: String = "") {
    self.bytes = bytes
    self.name = name
  }

  public init(_ text: String, name: String = "") {
    self.init(Array(text.utf8), name: name)
  }

  /// The number of bytes of a line that are shown before and after the caret.
  private static let excerptWidth = 70

  /// The line and column of the byte at `offset`, which is clamped to the text.
  ///
  /// Takes linear time, which is enough for messages.
  public func position(ofOffset offset: Int) -> TextPosition {
    let offset = min(max(offset, 0), bytes.count)
    var line = 1
    var start = 0
    for index in 0..<offset where endsLine(index) {
      line += 1
      start = index + 1
    }
    return TextPosition(line: line, column: 1 + scalarCount(start..<offset))
  }

  /// The line that contains the byte at `offset`, and a second line with a caret under the byte.
  ///
  /// Long lines are truncated. Invisible characters become numbers.
  public func excerpt(at offset: Int) -> String {
    let offset = min(max(offset, 0), bytes.count)
    var start = offset
    while start > 0, !endsLine(start - 1) { start -= 1 }
    var end = offset
    while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
    var shown = start..<end
    if offset - start > Self.excerptWidth {
      shown = scalarStart(offset - Self.excerptWidth)..<end
    }
    if end - offset > Self.excerptWidth {
      shown = shown.lowerBound..<scalarStart(offset + Self.excerptWidth)
    }
    let before = shown.lowerBound > start ? "…" : ""
    let after = shown.upperBound < end ? "…" : ""
    let line = visible(shown.lowerBound..<offset) + visible(offset..<shown.upperBound)
    // Tabs are kept, so that the terminal aligns the caret with the character above.
    let indent = (before + visible(shown.lowerBound..<offset)).unicodeScalars
      .map { $0 == "\t" ? "\t" : " " }.joined()
    return "\(before)\(line)\(after)\n\(indent)^"
  }

  /// Whether the byte is the last of a line end: `\n`, `\r\n`, or `\r` alone.
  private func endsLine(_ index: Int) -> Bool {
    switch bytes[index] {
    case 0x0A: true
    case 0x0D: index + 1 == bytes.count || bytes[index + 1] != 0x0A
    default: false
    }
  }

  private func scalarCount(_ range: Range<Int>) -> Int {
    bytes[range].reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }

  /// The first byte of the scalar that contains `index`; `index` itself if the bytes are not UTF-8.
  private func scalarStart(_ index: Int) -> Int {
    for start in stride(from: index, through: max(index - 3, 0), by: -1)
    where start == bytes.count || bytes[start] & 0xC0 != 0x80 {
      return start
    }
    return index
  }

  private func visible(_ range: Range<Int>) -> String {
    VisibleText.lines(String(decoding: bytes[range], as: UTF8.self))
  }
}
