import PulleySource
import PulleyWasm

extension ModuleParser {
  /// Reads the immediates of an operator that does not start a block, and encodes the operator.
  mutating func parseOperator(_ code: OperatorCode) throws(TextError) {
    switch code.immediates {
    case .none:
      if code == .select, cursor.opens(.result) {
        try parseTypedSelect()
      } else {
        body.bytes.append(code)
      }
    case .local:
      body.bytes.append(code)
      body.bytes.append(u32: try readLocal())
    case .i32:
      body.bytes.append(code)
      body.bytes.append(s64: try cursor.readInteger(bits: 32))
    case .memoryArgument:
      body.bytes.append(code)
      try parseMemoryArgument(code)
    case .label:
      body.bytes.append(code)
      body.bytes.append(u32: try readLabel())
    case .function: try parseIndexed(code, .function)
    case .global: try parseIndexed(code, .global)
    case .type: try parseIndexed(code, .type)
    case .tag: try parseIndexed(code, .tag)
    case .element: try parseIndexed(code, .element)
    case .data:
      usesDataCount = true
      try parseIndexed(code, .data)
    case .i64:
      body.bytes.append(code)
      body.bytes.append(s64: try cursor.readInteger(bits: 64))
    case .f32:
      body.bytes.append(code)
      body.bytes.append(fixed32: try cursor.readF32())
    case .f64:
      body.bytes.append(code)
      body.bytes.append(fixed64: try cursor.readF64())
    case .heapType: try parseHeapTypeOperator(code)
    case .castBranch: try parseCastBranch(code)
    case .branchTable: try parseBranchTable(code)
    case .callIndirect: try parseCallIndirect(code)
    case .table: try parseOptional(code, .table)
    case .memory: try parseOptional(code, .memory)
    case .twoMemories: try parseTwo(code, .memory, .memory)
    case .twoTables: try parseTwo(code, .table, .table)
    case .dataAndMemory:
      usesDataCount = true
      try parseSegmentAndTarget(code, .data, .memory)
    case .elementAndTable: try parseSegmentAndTarget(code, .element, .table)
    case .typeAndField: try parseTypeAndField(code)
    case .typeAndCount:
      try parseIndexed(code, .type)
      body.bytes.append(u32: try cursor.readU32())
    case .typeAndData:
      usesDataCount = true
      try parsePair(code, .type, .data)
    case .typeAndElement: try parsePair(code, .type, .element)
    case .twoTypes: try parsePair(code, .type, .type)
    case .memoryArgumentAndLane:
      body.bytes.append(code)
      try parseMemoryArgument(code, hasLane: true)
      try parseLane()
    case .lane:
      body.bytes.append(code)
      try parseLane()
    case .shuffle: try parseShuffle(code)
    case .v128: try parseVectorConstant(code)
    case .fence:
      body.bytes.append(code)
      body.bytes.append(0)
    // `select` and a result type are `selectTyped`; other code reads the heads of blocks.
    case .valueTypes, .blockType, .tryTable: throw cursor.unexpected(cursor.peek(-1))
    }
  }

  private mutating func parseIndexed(
    _ code: OperatorCode, _ kind: IndexKind
  ) throws(TextError) {
    body.bytes.append(code)
    body.bytes.append(u32: try readIndex(kind))
  }

  private mutating func readLocal() throws(TextError) -> UInt32 {
    guard cursor.isAt(.identifier) else { return try cursor.readU32() }
    let token = cursor.next()
    if let index = body.localNames[symbol(token)] { return index }
    throw TextError("unknown local \(cursor.text(of: token))", at: token.offset)
  }

  // MARK: Indices

  private mutating func parseOptional(
    _ code: OperatorCode, _ kind: IndexKind
  ) throws(TextError) {
    body.bytes.append(code)
    body.bytes.append(u32: isAtIndex() ? try readIndex(kind) : 0)
  }

  private mutating func parsePair(
    _ code: OperatorCode, _ first: IndexKind, _ second: IndexKind
  ) throws(TextError) {
    body.bytes.append(code)
    body.bytes.append(u32: try readIndex(first))
    body.bytes.append(u32: try readIndex(second))
  }

  /// Reads two indices, or none, which means 0 and 0.
  private mutating func parseTwo(
    _ code: OperatorCode, _ first: IndexKind, _ second: IndexKind
  ) throws(TextError) {
    if isAtIndex() {
      try parsePair(code, first, second)
    } else {
      body.bytes.append(code)
      body.bytes.append(0)
      body.bytes.append(0)
    }
  }

  /// Reads the index of a memory or table and of a segment. The binary format has the segment first.
  private mutating func parseSegmentAndTarget(
    _ code: OperatorCode, _ segment: IndexKind, _ target: IndexKind
  ) throws(TextError) {
    let index = isAtIndex(1) ? try readIndex(target) : 0
    body.bytes.append(code)
    body.bytes.append(u32: try readIndex(segment))
    body.bytes.append(u32: index)
  }

  private mutating func parseCallIndirect(_ code: OperatorCode) throws(TextError) {
    let table = isAtIndex() ? try readIndex(.table) : 0
    let type = try parseTypeUse()
    body.bytes.append(code)
    body.bytes.append(u32: type)
    body.bytes.append(u32: table)
  }

  private mutating func parseTypeAndField(_ code: OperatorCode) throws(TextError) {
    body.bytes.append(code)
    let type = try readIndex(.type)
    body.bytes.append(u32: type)
    guard cursor.isAt(.identifier) else {
      body.bytes.append(u32: try cursor.readU32())
      return
    }
    let token = cursor.next()
    guard let field = types.field(symbol(token), ofType: type) else {
      throw TextError("unknown field \(cursor.text(of: token))", at: token.offset)
    }
    body.bytes.append(u32: field)
  }

  private mutating func parseBranchTable(_ code: OperatorCode) throws(TextError) {
    body.targets.removeAll(keepingCapacity: true)
    repeat { body.targets.append(try readLabel()) } while isAtIndex()
    body.bytes.append(code)
    body.bytes.append(u32: body.targets.count - 1)
    for target in body.targets { body.bytes.append(u32: target) }
  }

  // MARK: Types

  private mutating func parseTypedSelect() throws(TextError) {
    var types: [ValueType] = []
    while cursor.takeOpening(.result) {
      while !cursor.isAt(.rightParen) { types.append(try parseValueType()) }
      try cursor.expect(.rightParen)
    }
    body.bytes.append(.selectTyped)
    body.bytes.append(types)
  }

  private mutating func parseHeapTypeOperator(_ code: OperatorCode) throws(TextError) {
    guard code == .refTest || code == .refCast else {
      body.bytes.append(code)
      body.bytes.append(try parseHeapType())
      return
    }
    let type = try parseReferenceType()
    let nullable: OperatorCode = code == .refTest ? .refTestNull : .refCastNull
    body.bytes.append(type.isNullable ? nullable : code)
    body.bytes.append(type.heapType)
  }

  private mutating func parseCastBranch(_ code: OperatorCode) throws(TextError) {
    let label = try readLabel()
    let source = try parseReferenceType()
    let target = try parseReferenceType()
    body.bytes.append(code)
    body.bytes.append((source.isNullable ? 1 : 0) | (target.isNullable ? 2 : 0))
    body.bytes.append(u32: label)
    body.bytes.append(source.heapType)
    body.bytes.append(target.heapType)
  }

  // MARK: Memory

  private mutating func parseMemoryArgument(
    _ code: OperatorCode, hasLane: Bool = false
  ) throws(TextError) {
    var memory: UInt32 = 0
    // A single number is the lane, not the memory.
    if isAtIndex(), !hasLane || !isLane(cursor.token) { memory = try readIndex(.memory) }
    let offset = try readOption("offset=") ?? 0
    var alignment = code.naturalAlignment
    let token = cursor.token
    if let bytes = try readOption("align=") {
      guard bytes.nonzeroBitCount == 1 else {
        throw TextError("alignment must be a power of two", at: token.offset)
      }
      alignment = UInt8(truncatingIfNeeded: bytes.trailingZeroBitCount)
    }
    body.bytes.append(alignment | (memory == 0 ? 0 : 0x40))
    if memory != 0 { body.bytes.append(u32: memory) }
    body.bytes.append(u64: offset)
  }

  private func isLane(_ token: Token) -> Bool {
    guard token.kind == .number else { return false }
    let following = cursor.peek(1)
    return following.kind != .number && !isOption(following, "offset=")
      && !isOption(following, "align=")
  }

  private func isOption(_ token: Token, _ prefix: StaticString) -> Bool {
    guard token.kind == .keyword, token.operatorCode == nil,
      token.range.count > prefix.utf8CodeUnitCount
    else { return false }
    return prefix.withUTF8Buffer { prefix in
      for index in 0..<prefix.count
      where cursor.source.bytes[token.offset + index] != prefix[index] { return false }
      return true
    }
  }

  /// Reads the number after the prefix, if the next token begins with the prefix.
  private mutating func readOption(_ prefix: StaticString) throws(TextError) -> UInt64? {
    let token = cursor.token
    guard isOption(token, prefix) else { return nil }
    let range = token.range.dropFirst(prefix.utf8CodeUnitCount)
    switch NumberText.unsigned(cursor.source.bytes, range, bits: 64) {
    case .value(let value):
      cursor.next()
      return value
    case .outOfRange: throw cursor.error("i64 constant out of range")
    case .malformed: throw cursor.error("unknown operator \(cursor.text(of: token))")
    }
  }

  // MARK: Vectors

  private mutating func parseLane() throws(TextError) {
    body.bytes.append(UInt8(truncatingIfNeeded: try cursor.readUnsigned(bits: 8)))
  }

  private mutating func parseShuffle(_ code: OperatorCode) throws(TextError) {
    body.bytes.append(code)
    for _ in 0..<16 {
      guard cursor.isAt(.number) else { throw cursor.error("invalid lane length") }
      guard NumberText.isUnsigned(cursor.source.bytes, cursor.token.range) else {
        throw cursor.error("i8 constant out of range")
      }
      try parseLane()
    }
    if cursor.isAt(.number) { throw cursor.error("invalid lane length") }
  }

  private mutating func parseVectorConstant(_ code: OperatorCode) throws(TextError) {
    body.bytes.append(code)
    body.bytes.append(contentsOf: try cursor.readVector())
  }
}
