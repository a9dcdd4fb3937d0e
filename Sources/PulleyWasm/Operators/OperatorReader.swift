/// Reads the operators of a function body or constant expression.
///
/// The reader checks the binary format only: unless the body has been validated, indices may be out
/// of range and blocks unbalanced. Copying a reader is cheap, and allows looking ahead.
public struct OperatorReader {
  package var cursor: ByteCursor
  private let rows = Operators.rows

  /// A reader of the operators in a range of a module's bytes.
  public init(_ bytes: ModuleBytes, range: Range<Int>) {
    cursor = ByteCursor(bytes, range)
  }

  package init(_ cursor: ByteCursor) {
    self.cursor = cursor
  }

  /// Whether all operators have been read.
  public var isAtEnd: Bool { cursor.isAtEnd }

  /// The position of the next operator in the module.
  public var offset: Int { cursor.offset }

  /// Reads an operator with its immediates.
  public mutating func next() throws(WasmError) -> Operator {
    var result = Operator(.unreachable, offset: 0)
    _ = try read(&result)
    return result
  }

  /// Reads an operator into `result` and returns its row. Properties that are not among the operator's
  /// immediates keep their values.
  @inline(__always)
  package mutating func read(_ result: inout Operator) throws(WasmError) -> UnsafePointer<
    OperatorRow
  > {
    let start = cursor.offset
    let byte = try cursor.readByte()
    var row = rows + Int(byte)
    if !row.pointee.isAssigned { row = try readPrefixed(byte, start) }
    result.code = row.pointee.code
    result.offset = UInt32(truncatingIfNeeded: start)
    try readImmediates(&result, row.pointee.immediates)
    return row
  }

  @inline(__always)
  private mutating func readImmediates(
    _ result: inout Operator, _ immediates: ImmediateKind
  ) throws(WasmError) {
    switch immediates {
    case .none:
      break
    case .local, .label, .function, .global, .type, .table, .memory, .tag, .data, .element:
      result.index = try cursor.readU32()
    case .memoryArgument:
      try readMemoryArgument(&result)
    case .i32:
      result.bits = UInt64(UInt32(bitPattern: try cursor.readS32()))
    case .i64:
      result.bits = UInt64(bitPattern: try cursor.readS64())
    case .f32:
      result.bits = UInt64(try cursor.readFixed32())
    case .f64:
      result.bits = try cursor.readFixed64()
    case .blockType:
      result.blockType = try cursor.readBlockType()
    case .callIndirect, .dataAndMemory, .elementAndTable, .twoMemories, .twoTables, .typeAndField,
      .typeAndCount, .typeAndData, .typeAndElement, .twoTypes:
      result.index = try cursor.readU32()
      result.secondIndex = try cursor.readU32()
    case .lane:
      result.index = UInt32(try cursor.readByte())
    case .branchTable: try readBranchTable(&result)
    case .valueTypes: try readValueTypes(&result)
    case .heapType: result.heapType = try cursor.readHeapType()
    case .tryTable: try readTryTable(&result)
    case .castBranch: try readCastBranch(&result)
    case .memoryArgumentAndLane: try readMemoryArgumentAndLane(&result)
    case .shuffle, .v128: try readVector(&result)
    case .fence: try readFence()
    }
  }

  @inline(never)
  private mutating func readMemoryArgumentAndLane(_ result: inout Operator) throws(WasmError) {
    try readMemoryArgument(&result)
    result.secondIndex = UInt32(try cursor.readByte())
  }

  @inline(never)
  private mutating func readVector(_ result: inout Operator) throws(WasmError) {
    result.bits = try cursor.readFixed64()
    result.highBits = try cursor.readFixed64()
  }

  @inline(never)
  private mutating func readFence() throws(WasmError) {
    guard try cursor.readByte() == 0 else {
      throw cursor.malformed("zero byte expected", at: cursor.offset - 1)
    }
  }

  @inline(never)
  private mutating func readPrefixed(
    _ byte: UInt8, _ start: Int
  ) throws(WasmError) -> UnsafePointer<OperatorRow> {
    guard let positions = Operators.positions(ofPrefix: byte) else {
      throw refusal(ofOpcode: byte, at: start)
    }
    let number = Int(try cursor.readU32())
    if number < positions.count {
      let row = rows + positions.lowerBound + number
      if row.pointee.isAssigned { return row }
    }
    throw cursor.malformed(
      "illegal opcode \(String(byte, radix: 16)) \(String(number, radix: 16))", at: start)
  }

  private func refusal(ofOpcode byte: UInt8, at start: Int) -> WasmError {
    switch byte {
    case 0xE0...0xE6: cursor.unsupported(.stackSwitching, at: start)
    default:
      cursor.malformed(
        "illegal opcode \(byte < 16 ? "0" : "")\(String(byte, radix: 16))", at: start)
    }
  }

  @inline(__always)
  private mutating func readMemoryArgument(_ result: inout Operator) throws(WasmError) {
    let flags = try cursor.readU32()
    result.index = 0
    if flags < 0x40 {
      result.alignment = UInt8(truncatingIfNeeded: flags)
    } else {
      // Bit 6 means that a memory index follows. Higher bits must be zero.
      guard flags < 0x80 else {
        throw cursor.malformed("malformed memop flags", at: cursor.offset - 1)
      }
      result.alignment = UInt8(truncatingIfNeeded: flags & 0x3F)
      result.index = try cursor.readU32()
    }
    result.bits = try cursor.readU64()
  }

  @inline(never)
  private mutating func readCastBranch(_ result: inout Operator) throws(WasmError) {
    let flags = try cursor.readByte()
    guard flags < 4 else {
      throw cursor.malformed("malformed br_on_cast flags", at: cursor.offset - 1)
    }
    result.index = try cursor.readU32()
    let source = ValueType.ref(nullable: flags & 1 != 0, try cursor.readHeapType())
    let target = ValueType.ref(nullable: flags & 2 != 0, try cursor.readHeapType())
    result.bits = UInt64(source.rawValue) << 32 | UInt64(target.rawValue)
  }

  // MARK: Looking ahead

  /// The first byte of the next operator; nil at the end.
  @inline(__always)
  package var nextByte: UInt8? { cursor.peek() }

  /// Skips the next operator if it assigns a local whose index has one byte. Returns the local, and
  /// whether the operator leaves the value on the stack.
  package mutating func takeAssignment() -> (local: Int, isTee: Bool)? {
    guard let (code, index) = cursor.peekTwo(), code == 0x21 || code == 0x22, index < 0x80 else {
      return nil
    }
    cursor.skipTwo()
    return (Int(index), code == 0x22)
  }

  // MARK: Lists

  @inline(never)
  private mutating func readBranchTable(_ result: inout Operator) throws(WasmError) {
    let count = try cursor.readCount(
      limit: ImplementationLimits.branchTableTargets, "branch table targets")
    result.index = UInt32(truncatingIfNeeded: count)
    result.listOffset = UInt32(truncatingIfNeeded: cursor.offset)
    for _ in 0...count { _ = try cursor.readU32() }
  }

  @inline(never)
  private mutating func readValueTypes(_ result: inout Operator) throws(WasmError) {
    let count = try cursor.readCount(
      limit: ImplementationLimits.functionResults, "types of a select")
    result.index = UInt32(truncatingIfNeeded: count)
    for i in 0..<count {
      let type = try cursor.readValueType()
      if i == 0 { result.valueType = type }
    }
  }

  @inline(never)
  private mutating func readTryTable(_ result: inout Operator) throws(WasmError) {
    result.blockType = try cursor.readBlockType()
    let count = try cursor.readCount(
      elementSize: 2, limit: ImplementationLimits.branchTableTargets, "catch clauses")
    result.index = UInt32(truncatingIfNeeded: count)
    result.listOffset = UInt32(truncatingIfNeeded: cursor.offset)
    for _ in 0..<count { _ = try Self.readCatchClause(&cursor) }
  }

  private static func readCatchClause(_ cursor: inout ByteCursor) throws(WasmError) -> CatchClause {
    let kind = try cursor.readByte()
    guard kind < 4 else { throw cursor.malformed("malformed catch clause", at: cursor.offset - 1) }
    let tag: UInt32? = kind < 2 ? try cursor.readU32() : nil
    return CatchClause(tag: tag, pushesReference: kind & 1 != 0, label: try cursor.readU32())
  }

  /// The labels of a `br_table` that has been read. The default is the last one.
  public func branchTargets(of branch: Operator) -> BranchTargets {
    let count = branch.code == .brTable ? Int(branch.index) + 1 : 0
    let start = Int(branch.listOffset)
    return BranchTargets(
      cursor: ByteCursor(cursor.owner, start..<max(start, cursor.endOffset)), count: count)
  }

  /// The clauses of a `try_table` that has been read.
  public func catchClauses(of tryTable: Operator) -> [CatchClause] {
    guard tryTable.code == .tryTable else { return [] }
    let start = Int(tryTable.listOffset)
    var list = ByteCursor(cursor.owner, start..<max(start, cursor.endOffset))
    var clauses: [CatchClause] = []
    for _ in 0..<tryTable.index {
      guard let clause = try? Self.readCatchClause(&list) else { break }
      clauses.append(clause)
    }
    return clauses
  }
}

/// The relative label depths of a `br_table`. The default is the last one.
public struct BranchTargets: Sequence, IteratorProtocol {
  private var cursor: ByteCursor
  /// The number of remaining depths.
  public private(set) var count: Int

  init(cursor: ByteCursor, count: Int) {
    self.cursor = cursor
    self.count = count
  }

  public var underestimatedCount: Int { count }

  public mutating func next() -> UInt32? {
    guard count > 0, let target = try? cursor.readU32() else { return nil }
    count -= 1
    return target
  }
}
