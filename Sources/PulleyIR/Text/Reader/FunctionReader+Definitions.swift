/// Finding out ahead which values and blocks a body defines.
///
/// Values may be used in front of their definitions, and get their own numbers in the order of those.
/// So a first pass looks at nothing but what is defined.
extension FunctionReader {
  mutating func scanDefinitions() {
    var lexer = cursor.lookahead
    var token = cursor.token
    var next: UInt32 = 0
    var nextBlock: UInt32 = 0
    /// Values with commas between, which are results if '=' follows.
    var list: [(number: UInt32, offset: Int)] = []
    var wasComma = false
    /// Behind a `try_call`, until its signature comes.
    var isInTryCall = false
    var header: UInt32?
    var depth = 0
    var line = token.line

    func isEnd(_ kind: TokenKind) -> Bool { kind == .end || kind == .rightBrace }

    while !isEnd(token.kind) {
      switch token.kind {
      case .value:
        if !wasComma { list.removeAll(keepingCapacity: true) }
        list.append((token.number, token.range.lowerBound))
      case .comma: break
      case .colon:
        if depth > 0, let last = list.last {
          define(last.number, &next)
        } else if depth == 0, let number = header {
          defineBlock(number, &nextBlock)
        }
        list.removeAll(keepingCapacity: true)
      case .equal:
        for value in list { define(value.number, &next) }
        list.removeAll(keepingCapacity: true)
      case .arrow:
        if let alias = list.last, values[alias.number] == nil { define(alias.number, &next) }
        list.removeAll(keepingCapacity: true)
      case .signature where isInTryCall:
        isInTryCall = false
        if let results = tryResultCounts(SigRef(number: signatures[token.number] ?? .max)) {
          next += UInt32(results.returns + results.exceptions)
        }
        list.removeAll(keepingCapacity: true)
      default:
        list.removeAll(keepingCapacity: true)
      }
      switch token.kind {
      case .block:
        // No list in parentheses has a block: one at the start of a line ends what was left open.
        if token.line != line { depth = 0 }
        header = token.number
      case .leftParenthesis: depth += 1
      case .rightParenthesis: depth -= 1
      case .identifier:
        let word = lexer.bytes[token.range]
        if word.elementsEqual("try_call".utf8) || word.elementsEqual("try_call_indirect".utf8) {
          isInTryCall = true
        }
        if depth == 0, !word.elementsEqual("cold".utf8) { header = nil }
      default:
        if depth == 0, token.kind != .rightParenthesis { header = nil }
      }
      wasComma = token.kind == .comma
      line = token.line
      token = lexer.next()
    }
    definedValueCount = Int(next)
  }

  private mutating func define(_ number: UInt32, _ next: inout UInt32) {
    if values[number] == nil { values.set(number, to: next) }
    next += 1
  }

  private mutating func defineBlock(_ number: UInt32, _ next: inout UInt32) {
    guard blocks[number] == nil else { return }
    blocks.set(number, to: next)
    next += 1
    text.blocks.append(number, at: 0)
    _ = function.makeBlock()
  }

  /// How many results a `try_call` with the signature has; nil if there is no such signature.
  func tryResultCounts(_ signature: SigRef) -> (returns: Int, exceptions: Int)? {
    guard function.signatures.contains(signature) else { return nil }
    let data = function.signatures[signature]
    return (data.results.count, data.convention.exceptionPayloadTypes.count)
  }
}
