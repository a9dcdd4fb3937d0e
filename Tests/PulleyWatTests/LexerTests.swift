import PulleySource
import Testing

@testable import PulleyWat

@Suite struct LexerTests {
  /// The tokens of a text, each as its kind and its text.
  private func tokens(_ text: String) throws -> [String] {
    var cursor = try TokenCursor(SourceText(text))
    var list: [String] = []
    while !cursor.isAtEnd {
      let token = cursor.next()
      list.append("\(token.kind) \(cursor.text(of: token))")
    }
    return list
  }

  private func message(_ bytes: [UInt8]) -> String {
    do throws(TextError) {
      _ = try TokenCursor(SourceText(bytes))
      return ""
    } catch {
      return error.message
    }
  }

  private func message(_ text: String) -> String { message(Array(text.utf8)) }

  @Test func theLexerSplitsTokensAsTheGrammarSays() throws {
    #expect(
      try tokens("(func$f i32.add;;x\n(;a(;b;)c;)0)") == [
        "leftParen (", "keyword func$f", "keyword i32.add", "number 0", "rightParen )",
      ])
    #expect(try tokens("\"a\"\"b\"") == ["reserved \"a\"\"b\""])
    #expect(
      try tokens("$l\"a\" 0$x x\"y\"") == ["reserved $l\"a\"", "number 0$x", "reserved x\"y\""])
    #expect(try tokens("$\"a b\" $\"a\"$x") == ["identifier $\"a b\"", "reserved $\"a\"$x"])
    #expect(try tokens("a,;b") == ["keyword a", "reserved ,", "reserved ;", "keyword b"])
    #expect(
      try tokens("nan:canonical nan:0x1 inf -inf") == [
        "keyword nan:canonical", "number nan:0x1", "number inf", "number -inf",
      ])
  }

  @Test func theLexerRecognisesKeywordsAndOperators() throws {
    let cursor = try TokenCursor(SourceText("(module block select i32.trunc_sat_f32_u nothing"))
    #expect(cursor.opens(.module))
    #expect(cursor.peek(2).operatorCode == .block)
    #expect(cursor.peek(3).operatorCode == .select)
    #expect(cursor.peek(4).operatorCode == .i32TruncSatF32U)
    #expect(cursor.peek(5).operatorCode == nil && cursor.peek(5).keyword == nil)
    #expect(cursor.peek(99).kind == .end)
  }

  @Test func lineCommentsEndAtAnyLineEnd() throws {
    #expect(try tokens(";; a\rb ;; c\r\nd ;; e") == ["keyword b", "keyword d"])
  }

  @Test func theLexerReadsEscapesInStrings() throws {
    var cursor = try TokenCursor(SourceText(#""\t\n\r\"\'\\\00\fF\u{20AC}\u{1_F600}ß""#))
    #expect(
      try cursor.readString() == [9, 10, 13, 34, 39, 92, 0, 255] + Array("€\u{1F600}ß".utf8))
    for text in [
      #""\x""#, #""\0""#, #""\u{}""#, #""\u{d800}""#, #""\u{110000}""#, #""\u{1__2}""#,
      #""\u12""#, #""\u{ffffffffffffffffffff}""#,
    ] {
      #expect(message(text) == "illegal escape", "\(text)")
    }
  }

  @Test func theLexerRefusesIllegalCharactersAndMalformedUTF8() {
    #expect(message("(func \u{1})") == "illegal character")
    #expect(message("(func ß)") == "illegal character")
    #expect(message([0x28, 0xC0, 0x80]) == "malformed UTF-8 encoding")
    #expect(message([0x3B, 0x3B, 0xED, 0xA0, 0x80]) == "malformed UTF-8 encoding")
    #expect(message([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22]) == "malformed UTF-8 encoding")
    #expect(message("\"a\nb\"") == "unclosed string")
    #expect(message("\"a") == "unclosed string")
    #expect(message("\"a\\") == "unclosed string")
    #expect(message("\"a\u{7}\"") == "illegal control character in string")
    #expect(message("(; (; ;)") == "unclosed comment")
  }

  @Test func identifiersAreComparedAfterTheirEscapesAreRead() throws {
    var cursor = try TokenCursor(SourceText(#"$AB $"AB" $"\41\u{42}" x"#))
    for _ in 0..<3 { #expect(cursor.readIdentifier() == Array("AB".utf8)) }
    #expect(cursor.readIdentifier() == nil)
    for text in ["$", "$\"\"", "$ \"a\"", "$\"a\nb\"", "$\"a\tb\""] {
      #expect(message(text) == "empty identifier")
    }
    #expect(message("$\"\\ef\"") == "malformed UTF-8 encoding")
  }

  @Test func theLexerSkipsUnknownAnnotations() throws {
    #expect(try tokens("(@a (b (@c) \")\" , ; ] {) (;);) ) x (@\"a b\")") == ["keyword x"])
    #expect(
      try tokens("(@custom \"x\" (@y) 1)") == [
        "annotation (@custom", "string \"x\"", "number 1", "rightParen )",
      ])
    #expect(try tokens("(@\"name\" \"x\")").first == "annotation (@\"name\"")
    #expect(try tokens("( @a)")[1] == "reserved @a")
    for text in ["(@)", "(@ x)", "(@(@a)x)", "(@\"\")", "(@\"\n\")"] {
      #expect(message(text) == "empty annotation id")
    }
    for text in ["(@x ", "(@x (y (z))", "(@x (@y )", "(@custom ()"] {
      #expect(message(text) == "unclosed annotation")
    }
    #expect(message("(@x \")") == "unclosed string")
    #expect(message("(@x ß)") == "illegal character")
  }

  @Test func theTokenCursorSkipsToTheEndOfAList() throws {
    var cursor = try TokenCursor(SourceText("a (b (c)) (@name d) ) e"))
    try cursor.skipToClosingParenthesis()
    #expect(cursor.text(of: cursor.token) == "e")
    #expect(throws: TextError.self) { try cursor.skipToClosingParenthesis() }
  }
}
