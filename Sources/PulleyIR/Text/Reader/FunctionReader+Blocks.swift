/// The body: blocks, and what stands in them before the instructions themselves.
extension FunctionReader {
  mutating func readBlocks() {
    var current = Block.none
    while !hasTooManyErrors {
      switch cursor.token.kind {
      case .end, .rightBrace: return
      case .identifier where cursor.isWord("function"): return
      case .block:
        beginOwner()
        do throws(ClifSyntaxError) {
          current = try readHeader()
        } catch {
          cursor.report(error)
          skipStatement()
        }
      default:
        beginOwner()
        guard !current.isNone else {
          cursor.report("expected a block's header or '}'")
          skipStatement()
          continue
        }
        do throws(ClifSyntaxError) {
          try readStatement(in: current)
        } catch {
          cursor.report(error)
          skipStatement()
        }
      }
    }
  }

  /// Goes on where the next statement may begin: on another line, with what one begins with.
  mutating func skipStatement() {
    let line = cursor.token.line
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

  private mutating func readHeader() throws(ClifSyntaxError) -> Block {
    let offset = cursor.offset
    let (number, refusal) = (cursor.token.number, cursor.refusal("duplicate \(cursor.text)"))
    let block = try readBlock()
    guard block.index < function.blockCount else {
      throw cursor.error("expected ':' behind the block's header")
    }
    guard text.blocks.offsets[block.index] == 0 else { throw refusal }
    text.blocks.setOffset(offset, of: block.number)
    _ = number
    function.appendToLayout(block)
    if cursor.takes(.leftParenthesis) {
      while cursor.token.kind == .value {
        try readParameter(of: block)
        guard cursor.takes(.comma) else { break }
      }
      try cursor.expect(.rightParenthesis, "')' behind the block's parameters")
    }
    if cursor.takes(word: "cold") { function.coldBlocks.insert(block) }
    try cursor.expect(.colon, "':' behind the block's header")
    return block
  }

  private mutating func readParameter(of block: Block) throws(ClifSyntaxError) {
    let (number, offset) = (cursor.token.number, cursor.offset)
    let duplicate = cursor.refusal("duplicate value v\(number)")
    cursor.advance()
    try cursor.expect(.colon, "':' and a type behind a block's parameter")
    let type = try cursor.type("a parameter's type")
    makeUpForValues(before: number)
    let value = function.appendParameter(type, to: block)
    text.values.append(number, at: offset)
    guard values[number] == value.number else { throw duplicate }
  }

  // Statements

  private mutating func readStatement(in block: Block) throws(ClifSyntaxError) {
    let tags = try readDebugTags()
    var mark: UInt32?
    if cursor.token.kind == .sourceMark {
      guard let number = UInt32(cursor.text, radix: 16) else {
        throw cursor.refusal("invalid source location: \(cursor.text)")
      }
      mark = number
      cursor.advance()
    }
    var results: [(number: UInt32, offset: UInt32)] = []
    while cursor.token.kind == .value {
      results.append((cursor.token.number, cursor.offset))
      cursor.advance()
      guard cursor.takes(.comma) else { break }
    }
    if cursor.takes(.arrow) { return try readAlias(results) }
    if !results.isEmpty { try cursor.expect(.equal, "'=' or '->' behind values") }
    if let first = results.first { makeUpForValues(before: first.number) }
    let inst: Inst
    do throws(ClifSyntaxError) {
      inst = try readInstruction(in: block, results: results)
    } catch {
      if let last = results.last {
        makeUpForValues(before: last.number)
        if values[last.number] == UInt32(function.valueCount) { makeUnknownValue() }
      }
      throw error
    }
    if let mark { text.sourceMarks[inst] = mark }
    if !tags.isEmpty { text.debugTags[inst] = tags }
  }

  /// Makes values of no type for definitions ahead of that of v`number` which had errors, so that those
  /// that follow have the numbers that were given out for them.
  mutating func makeUpForValues(before number: UInt32) {
    guard let own = values[number] else { return }
    while function.valueCount < Int(own) { makeUnknownValue() }
  }

  private mutating func makeUnknownValue() {
    _ = function.makeValue(.invalid, .result(.none, index: 0))
    text.values.appendUnnamed(at: text.offset)
  }

  private mutating func readDebugTags() throws(ClifSyntaxError) -> [FunctionText.DebugTag] {
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
    try cursor.expect(.rightAngle, "'>' behind debug tags")
    return tags
  }

  mutating func readStackSlotName() throws(ClifSyntaxError) -> StackSlot {
    let refusal = cursor.refusal("undefined stack slot \(cursor.text)")
    guard let own = stackSlots[try cursor.number(.stackSlot, "a stack slot")] else {
      throw refusal
    }
    return StackSlot(number: own)
  }

  private mutating func readAlias(
    _ names: [(number: UInt32, offset: UInt32)]
  ) throws(ClifSyntaxError) {
    let refusal = cursor.refusal("value \(cursor.text) is not yet defined")
    let target = try readValue()
    guard names.count == 1, let name = names.first, let own = values[name.number] else {
      throw cursor.refusal("wrong number of aliases")
    }
    makeUpForValues(before: name.number)
    guard target.index < function.valueCount else { throw refusal }
    if Int(own) < function.valueCount {
      // Said again, as long as it is the same.
      guard case .alias(target) = function.definition(of: Value(number: own)) else {
        throw cursor.refusal("value v\(name.number) is already defined")
      }
      return
    }
    _ = function.makeValue(function.type(of: target), .alias(target))
    text.values.append(name.number, at: name.offset)
  }
}
