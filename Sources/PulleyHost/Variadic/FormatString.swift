import PulleyDeclarations
import PulleyText

/// A format string of printf or scanf, read to learn which variable arguments it asks for.
///
/// The C function reads the format too. If the two readings differed, it could take a number of the
/// guest's for a pointer. So everything is refused that the standard leaves undefined, or that C
/// libraries understand in different ways, and the C function must be given the same bytes that were read.
///
/// Source: ISO/IEC 9899:2018, 7.21.6.1 and 7.21.6.2, and POSIX.1-2017, "fprintf" and "fscanf".
struct FormatString {
  /// The longest format, in bytes.
  static let longest = 1 << 20
  /// The limit of variable arguments, and of conversions.
  static let mostArguments = 128
  /// The limit of widths, and of precisions that are not those of strings: the C function makes as many
  /// characters of one argument.
  static let mostColumns = 1 << 16

  struct Argument: Hashable {
    let type: VariableType
    /// The conversion that uses the argument first, as a range of the format's bytes.
    let conversion: Range<Int>
  }

  let bytes: [UInt8]
  let arguments: [Argument]

  /// - Parameter bytes: the format without its NUL.
  init(_ bytes: [UInt8], _ style: FormatRule.Style) throws(FormatError) {
    guard bytes.count <= Self.longest else {
      throw FormatError(
        text: FormatString.excerpt(bytes), position: nil,
        reason: "is longer than \(Self.longest) bytes")
    }
    var reader = FormatReader(bytes)
    switch style {
    case .printf: try reader.readPrintf()
    case .scanf: try reader.readScanf()
    case .sqlite: try reader.readSQLite()
    }
    self.bytes = bytes
    arguments = try reader.finish()
  }

  /// The format for a message, shortened if it is long.
  static func excerpt(_ bytes: [UInt8]) -> String {
    bytes.count <= 80
      ? VisibleText.quoted(bytes) : VisibleText.quoted(bytes.prefix(60)) + "…"
  }

  /// The text of the conversion that uses an argument first: "'%-5d'".
  func conversion(ofArgument index: Int) -> String {
    "'\(VisibleText.name(bytes[arguments[index].conversion].prefix(40)))'"
  }
}

/// Why a format string is refused.
struct FormatError: Error, Hashable, CustomStringConvertible {
  /// The format for messages, between quotes.
  let text: String
  /// The offset of the conversion, in bytes; nil if the whole format is meant.
  let position: Int?
  /// The continuation of a sentence.
  let reason: String

  /// The continuation of a sentence that begins with the argument.
  var description: String {
    guard let position else { return "is the format \(text), which \(reason)" }
    return "is the format \(text), which at character \(position) \(reason)"
  }
}
