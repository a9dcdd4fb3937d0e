/// A command for Cranelift's test tool in a comment: `run: %f(1, 2) == 3`.
public enum ClifRunCommand: Hashable, Sendable {
  /// Calls a function and compares its results. Without a comparison, it only has to return.
  case run(Invocation, Comparison?)
  /// Calls a function and prints its results.
  case print(Invocation)

  /// A call of a function with constant arguments.
  public struct Invocation: Hashable, Sendable {
    /// The name without the `%`; nil means the function that the comment belongs to.
    public var name: String?
    public var arguments: [ClifValue]
  }

  /// The values that the results must equal, or must not equal.
  public struct Comparison: Hashable, Sendable {
    public var isEqual: Bool
    public var values: [ClifValue]
  }

  /// Nil if the comment is not a command.
  public static func parse(
    _ comment: String, of signature: Signature
  ) throws(ClifError) -> ClifRunCommand? {
    var cursor = ClifCursor(Array(comment.utf8))
    let isPrint = cursor.isWord("print")
    guard isPrint || cursor.isWord("run") else { return nil }
    cursor.advance()
    return try parse(&cursor, isPrint: isPrint, signature)
  }

  private static func parse(
    _ cursor: inout ClifCursor, isPrint: Bool, _ signature: Signature
  ) throws(ClifError) -> ClifRunCommand? {
    guard cursor.takes(.colon) else {
      // A sentence that starts with the word.
      guard cursor.token.kind == .end else { return nil }
      let invocation = Invocation(name: nil, arguments: [])
      guard signature.parameters.isEmpty else {
        throw cursor.error("expected ':' and a call, since the function has parameters")
      }
      if isPrint { return .print(invocation) }
      guard signature.results.count == 1, signature.results[0].type.isInteger else {
        throw cursor.error("expected ':' and a call: the function's result is not one integer")
      }
      let zero = ClifValue(type: signature.results[0].type, bits: 0)
      return .run(invocation, Comparison(isEqual: false, values: [zero]))
    }
    let invocation = try readInvocation(&cursor, signature)
    if isPrint {
      try expectEnd(&cursor)
      return .print(invocation)
    }
    if cursor.token.kind == .end, signature.results.isEmpty { return .run(invocation, nil) }
    let isEqual = cursor.token.kind == .equal
    guard cursor.takes(.equal) || cursor.takes(.bang) else {
      throw cursor.error("expected `==` or `!=`")
    }
    try cursor.expect(.equal, "`==` or `!=`")
    let types = signature.results.map(\.type)
    if types.count != 1 { try cursor.expect(.leftBracket, "'[' in front of several results") }
    let values = try readValues(&cursor, types)
    if types.count != 1 { try cursor.expect(.rightBracket, "']' after several results") }
    try expectEnd(&cursor)
    return .run(invocation, Comparison(isEqual: isEqual, values: values))
  }

  private static func readInvocation(
    _ cursor: inout ClifCursor, _ signature: Signature
  ) throws(ClifError) -> Invocation {
    guard cursor.token.kind == .name else { throw cursor.error("expected a function's name") }
    let name = cursor.text
    cursor.advance()
    try cursor.expect(.leftParenthesis, "'(' in front of the arguments")
    let arguments = try readValues(&cursor, signature.parameters.map(\.type))
    try cursor.expect(.rightParenthesis, "')' after as many arguments as there are parameters")
    return Invocation(name: name, arguments: arguments)
  }

  private static func readValues(
    _ cursor: inout ClifCursor, _ types: [Type]
  ) throws(ClifError) -> [ClifValue] {
    var values: [ClifValue] = []
    for type in types {
      if !values.isEmpty { try cursor.expect(.comma, "',' between values") }
      values.append(try ClifValue.read(type, from: &cursor))
    }
    return values
  }

  private static func expectEnd(_ cursor: inout ClifCursor) throws(ClifError) {
    guard cursor.token.kind == .end else { throw cursor.error("expected the end of the command") }
  }
}
