/// The body: block headers, and the beginnings of statements.
extension FunctionReader {
  mutating func readBlocks() {
    var current = Block.none
    while !hasTooManyErrors {
      makeMissingValues()
      switch cursor.token.kind {
      case .end, .rightBrace: return
      case .identifier where cursor.isWord("function"): return
      case .block:
        beginOwner()
        do throws(ClifError) {
          try readHeader(&current)
        } catch {
          cursor.report(error)
          skipStatement()
        }
      default:
        beginOwner()
        // This is only reached after an invalid header.
        guard !current.isNone else {
          skipStatement()
          continue
        }
        do throws(ClifError) {
          try readStatement(in: current)
        } catch {
          cursor.report(error)
          skipStatement()
        }
      }
    }
  }

  /// Error recovery: skips to a token on another line that can begin a statement.
  mutating func skipStatement() {
    // If the statement was read to its end before the error, the next one may follow already.
    let hasBegun = owners.last.map { $0.offset < cursor.token.range.lowerBound } ?? false
    let line = hasBegun ? cursor.previousLine : cursor.token.line
    cursor.skip { cursor in
      switch cursor.token.kind {
      case .rightBrace: true
      case .value, .block, .identifier, .sourceMark, .leftAngle, .stackSlot, .globalValue,
        .signature,
        .function, .constant, .aliasRegion, .heap:
        cursor.token.line > line
      default: false
      }
    }
  }

  private mutating func readHeader(_ current: inout Block) throws(ClifError) {
    let offset = cursor.offset
    let refusal = cursor.refusal("duplicate \(cursor.text)")
    let block = try readBlock()
    guard block.index < function.blockCount else {
      throw cursor.error("expected ':' after the block's header")
    }
    guard text.blocks.offsets[block.index] == 0 else { throw refusal }
    text.blocks.setOffset(offset, of: block.number)
    function.appendToLayout(block)
    current = block
    if cursor.takes(.leftParenthesis) {
      if cursor.token.kind != .rightParenthesis {
        repeat { try readParameter(of: block) } while cursor.takes(.comma)
      }
      try cursor.expect(.rightParenthesis, "')' after the block's parameters")
    }
    if cursor.takes(word: "cold") { function.coldBlocks.insert(block) }
    try cursor.expect(.colon, "':' after the block's header")
  }

  private mutating func readParameter(of block: Block) throws(ClifError) {
    let offset = cursor.offset
    let duplicate = cursor.refusal("duplicate value \(cursor.text)")
    let number = try cursor.number(.value, "a parameter")
    try cursor.expect(.colon, "':' and a type after a block's parameter")
    let value = function.appendParameter(try cursor.type("a parameter's type"), to: block)
    text.values.append(number, at: offset)
    guard values[number] == value.number else { throw duplicate }
  }

  /// Makes values for the definitions before the token that had errors, so that later values get the
  /// numbers that the first pass gave them.
  private mutating func makeMissingValues() {
    while function.valueCount < definitionOffsets.count,
      definitionOffsets[function.valueCount] < cursor.offset
    {
      _ = function.makeValue(.invalid, .result(.none, index: .max))
      text.values.appendUnnamed(at: cursor.offset)
    }
  }

  // Statements

  private mutating func readStatement(in block: Block) throws(ClifError) {
    let tags = try readDebugTags()
    var mark: UInt32?
    if cursor.token.kind == .sourceMark {
      guard let number = UInt32(cursor.text, radix: 16) else {
        throw cursor.refusal("invalid source location: \(cursor.text)")
      }
      mark = number
      cursor.advance()
    }
    let start = cursor.refusal("")
    var results: [(number: UInt32, offset: UInt32)] = []
    if cursor.token.kind == .value {
      repeat {
        let offset = cursor.offset
        results.append((try cursor.number(.value, "a result"), offset))
      } while cursor.takes(.comma)
    }
    if cursor.takes(.arrow) { return try readAlias(results, start) }
    if !results.isEmpty { try cursor.expect(.equal, "'=' or '->' after values") }
    let inst = try readInstruction(in: block, results: results)
    if let mark { text.sourceMarks[inst] = mark }
    if !tags.isEmpty { text.debugTags[inst] = tags }
  }

  private mutating func readDebugTags() throws(ClifError) -> [FunctionText.DebugTag] {
    var tags: [FunctionText.DebugTag] = []
    guard cursor.takes(.leftAngle) else { return tags }
    while cursor.token.kind != .rightAngle {
      if cursor.token.kind == .stackSlot {
        tags.append(.stackSlot(try readStackSlotName()))
      } else {
        tags.append(.number(try cursor.unsigned32()))
      }
      guard cursor.takes(.comma) else { break }
    }
    try cursor.expect(.rightAngle, "'>' after debug tags")
    return tags
  }

  mutating func readStackSlotName() throws(ClifError) -> StackSlot {
    let refusal = cursor.refusal("undefined stack slot \(cursor.text)")
    guard let own = stackSlots[try cursor.number(.stackSlot, "a stack slot")] else {
      throw refusal
    }
    return StackSlot(number: own)
  }

  private mutating func readAlias(
    _ names: [(number: UInt32, offset: UInt32)], _ start: ClifError
  ) throws(ClifError) {
    func refusalOfNames(_ message: String) -> ClifError {
      ClifError(offset: start.offset, line: start.line, message: message)
    }
    let refusal = cursor.refusal("value \(cursor.text) is not yet defined")
    let target = try readValue()
    guard names.count == 1, let name = names.first, let own = values[name.number] else {
      throw refusalOfNames("wrong number of aliases")
    }
    guard target.index < function.valueCount else { throw refusal }
    if Int(own) < function.valueCount {
      // A repeated declaration, which must be equal.
      guard case .alias(target) = function.definition(of: Value(number: own)) else {
        throw refusalOfNames("value v\(name.number) is already defined")
      }
      return
    }
    _ = function.makeValue(function.type(of: target), .alias(target))
    text.values.append(name.number, at: name.offset)
  }
}
