import PulleyIR

/// Locals, globals, tables and references.
extension FunctionTranslator {
  mutating func translateVariable(_ rule: VariableRule, _ index: Int) {
    switch rule {
    case .getLocal:
      let local = readLocal(index)
      push(local.value, local.type)
    case .setLocal: writeLocal(index, popValue())
    case .teeLocal:
      let value = popValue()
      writeLocal(index, value)
      push(value, localType(index))
    case .getGlobal: translateGlobalGet(index)
    case .setGlobal: translateGlobalSet(index)
    }
  }

  private mutating func translateGlobalGet(_ index: Int) {
    let type = module.globals[index].value.irType
    if let known = knownGlobal(index) {
      push(constant: known, type)
      return
    }
    let (base, offset) = cell(ofGlobal: index)
    let isConstant = !module.globals[index].isMutable
    push(load(type, base, offset, isConstant: isConstant, canMove: true), type)
  }

  private mutating func translateGlobalSet(_ index: Int) {
    let value = popValue()
    let (base, offset) = cell(ofGlobal: index)
    store(value, module.globals[index].value.irType, base, offset)
  }

  private mutating func cell(ofGlobal index: Int) -> (Value, Int) {
    if index >= module.importedGlobalCount { return (context, layout.definedGlobal(index)) }
    return (loadConstant(ContextPath(layout.importedGlobal(index))), 0)
  }

  /// The value of an immutable global whose initialiser is a constant.
  private func knownGlobal(_ index: Int) -> Int64? {
    let defined = index - module.importedGlobalCount
    guard defined >= 0, !module.globals[index].isMutable else { return nil }
    let initializer = module.globalDefinitions[defined].initializer
    guard initializer.count == 1 else { return nil }
    switch initializer[0].code {
    case .i32Const: return Int64(Int32(truncatingIfNeeded: initializer[0].bits))
    case .i64Const, .f32Const, .f64Const: return Int64(bitPattern: initializer[0].bits)
    default: return nil
    }
  }

  // Tables

  mutating func translateTable(_ rule: TableRule, _ op: Operator) {
    let index = Int64(op.index)
    switch rule {
    case .get:
      let address = popElementAddress(op.index, WasmTrap.tableOutOfBounds)
      push(load(.i64, address, 0, isConstant: false), .i64)
    case .set:
      let reference = popValue()
      let address = popElementAddress(op.index, WasmTrap.tableOutOfBounds)
      store(reference, .i64, address, 0)
    case .size:
      let type = module.tables[Int(op.index)].addressType.valueType.irType
      if let count = fixedCount(ofTable: op.index) {
        push(constant: count, type)
      } else {
        let count = tableCount(op.index)
        push(type == .i64 ? count : append(.ireduce, .i32, count), type)
      }
    case .grow:
      let type = module.tables[Int(op.index)].addressType.valueType.irType
      let count = popWide()
      let reference = popValue()
      callBuiltin(.tableGrow, [constant(index, .i32), reference, count])
      narrowResult(to: type)
    case .fill:
      let count = popWide()
      let reference = popValue()
      let start = popWide()
      callBuiltin(.tableFill, [constant(index, .i32), start, reference, count])
    case .copy:
      translateTransfer(.tableCopy, op.index, op.secondIndex)
    case .initialize:
      translateTransfer(.tableInit, op.secondIndex, op.index)
    case .dropSegment:
      callBuiltin(.elemDrop, [constant(index, .i32)])
    }
  }

  /// The number of elements of a table whose minimum is its maximum.
  private func fixedCount(ofTable table: UInt32) -> Int64? {
    let limits = module.tables[Int(table)].limits
    guard limits.maximum == limits.minimum, limits.minimum <= UInt64(Int32.max) else {
      return nil
    }
    return Int64(limits.minimum)
  }

  private mutating func tableCount(_ table: UInt32) -> Value {
    let record = loadConstant(ContextPath(layout.table(Int(table))))
    return load(.i64, record, ContextLayout.TableRecord.count, isConstant: false, canMove: true)
  }

  /// Pops an index, traps if it is out of bounds, and returns the address of the element.
  mutating func popElementAddress(_ table: UInt32, _ trap: TrapCode) -> Value {
    let operand = pop()
    let fixed = fixedCount(ofTable: table)
    let known = knownInteger(operand).map {
      operand.stackType == .i32 ? $0 & 0xFFFF_FFFF : $0
    }
    if let known, let fixed, 0..<fixed ~= known {
      let elements = tableElements(table, isFixed: true)
      guard known != 0 else { return elements }
      return append(
        .iadd, .i64, elements,
        constant(known * Int64(ContextLayout.TableRecord.elementSize), .i64))
    }
    let wide: Value
    if let fixed {
      let (index, type) = (value(of: operand), operand.stackType)
      trapUnless(.unsignedLess, type, index, constant(fixed, type), trap)
      wide = type == .i64 ? index : append(.uextend, .i64, index)
    } else {
      push(operand)
      wide = popWide()
      trapUnless(.unsignedLess, .i64, wide, tableCount(table), trap)
    }
    let elements = tableElements(table, isFixed: fixed != nil)
    let size = Int64(ContextLayout.TableRecord.elementSize)
    guard let known, 0...Int64.max / size ~= known else {
      let position = append(.ishl, .i64, wide, constant(3, .i64))
      return append(.iadd, .i64, elements, position)
    }
    return append(.iadd, .i64, elements, constant(known * size, .i64))
  }

  private mutating func tableElements(_ table: UInt32, isFixed: Bool) -> Value {
    let (table, elements) = (layout.table(Int(table)), ContextLayout.TableRecord.elements)
    if isFixed { return loadConstant(ContextPath(table, then: elements)) }
    return load(.i64, loadConstant(ContextPath(table)), elements, isConstant: false, canMove: true)
  }

  mutating func trapUnless(
    _ condition: IntCondition, _ type: Type, _ first: Value, _ second: Value, _ code: TrapCode
  ) {
    var comparison = InstructionData(.icmp, type, first, second)
    comparison.intCondition = condition.inverted
    trap(.trapnz, builder.value(comparison), code)
  }

  /// `operation` is `trapz` or `trapnz`.
  mutating func trap(_ operation: Operation, _ condition: Value, _ code: TrapCode) {
    var data = InstructionData(operation, .invalid, condition)
    data.trapCode = code
    builder.append(data)
  }

  mutating func trapIfNull(_ reference: Value, _ code: TrapCode) {
    trapUnless(.notEqual, .i64, reference, constant(0, .i64), code)
  }

  // References

  mutating func translateReference(_ rule: ReferenceRule, _ op: Operator) throws(WasmError) {
    switch rule {
    case .null:
      push(constant: 0, .i64)
    case .isNull:
      push(testZero(pop()))
    case .function:
      guard let position = facts.referenceIndex(ofFunction: Int(op.index)) else {
        throw WasmError(
          .invalid, "undeclared function reference", at: Int(op.offset))
      }
      let offset = constant(Int64(layout.functionRecord(position)), .i64)
      push(append(.iadd, .i64, context, offset), .i64)
    case .asNonNull:
      let reference = popValue()
      trapIfNull(reference, WasmTrap.nullReference)
      push(reference, .i64)
    case .branchOnNull:
      let reference = popValue()
      branch(toDepth: Int(op.index), if: Operand(.equal, .i64, reference, constant: 0))
      push(reference, .i64)
    case .branchOnNonNull:
      let reference = popValue()
      push(reference, .i64)
      branch(toDepth: Int(op.index), if: Operand(.notEqual, .i64, reference, constant: 0))
      _ = pop()
    case .equal:
      let second = popValue()
      push(Operand(IntCondition.equal, .i64, popValue(), second))
    }
  }
}
