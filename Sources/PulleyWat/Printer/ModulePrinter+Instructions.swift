import PulleyWasm

extension ModulePrinter {
  /// Appends an operator with its immediates, without a new line or parentheses.
  ///
  /// - Parameter reader: the reader that has read the operator.
  mutating func append(_ op: Operator, _ reader: OperatorReader) {
    out.append(op.code.mnemonic)
    switch op.code.immediates {
    case .none, .fence: break
    case .blockType:
      appendBlockHead(op)
    case .tryTable:
      appendBlockHead(op)
      for clause in reader.catchClauses(of: op) { append(clause) }
    case .label: appendLabel(op.index)
    case .branchTable:
      for target in reader.branchTargets(of: op) { appendLabel(target) }
    case .tag: appendReference(op.index, names.tags)
    case .function: appendReference(op.index, names.functions)
    case .type: appendReference(op.index, names.types)
    case .local: appendReference(op.index, body.locals)
    case .global: appendReference(op.index, names.globals)
    case .table: appendReference(op.index, names.tables)
    case .data: appendReference(op.index, names.data)
    case .element: appendReference(op.index, names.elements)
    case .memory: appendMemory(op.index)
    case .callIndirect:
      if op.secondIndex != 0 { appendReference(op.secondIndex, names.tables) }
      appendTypeUse(op.index)
    case .valueTypes: appendSelectTypes(op)
    case .lane: appendLane(op.index)
    case .memoryArgumentAndLane:
      appendMemoryArgument(op)
      appendLane(op.secondIndex)
    case .shuffle: appendShuffle(op)
    case .v128: appendVector(op)
    case .memoryArgument: appendMemoryArgument(op)
    case .i32:
      out.space()
      out.append(signed: Int64(Int32(truncatingIfNeeded: op.bits)))
    case .i64:
      out.space()
      out.append(signed: Int64(bitPattern: op.bits))
    case .f32:
      out.space()
      out.append(f32: UInt32(truncatingIfNeeded: op.bits))
    case .f64:
      out.space()
      out.append(f64: op.bits)
    case .heapType: appendHeapType(op)
    case .castBranch:
      appendLabel(op.index)
      out.space()
      appendReferenceType(op.sourceType)
      out.space()
      appendReferenceType(op.targetType)
    case .dataAndMemory:
      // The text format has the memory first, the binary format the segment.
      appendMemory(op.secondIndex)
      appendReference(op.index, names.data)
    case .elementAndTable:
      appendReference(op.secondIndex, names.tables)
      appendReference(op.index, names.elements)
    case .twoMemories:
      if op.index != 0 || op.secondIndex != 0 {
        appendTwo(op, names.memories, names.memories)
      }
    case .twoTables: appendTwo(op, names.tables, names.tables)
    case .typeAndField:
      if op.index < types.count,
        case .structure(_, let fields) = types[Int(op.index)]
      {
        appendTwo(op, names.types, fields)
      } else {
        appendTwo(op, names.types, Identifiers())
      }
    case .typeAndCount: appendTwo(op, names.types, Identifiers())
    case .typeAndData: appendTwo(op, names.types, names.data)
    case .typeAndElement: appendTwo(op, names.types, names.elements)
    case .twoTypes: appendTwo(op, names.types, names.types)
    }
  }

  /// Memory 0 need not be named.
  private mutating func appendMemory(_ index: UInt32) {
    if index != 0 { appendReference(index, names.memories) }
  }

  private mutating func appendTwo(
    _ op: Operator, _ first: Identifiers, _ second: Identifiers
  ) {
    appendReference(op.index, first)
    appendReference(op.secondIndex, second)
  }

  private mutating func appendLane(_ lane: UInt32) {
    out.space()
    out.append(decimal: lane)
  }

  private mutating func appendShuffle(_ op: Operator) {
    for half in [op.bits, op.highBits] {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        appendLane(UInt32(truncatingIfNeeded: half >> shift & 0xFF))
      }
    }
  }

  private mutating func appendVector(_ op: Operator) {
    out.append(" i32x4")
    for half in [op.bits, op.highBits] {
      for shift in stride(from: UInt64(0), to: 64, by: 32) {
        out.space()
        out.append(hexadecimal: half >> shift & 0xFFFF_FFFF, digits: 8)
      }
    }
  }

  private mutating func appendMemoryArgument(_ op: Operator) {
    appendMemory(op.index)
    if op.bits != 0 {
      out.append(" offset=")
      out.append(decimal: op.bits)
    }
    if op.alignment != op.code.naturalAlignment {
      out.append(" align=")
      out.append(decimal: UInt64(1) << UInt64(op.alignment))
    }
  }

  private mutating func appendHeapType(_ op: Operator) {
    switch op.code {
    case .refTestNull, .refCastNull:
      out.space()
      appendReferenceType(.ref(nullable: true, op.heapType))
    case .refTest, .refCast:
      out.space()
      appendReferenceType(.ref(nullable: false, op.heapType))
    default:
      append(op.heapType)
    }
  }

  private mutating func appendSelectTypes(_ op: Operator) {
    guard op.index != 1 else {
      appendTypes("result", [op.valueType])
      return
    }
    // This is never valid, and the operator has only the first type.
    var cursor = ByteCursor(bytes, Int(op.offset) + 1..<bytes.count)
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

  private mutating func appendBlockHead(_ op: Operator) {
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
    let type = op.blockType
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
