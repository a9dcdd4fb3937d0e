/// Escapes names and other text from modules, files and command lines for messages and listings.
///
/// The author of a module chooses its names. A terminal obeys control characters in them, and other
/// characters hide or reorder the text around them. So every message and listing passes such text
/// through these functions: an invisible character becomes its number, `\u{1b}`, and a byte that is
/// not UTF-8 becomes `\xff`.
public enum VisibleText {
  /// A name for a message. A backslash is doubled, so that different names look different.
  public static func name(_ name: String) -> String {
    guard !isPlain(name) else { return name }
    return show(name.unicodeScalars, .backslash)
  }

  /// The name of a file, or other bytes that need not be UTF-8, for a message.
  public static func name(_ bytes: some Sequence<UInt8>) -> String {
    show(bytes: bytes, .backslash)
  }

  /// A name between quotes. A quote in it gets a backslash.
  public static func quoted(_ name: String) -> String {
    isPlain(name) ? "\"\(name)\"" : "\"\(show(name.unicodeScalars, [.backslash, .quote]))\""
  }

  /// The same for bytes that need not be UTF-8.
  public static func quoted(_ bytes: some Sequence<UInt8>) -> String {
    "\"\(show(bytes: bytes, [.backslash, .quote]))\""
  }

  /// A message of one line that may contain names. Keeps backslashes, because the functions above may
  /// have added them.
  public static func line(_ text: String) -> String {
    guard !isPrintableASCII(text) else { return text }
    return show(text.unicodeScalars, [])
  }

  /// A message of several lines that may contain names. Also keeps newlines and tabs.
  public static func lines(_ text: String) -> String {
    guard !isPrintableASCII(text) else { return text }
    return show(text.unicodeScalars, [], keepsLines: true)
  }

  /// Whether a character is shown unchanged: it is visible and does not affect the text around it.
  public static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value >= 0x20 }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
      return false
    default:
      return !scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  /// The number of an escaped character: `\u{202e}`.
  public static func number(of scalar: Unicode.Scalar) -> String {
    "\\u{\(String(scalar.value, radix: 16))}"
  }

  /// The characters that are escaped with a backslash.
  private struct Marked: OptionSet {
    let rawValue: UInt8
    static let backslash = Marked(rawValue: 1)
    static let quote = Marked(rawValue: 2)
  }

  private static func isPrintableASCII(_ text: String) -> Bool {
    text.utf8.allSatisfy { 0x20..<0x7F ~= $0 }
  }

  private static func isPlain(_ name: String) -> Bool {
    name.utf8.allSatisfy {
      0x20..<0x7F ~= $0 && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"")
    }
  }

  private static func show(
    _ scalars: some Sequence<Unicode.Scalar>, _ marked: Marked, keepsLines: Bool = false
  ) -> String {
    var text = ""
    for scalar in scalars { append(scalar, marked, keepsLines, to: &text) }
    return text
  }

  private static func append(
    _ scalar: Unicode.Scalar, _ marked: Marked, _ keepsLines: Bool, to text: inout String
  ) {
    switch scalar {
    case "\\" where marked.contains(.backslash): text += "\\\\"
    case "\"" where marked.contains(.quote): text += "\\\""
    case "\n" where keepsLines, "\t" where keepsLines: text.unicodeScalars.append(scalar)
    case _ where isVisible(scalar): text.unicodeScalars.append(scalar)
    default: text += number(of: scalar)
    }
  }

  private static func show(bytes: some Sequence<UInt8>, _ marked: Marked) -> String {
    var text = ""
    for element in ScalarsAndBytes(bytes) {
      switch element {
      case .scalar(let scalar): append(scalar, marked, false, to: &text)
      case .byte(let byte):
        let digits = String(byte, radix: 16)
        text += "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
      }
    }
    return text
  }
}
