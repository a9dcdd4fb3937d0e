import PulleySource

/// Modules in the text format.
public enum TextModule {
  /// The module of a file: `(module …)`, or its fields alone.
  public static func encode(_ source: SourceText) throws(TextError) -> EncodedModule {
    var cursor = try TokenCursor(source)
    let module: EncodedModule
    if cursor.opens(.module) {
      module = try encode(&cursor)
    } else {
      module = try ModuleParser.parse(&cursor, isWhole: true)
    }
    guard cursor.isAtEnd else { throw cursor.unexpectedToken() }
    return module
  }

  /// The module at the `(module` at which a cursor stands, which is moved behind it.
  ///
  /// Takes the forms of scripts too: `(module definition …)`, `(module binary "…")` and
  /// `(module quote "…")`.
  public static func encode(_ cursor: inout TokenCursor) throws(TextError) -> EncodedModule {
    let start = cursor.offset
    try cursor.expect(.leftParen)
    try cursor.expect(.module)
    let isDefinition = cursor.take(.definition)
    let identifier = cursor.readIdentifier()
    var module: EncodedModule
    if cursor.take(.binary) {
      module = EncodedModule(bytes: try cursor.readStrings(), isFrom: start)
    } else if cursor.take(.quote) {
      let text = SourceText(try cursor.readStrings(), name: cursor.source.name)
      do throws(TextError) {
        module = EncodedModule(bytes: try encode(text).bytes, isFrom: start)
      } catch {
        throw TextError(error.message, at: start)
      }
    } else {
      module = try ModuleParser.parse(&cursor, identifier: identifier, isWhole: false)
    }
    try cursor.expect(.rightParen)
    module.name = identifier.map { String(decoding: $0, as: UTF8.self) }
    module.isDefinition = isDefinition
    return module
  }

  /// Whether bytes are a text rather than a binary: the first of them that is neither space nor
  /// comment is a parenthesis, or there is none.
  public static func isText(_ bytes: [UInt8]) -> Bool {
    Lexer.firstByte(bytes) == UInt8(ascii: "(")
  }
}
