import PulleyWasm

/// A token of the text format.
public struct Token: Sendable {
  public enum Kind: UInt8, Sendable {
    case leftParen
    case rightParen
    /// A word that begins with a lower-case letter. `keyword` or `operatorCode` (or both) say which
    /// it is. Words that begin with `offset=` or `align=` and unknown words have neither.
    case keyword
    /// A word that begins like a number, `inf` or `nan`. It may be malformed.
    case number
    /// A string literal with its quotes.
    case string
    /// `$` and a name, or `$` and a name in quotes.
    case identifier
    /// `(@` and a name. The contents and a closing parenthesis follow.
    ///
    /// Unknown annotations have no tokens.
    case annotation
    /// A reserved word of the lexical grammar.
    case reserved
    /// The end of the source.
    case end
  }

  public let kind: Kind
  public let keyword: Keyword?
  public let operatorCode: OperatorCode?
  private let start: UInt32
  private let end: UInt32

  init(
    _ kind: Kind, _ range: Range<Int>, keyword: Keyword? = nil, operatorCode: OperatorCode? = nil
  ) {
    self.kind = kind
    self.keyword = keyword
    self.operatorCode = operatorCode
    start = UInt32(truncatingIfNeeded: range.lowerBound)
    end = UInt32(truncatingIfNeeded: range.upperBound)
  }

  /// The range of the token in the source.
  public var range: Range<Int> { Int(start)..<Int(end) }
  /// The position of the token in the source.
  public var offset: Int { Int(start) }
}
