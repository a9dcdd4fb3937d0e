/// Reads one function.
struct FunctionReader {
  var cursor: ClifCursor
  var function = Function(name: .user(namespace: 0, index: 0), signature: Signature())
  var text = FunctionText()
  /// The positions of the entities that comments may follow.
  var owners: [(offset: Int, line: Int)] = []

  // From numbers of the text to numbers of the function.
  var values = NumberMap()
  var blocks = NumberMap()
  var stackSlots = NumberMap()
  var globalValues = NumberMap()
  var signatures = NumberMap()
  var functions = NumberMap()
  var constants = NumberMap()
  var aliasRegions = NumberMap()
  var heaps = NumberMap()

  /// The positions of the definitions of the body, in the order of the text.
  var definitionOffsets: [UInt32] = []
  /// Values that are used but not defined; they come after the defined ones.
  var impossibleValues: [(number: UInt32, definition: ValueDefinition)] = []

  /// The convention of signatures that do not name one.
  let defaultConvention: CallConvention

  init(_ cursor: ClifCursor, defaultConvention: CallConvention = .fast) {
    self.cursor = cursor
    self.defaultConvention = defaultConvention
  }

  /// Reads a function from the word `function` on; nil if there is no way to recover from an error.
  mutating func read() -> Function? {
    let header = (offset: cursor.token.range.lowerBound, line: cursor.token.line)
    owners.append(header)
    do throws(ClifError) {
      cursor.advance()
      // The text of a name begins after the `%`.
      text.offset = cursor.offset - (cursor.token.kind == .name ? 1 : 0)
      function = Function(name: try cursor.name(), signature: Signature())
      function.signature = try readSignature()
      try cursor.expect(.leftBrace, "'{' in front of the function's body")
    } catch {
      cursor.report(error)
      return nil
    }
    readPreamble()
    let errorCount = cursor.errors.count
    scanDefinitions()
    guard cursor.errors.count == errorCount else { return nil }
    readBlocks()
    // Comments after the end belong to the function.
    owners.append((cursor.token.range.lowerBound, header.line))
    if cursor.token.kind == .rightBrace {
      cursor.advance()
    } else {
      cursor.report("expected '}' after the function's body")
    }
    for (number, definition) in impossibleValues {
      _ = function.makeValue(.invalid, definition)
      text.values.appendResult(number, at: text.offset)
    }
    function.text = text
    return function
  }

  /// Records that an entity begins at the token.
  mutating func beginOwner() {
    owners.append((cursor.token.range.lowerBound, cursor.token.line))
  }

  /// Whether the limit of errors has been reached.
  var hasTooManyErrors: Bool { cursor.errors.count >= ClifReader.errorLimit }

  // Signatures

  mutating func readSignature() throws(ClifError) -> Signature {
    var signature = Signature(convention: defaultConvention)
    try cursor.expect(.leftParenthesis, "'(' in front of the parameters")
    if cursor.token.kind != .rightParenthesis { signature.parameters = try readParameters() }
    try cursor.expect(.rightParenthesis, "')' after the parameters")
    if cursor.takes(.arrow) { signature.results = try readParameters() }
    guard cursor.token.kind == .identifier, !beginsDeclaration else { return signature }
    let word = cursor.text
    guard let convention = CallConvention.allCases.first(where: { $0.name == word }) else {
      throw cursor.refusal("unknown calling convention: \(word)")
    }
    signature.convention = convention
    cursor.advance()
    return signature
  }

  /// Whether the word begins a declaration, so that it cannot be part of a signature.
  private var beginsDeclaration: Bool { cursor.isWord("stack_limit") }

  private mutating func readParameters() throws(ClifError) -> [ABIParameter] {
    var list: [ABIParameter] = []
    repeat { list.append(try readParameter()) } while cursor.takes(.comma)
    return list
  }

  private mutating func readParameter() throws(ClifError) -> ABIParameter {
    var parameter = ABIParameter(try cursor.type("a parameter's type"))
    while cursor.token.kind == .identifier {
      if cursor.isWord("uext") {
        parameter.extension = .unsigned
      } else if cursor.isWord("sext") {
        parameter.extension = .signed
      } else if cursor.isWord("vmctx") {
        parameter.purpose = .vmctx
      } else if cursor.isWord("sret") {
        parameter.purpose = .structReturn
      } else if cursor.isWord("normal") {
        parameter.purpose = .normal
      } else if cursor.isWord("sarg") {
        cursor.advance()
        try cursor.expect(.leftParenthesis, "'(' in front of the structure's size")
        parameter.purpose = .structArgument(try cursor.unsigned32())
        try cursor.expect(.rightParenthesis, "')' after the structure's size")
        continue
      } else {
        break
      }
      cursor.advance()
    }
    return parameter
  }
}
