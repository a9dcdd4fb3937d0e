import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyWasm

/// References, tables and casts.
extension BaselineCompiler {
  mutating func translateReference(_ rule: ReferenceRule, _ op: Operator) throws(Refusal) {
    switch rule {
    case .null: push(constant: 0, .i64)
    case .function:
      guard let position = facts.referenceIndex(ofFunction: Int(op.index)),
        let distance = UInt32(exactly: layout.functionRecord(position))
      else { throw Refusal() }
      let target = target(.i64)
      let base = loadContext()
      encoder.xadd64_u32(XReg(target.number), base, distance)
      complete(target)
    case .isNull: setComparison(isNull(pop()))
    case .equal:
      let second = pop()
      setComparison(equality(pop(), second))
    case .asNonNull: trapIfNull(entries[entries.count - 1], WasmTrap.nullReference)
    case .branchOnNull:
      settle()
      let reference = pop()
      comparison = isNull(reference)
      translateBranchIf(blocks.count - 1 - Int(op.index))
      entries.append(reference)
    case .branchOnNonNull:
      settle()
      var test = isNull(entries[entries.count - 1])
      test.isInverted = true
      comparison = test
      translateBranchIf(blocks.count - 1 - Int(op.index))
      _ = pop()
    }
  }

  private func equality(_ first: Entry, _ second: Entry) -> Comparison {
    Comparison(
      condition: IntCondition.equal.rawValue, isFloat: false, type: .i64, first: first,
      second: second)
  }

  private func isNull(_ reference: Entry) -> Comparison {
    equality(reference, constant(0, .i64))
  }

  func constant(_ bits: Int64, _ type: Type) -> Entry {
    Entry(kind: .constant, type: type, bits: bits, place: Place(register: 0))
  }

  /// A value in a register that is no place.
  func temporary(_ register: XReg, _ type: Type) -> Entry {
    Entry(kind: .settled, type: type, place: Place(register: register.number))
  }

  mutating func trapIfNull(_ reference: Entry, _ code: TrapCode) {
    trap(ifTrue: true, isNull(reference), code)
  }

  mutating func trapIfZero(_ number: Entry, _ code: TrapCode) {
    let test = Comparison(
      condition: IntCondition.equal.rawValue, isFloat: false, type: .i32, first: number,
      second: constant(0, .i32))
    trap(ifTrue: true, test, code)
  }

  /// Branches to a trap after the code of the function if the comparison holds, or if it does not.
  private mutating func trap(ifTrue: Bool, _ test: Comparison, _ code: TrapCode) {
    (slotReads, constantReads) = ([0, 0], [0, 0])
    comparison = test
    let origin = emitBranch(ifTrue: ifTrue)
    stubs.append(
      Stub(patch: UInt32(encoder.offset) - 4, origin: origin, source: offset, code: code))
    (slotReads, constantReads) = ([0, 0], [0, 0])
  }

  // MARK: Tables

  mutating func translateTable(_ rule: TableRule, _ op: Operator) throws(Refusal) {
    let index = constant(Int64(op.index), .i32)
    switch rule {
    case .get:
      let operand = pop()
      let address = try elementAddress(op.index, operand, WasmTrap.tableOutOfBounds)
      let target = target(.i64)
      encoder.xload64le_o32(XReg(target.number), address, 0)
      complete(target)
    case .set:
      let value = pop()
      let address = try elementAddress(op.index, pop(), WasmTrap.tableOutOfBounds)
      let source = read(value)
      encoder.xstore64le_o32(address, 0, XReg(source))
    case .size:
      let target = target(indexType(ofTable: op.index))
      let base = loadContext()
      encoder.xload64le_o32(base, base, try offset(layout.table(Int(op.index))))
      encoder.xload64le_o32(XReg(target.number), base, Int32(ContextLayout.TableRecord.count))
      complete(target)
    case .grow:
      let count = pop()
      try callBuiltin(.tableGrow, [index, pop(), count])
      entries[entries.count - 1].type = indexType(ofTable: op.index)
    case .fill:
      let (count, reference) = (pop(), pop())
      try callBuiltin(.tableFill, [index, pop(), reference, count])
    case .copy: try translateTransfer(.tableCopy, op.index, op.secondIndex)
    case .initialize: try translateTransfer(.tableInit, op.secondIndex, op.index)
    case .dropSegment: try callBuiltin(.elemDrop, [index])
    }
  }

  private func indexType(ofTable table: UInt32) -> Type {
    module.tables[Int(table)].addressType.valueType.irType
  }

  /// Traps if an index is out of bounds, and otherwise gives the address of the element, in x5.
  mutating func elementAddress(
    _ table: UInt32, _ index: Entry, _ code: TrapCode
  ) throws(Refusal) -> XReg {
    let (record, count, wide) = (XReg(5), XReg(4), XReg(3))
    if index.kind == .constant {
      makeInteger(index.type == .i32 ? index.bits & 0xFFFF_FFFF : index.bits, in: wide)
    } else if index.type == .i32 {
      encoder.zext32(wide, XReg(read(index)))
    } else {
      move(index, toRegister: wide.number)
    }
    (slotReads, constantReads) = ([0, 0], [0, 0])
    let base = loadContext()
    encoder.xload64le_o32(record, base, try offset(layout.table(Int(table))))
    encoder.xload64le_o32(count, record, Int32(ContextLayout.TableRecord.count))
    trapIf(.br_if_xulteq64, count, wide, code)
    encoder.xload64le_o32(record, record, Int32(ContextLayout.TableRecord.elements))
    encoder.xshl64_u6(wide, wide, 3)
    encoder.xadd64(record, record, wide)
    return record
  }

  // MARK: Casts

  mutating func translateCast(_ rule: CastRule, _ op: Operator) throws(Refusal) {
    switch rule {
    case .test(let isNullable):
      settleTop()
      let test = try matches(op.heapType, isNullable)
      _ = pop()
      setComparison(test)
    case .cast(let isNullable):
      if let shape = shape(of: op.heapType) {
        let reference = entries[entries.count - 1]
        let display = try loadShape(shape)
        let source = XReg(read(reference))
        noteTrap(WasmTrap.castFailure)
        if isNullable {
          encoder.xreference_cast_null(source, display)
        } else {
          encoder.xreference_cast(source, display)
        }
      } else {
        settleTop()
        trap(ifTrue: false, try matches(op.heapType, isNullable), WasmTrap.castFailure)
      }
    case .branch(let onSuccess):
      settle()
      var test = try matches(op.targetType.heapType, op.targetType.isNullable)
      if !onSuccess { test.isInverted.toggle() }
      comparison = test
      translateBranchIf(blocks.count - 1 - Int(op.index))
    }
  }

  /// Records the position of the operator, and the trap of the instruction that is emitted next.
  mutating func noteTrap(_ code: TrapCode) {
    note(offset)
    output.traps.append(TrapEntry(offset: UInt32(encoder.offset), code: code))
  }

  /// Puts the topmost entry in its place.
  private mutating func settleTop() { settle(at: entries.count - 1) }

  /// The offset of the shape of a structure or array type in the context; nil for other types.
  private func shape(of heapType: HeapType) -> Int? {
    guard let index = heapType.typeIndex else { return nil }
    if case .function = module.types[Int(index)].composite { return nil }
    return layout.shape(Int(index))
  }

  /// Loads a shape into x6.
  mutating func loadShape(_ place: Int) throws(Refusal) -> XReg {
    let base = loadContext()
    encoder.xload64le_o32(base, base, try offset(place))
    constantReads[0] = max(constantReads[0], 1)
    return base
  }

  /// Whether the reference on top of the stack, which is in its place, is of a type. The operands of the
  /// result are valid until the next instruction that is no move.
  private mutating func matches(
    _ heapType: HeapType, _ isNullable: Bool
  ) throws(Refusal) -> Comparison {
    let reference = entries[entries.count - 1]
    (slotReads, constantReads) = ([0, 0], [0, 0])
    defer { (slotReads, constantReads) = ([0, 0], [0, 0]) }
    let result = XReg(5)
    if let shape = shape(of: heapType) {
      let display = try loadShape(shape)
      encoder.xreference_test(result, XReg(read(reference)), display)
      return orNull(result, reference, isNullable)
    }
    if let index = heapType.typeIndex {
      try callBuiltin(.functionMatches, [reference, constant(Int64(index), .i32)])
      move(pop(), toRegister: result.number)
      return orNull(result, reference, isNullable)
    }
    switch heapType.abstract {
    case .any, .func, .extern, .exn:
      return isNullable ? known(true) : inverted(isNull(reference))
    case .i31:
      encoder.xband64_s8(result, XReg(read(reference)), 1)
      return orNull(result, reference, isNullable)
    case .struct, .array:
      encoder.xreference_kind(result, XReg(read(reference)))
      // Null, i31, structures and arrays are numbered in this order, and then other objects.
      encoder.xsub32_u8(result, result, heapType.abstract == .struct ? 2 : 3)
      guard isNullable else { return equals(result, 0) }
      makeInteger(0, in: XReg(4))
      encoder.xeq32(result, result, XReg(4))
      return orNull(result, reference, true)
    case .eq:
      encoder.xreference_kind(result, XReg(read(reference)))
      if !isNullable { encoder.xsub32_u8(result, result, 1) }
      return Comparison(
        condition: IntCondition.unsignedLess.rawValue, isFloat: false, type: .i32,
        first: temporary(result, .i32), second: constant(isNullable ? 4 : 3, .i32))
    case .none?, .nofunc, .noextern, .noexn, nil:
      return isNullable ? isNull(reference) : known(false)
    }
  }

  private func equals(_ register: XReg, _ value: Int64) -> Comparison {
    Comparison(
      condition: IntCondition.equal.rawValue, isFloat: false, type: .i32,
      first: temporary(register, .i32), second: constant(value, .i32))
  }

  private func inverted(_ test: Comparison) -> Comparison {
    var test = test
    test.isInverted.toggle()
    return test
  }

  private func known(_ truth: Bool) -> Comparison {
    Comparison(
      condition: IntCondition.notEqual.rawValue, isFloat: false, type: .i32,
      first: constant(truth ? 1 : 0, .i32), second: constant(0, .i32))
  }

  /// Whether the register, which is 0 or 1, is 1, or the reference null where that is allowed.
  private mutating func orNull(
    _ register: XReg, _ reference: Entry, _ isNullable: Bool
  ) -> Comparison {
    if isNullable {
      let isNull = XReg(4)
      slotReads = [0, 0]
      makeInteger(0, in: isNull)
      encoder.xeq64(isNull, XReg(read(reference)), isNull)
      encoder.xbor32(register, register, isNull)
    }
    return inverted(equals(register, 0))
  }
}
