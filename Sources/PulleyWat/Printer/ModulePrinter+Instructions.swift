import PulleyWasm

extension ModulePrinter {
  /// Appends an operator with its immediates, without a new line or parentheses.
  ///
  /// - Parameter reader: the reader that has read the operator.
  mutating func append(_ operation: Operator, _ reader: OperatorReader) {
    out.append(operation.code.mnemonic)
    switch operation.code.immediates {
    case .none, .fence: break
    case .blockType:
      appendBlockHead(operation)
    case .tryTable:
      appendBlockHead(operation)
      for clause in reader.catchClauses(of: operation) { append(clause) }
    case .label: appendLabel(operation.index)
    case .branchTable:
      for target in reader.branchTargets(of: operation) { appendLabel(target) }
    case .tag: appendReference(operation.index, names.tags)
    case .function: appendReference(operation.index, names.functions)
    case .type: appendReference(operation.index, names.types)
    case .local: appendReference(operation.index, body.locals)
    case .global: appendReference(operation.index, names.globals)
    case .table: appendReference(operation.index, names.tables)
    case .data: appendReference(operation.index, names.data)
    case .element: appendReference(operation.index, names.elements)
    case .memory: appendMemory(operation.index)
    case .callIndirect:
      if operation.secondIndex != 0 { appendReference(operation.secondIndex, names.tables) }
      appendTypeUse(operation.index)
    case .valueTypes: appendSelectTypes(operation)
    case .lane: appendLane(operation.index)
    case .memoryArgumentAndLane:
      appendMemoryArgument(operation)
      appendLane(operation.secondIndex)
    case .shuffle: appendShuffle(operation)
    case .v128: appendVector(operation)
    case .memoryArgument: appendMemoryArgument(operation)
    case .i32:
      out.space()
      out.append(signed: Int64(Int32(truncatingIfNeeded: operation.bits)))
    case .i64:
      out.space()
      out.append(signed: Int64(bitPattern: operation.bits))
    case .f32:
      out.space()
      out.append(f32: UInt32(truncatingIfNeeded: operation.bits))
    case .f64:
      out.space()
      out.append(f64: operation.bits)
    case .heapType: appendHeapType(operation)
    case .castBranch:
      appendLabel(operation.index)
      out.space()
      appendReferenceType(operation.sourceType)
      out.space()
      appendReferenceType(operation.targetType)
    case .dataAndMemory:
      // The text format has the memory first, the binary format the segment.
      appendMemory(operation.secondIndex)
      appendReference(operation.index, names.data)
    case .elementAndTable:
      appendReference(operation.secondIndex, names.tables)
      appendReference(operation.index, names.elements)
    case .twoMemories:
      if operation.index != 0 || operation.secondIndex != 0 {
        appendTwo(operation, names.memories, names.memories)
      }
    case .twoTables: appendTwo(operation, names.tables, names.tables)
    case .typeAndField:
      if operation.index < types.count,
        case .structure(_, let fields) = types[Int(operation.index)]
      {
        appendTwo(operation, names.types, fields)
      } else {
        appendTwo(operation, names.types, Identifiers())
      }
    case .typeAndCount: appendTwo(operation, names.types, Identifiers())
    case .typeAndData: appendTwo(operation, names.types, names.data)
    case .typeAndElement: appendTwo(operation, names.types, names.elements)
    case .twoTypes: appendTwo(operation, names.types, names.types)
    }
  }

  /// Memory 0 need not be named.
  private mutating func appendMemory(_ index: UInt32) {
    if index != 0 { appendReference(index, names.memories) }
  }

  private mutating func appendTwo(
    _ operation: Operator, _ first: Identifiers, _ second: Identifiers
  ) {
    appendReference(operation.index, first)
    appendReference(operation.secondIndex, second)
  }

  private mutating func appendLane(_ lane: UInt32) {
    out.space()
    out.append(decimal: lane)
  }

  private mutating func appendShuffle(_ operation: Operator) {
    for half in [operation.bits, operation.highBits] {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        appendLane(UInt32(truncatingIfNeeded: half >> shift & 0xFF))
      }
    }
  }

  private mutating func appendVector(_ operation: Operator) {
    out.append(" i32x4")
    for half in [operation.bits, operation.highBits] {
      for shift in stride(from: UInt64(0), to: 64, by: 32) {
        out.space()
        out.append(hexadecimal: half >> shift & 0xFFFF_FFFF, digits: 8)
      }
    }
  }

  private mutating func appendMemoryArgument(_ operation: Operator) {
    appendMemory(operation.index)
    if operation.bits != 0 {
      out.append(" offset=")
      out.append(decimal: operation.bits)
    }
    if operation.alignment != operation.code.naturalAlignment {
      out.append(" align=")
      out.append(decimal: UInt64(1) << UInt64(operation.alignment))
    }
  }

  private mutating func appendHeapType(_ operation: Operator) {
    switch operation.code {
    case .refTestNull, .refCastNull:
      out.space()
      appendReferenceType(.ref(nullable: true, operation.heapType))
    case .refTest, .refCast:
      out.space()
      appendReferenceType(.ref(nullable: false, operation.heapType))
    default:
      append(operation.heapType)
    }
  }

  private mutating func appendSelectTypes(_ operation: Operator) {
    guard operation.index != 1 else {
      appendTypes("result", [operation.valueType])
      return
    }
    // This is never valid, and the operator has only the first type.
    var cursor = ByteCursor(bytes, Int(operation.offset) + 1..<bytes.count)
    out.append(" (result")
    if let count = try? cursor.readU32() {
      for _ in 0..<count {
        guard let type = try? cursor.readValueType() else { break }
        out.space()
        append(type)
      }
    }
    out.append(")")
  }

  // MARK: Blocks and labels

  private mutating func appendBlockHead(_ operation: Operator) {
    let identifier = body.labels[body.blockCount]?.identifier
    if let identifier {
      usedNames += 1
      out.space()
      out.append(identifier)
    } else {
      out.append(" (;@")
      out.append(decimal: UInt64(body.blocks.count))
      out.append(";)")
    }
    let type = operation.blockType
    if let index = type.typeIndex {
      appendTypeUse(index)
    } else if let result = type.singleResult {
      appendTypes("result", [result])
    }
  }

  private mutating func append(_ clause: CatchClause) {
    switch (clause.tag != nil, clause.pushesReference) {
    case (true, false): out.append(" (catch")
    case (true, true): out.append(" (catch_ref")
    case (false, false): out.append(" (catch_all")
    case (false, true): out.append(" (catch_all_ref")
    }
    if let tag = clause.tag { appendReference(tag, names.tags) }
    appendLabel(clause.label)
    out.append(")")
  }

  private mutating func appendLabel(_ depth: UInt32) {
    out.space()
    guard depth < body.blocks.count else {
      out.append(decimal: depth)
      return
    }
    let position = body.blocks.count - 1 - Int(depth)
    if let identifier = body.visibleLabel(ofBlock: position) {
      out.append(identifier)
      return
    }
    out.append(decimal: depth)
    if position > 0 {
      out.append(" (;@")
      out.append(decimal: UInt64(position))
      out.append(";)")
    }
  }
}
