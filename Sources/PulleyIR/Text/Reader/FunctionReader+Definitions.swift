/// The first pass over a body, which finds the values and blocks that it defines.
///
/// Values may be used before their definitions, and are numbered in the order of these.
extension FunctionReader {
  /// The limit of results. A short text can have very many results without naming them: many calls
  /// with a signature that has many results.
  private static let unnamedLimit = 1 << 20

  mutating func scanDefinitions() {
    var lexer = cursor.lookahead
    var token = cursor.token
    var nextBlock: UInt32 = 0
    /// Values separated by commas, which are results if '=' follows.
    var list: [(number: UInt32, offset: UInt32)] = []
    var wasComma = false
    /// After a `try_call`, before its signature.
    var isInTryCall = false
    var unnamedCount = 0
    var header: UInt32?
    var depth = 0

    func isEnd(_ token: ClifToken) -> Bool {
      token.kind == .end || token.kind == .rightBrace
        || token.kind == .identifier && lexer.bytes[token.range].elementsEqual("function".utf8)
    }

    while !isEnd(token) {
      switch token.kind {
      case .value:
        if !wasComma { list.removeAll(keepingCapacity: true) }
        list.append((token.number, UInt32(truncatingIfNeeded: token.range.lowerBound)))
      case .comma: break
      case .colon:
        if depth > 0, let last = list.last {
          define(last)
        } else if depth == 0, let number = header {
          defineBlock(number, &nextBlock)
        }
        list.removeAll(keepingCapacity: true)
      case .equal:
        for value in list { define(value) }
        list.removeAll(keepingCapacity: true)
      case .arrow:
        if let alias = list.last, values[alias.number] == nil { define(alias) }
        list.removeAll(keepingCapacity: true)
      case .signature where isInTryCall:
        isInTryCall = false
        if let results = tryResultCounts(SigRef(number: signatures[token.number] ?? .max)) {
          let count = results.returns + results.exceptions
          unnamedCount += count
          guard unnamedCount <= Self.unnamedLimit else {
            return cursor.report(
              "the calls have too many results",
              at: UInt32(truncatingIfNeeded: token.range.lowerBound), line: token.line)
          }
          definitionOffsets.append(
            contentsOf: repeatElement(
              UInt32(truncatingIfNeeded: token.range.lowerBound), count: count))
        }
        list.removeAll(keepingCapacity: true)
      default:
        list.removeAll(keepingCapacity: true)
      }
      switch token.kind {
      case .block:
        header = token.number
        // Block headers are never in parentheses, so a parenthesis is missing.
        depth = 0
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
      token = lexer.next()
    }
  }

  private mutating func define(_ value: (number: UInt32, offset: UInt32)) {
    if values[value.number] == nil {
      values.set(value.number, to: UInt32(definitionOffsets.count))
    }
    definitionOffsets.append(value.offset)
  }

  private mutating func defineBlock(_ number: UInt32, _ next: inout UInt32) {
    guard blocks[number] == nil else { return }
    blocks.set(number, to: next)
    next += 1
    text.blocks.append(number, at: 0)
    _ = function.makeBlock()
  }

  /// The number of results of a `try_call` with the signature; nil if there is no such signature.
  func tryResultCounts(_ signature: SigRef) -> (returns: Int, exceptions: Int)? {
    guard function.signatures.contains(signature) else { return nil }
    let data = function.signatures[signature]
    return (data.results.count, data.convention.exceptionPayloadTypes.count)
  }
}
