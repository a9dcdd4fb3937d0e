import PulleySource

/// Modules in the text format.
public enum TextModule {
  /// Reads the module of a file, which is `(module …)` or only its fields.
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

  /// Reads the module that starts at the cursor with `(module`, and moves the cursor past it.
  ///
  /// The forms of scripts are accepted, too: `(module definition …)`, `(module binary "…")` and
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

  /// Whether bytes are in the text format: after spaces and comments there is a parenthesis or
  /// nothing.
  public static func isText(_ bytes: [UInt8]) -> Bool {
    Lexer.firstByte(bytes) == UInt8(ascii: "(")
  }
}
