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

/// A text, as it was read, and what it is called in messages.
public struct SourceText: Sendable {
  /// UTF-8, as far as the reader of the text has checked it.
  public let bytes: [UInt8]
  public let name: String

  public init(_ bytes: [UInt8], name: String = "") {
    self.bytes = bytes
    self.name = name
  }

  public init(_ text: String, name: String = "") {
    self.init(Array(text.utf8), name: name)
  }

  /// The most of a line that is shown in front of and behind the caret.
  private static let excerptWidth = 70

  /// The line and column of a byte; the end of the text for what lies behind it.
  ///
  /// Takes time in proportion to `offset`: for messages.
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

  /// The line around a byte and, in a second line, a caret under that byte.
  ///
  /// Long lines are cut; what cannot be shown is written as a number.
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
    // A tab stays a tab, so that the caret stands where the terminal puts the line's character.
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

  /// The first byte of the scalar that `index` points into; `index` itself where the bytes are no
  /// UTF-8.
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
