import PulleyWasm

extension ModulePrinter {
  /// An operator with its immediates, without line or parentheses.
  ///
  /// - Parameter reader: has read the operator.
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
    case .memoryArgument, .i32, .i64, .f32, .f64: appendNumbers(operation)
    case .heapType: appendHeapType(operation)
    case .castBranch:
      appendLabel(operation.index)
      out.space()
      appendReferenceType(operation.sourceType)
      out.space()
      appendReferenceType(operation.targetType)
    case .dataAndMemory, .elementAndTable, .twoMemories, .twoTables, .typeAndField, .typeAndCount,
      .typeAndData, .typeAndElement, .twoTypes:
      appendTwoIndices(operation)
    }
  }

  /// Memory 0 goes without saying.
  private mutating func appendMemory(_ index: UInt32) {
    if index != 0 { appendReference(index, names.memories) }
  }

  private mutating func appendTwoIndices(_ operation: Operator) {
    let (first, second) = (operation.index, operation.secondIndex)
    switch operation.code.immediates {
    case .dataAndMemory:
      // The text has them the other way round, and so it is with tables below.
      appendMemory(second)
      appendReference(first, names.data)
    case .elementAndTable:
      appendReference(second, names.tables)
      appendReference(first, names.elements)
    case .twoMemories:
      guard first != 0 || second != 0 else { return }
      appendReference(first, names.memories)
      appendReference(second, names.memories)
    case .twoTables:
      appendReference(first, names.tables)
      appendReference(second, names.tables)
    case .typeAndField:
      appendReference(first, names.types)
      if first < types.count, case .structure(_, let fields) = types[Int(first)] {
        appendReference(second, fields)
      } else {
        appendReference(second, Identifiers())
      }
    case .typeAndData:
      appendReference(first, names.types)
      appendReference(second, names.data)
    case .typeAndElement:
      appendReference(first, names.types)
      appendReference(second, names.elements)
    case .twoTypes:
      appendReference(first, names.types)
      appendReference(second, names.types)
    default:
      appendReference(first, names.types)
      appendReference(second, Identifiers())
    }
  }

  private mutating func appendNumbers(_ operation: Operator) {
    switch operation.code.immediates {
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
    default:
      appendMemoryArgument(operation)
    }
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
    // Never valid, and the operator only keeps the first one.
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
