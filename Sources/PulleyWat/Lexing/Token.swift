import PulleyWasm

/// A piece of source text that the grammar does not divide further.
public struct Token: Sendable {
  public enum Kind: UInt8, Sendable {
    case leftParen
    case rightParen
    /// A word that begins with a small letter. `keyword` or `operatorCode` (or both) say which it
    /// is; words that begin with `offset=` or `align=`, and those that nobody knows, have neither.
    case keyword
    /// What begins like a number, `inf` and `nan`; reading it finds out whether it is one.
    case number
    /// With its quotes.
    case string
    /// `$` and a name, or `$` and a name in quotes.
    case identifier
    /// `(@` and a name; what follows is the annotation's contents, closed by a parenthesis.
    ///
    /// Annotations that nobody reads have no tokens at all.
    case annotation
    /// What the lexical grammar keeps for the future.
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

  /// Where the token stands in the source.
  public var range: Range<Int> { Int(start)..<Int(end) }
  /// Where the token begins in the source.
  public var offset: Int { Int(start) }
}
