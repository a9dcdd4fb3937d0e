import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyWasm

/// Calls of all kinds but tail calls.
extension BaselineCompiler {
  private static let context = RegisterRoles.context

  mutating func translateCall(_ callee: Callee, _ op: Operator) throws(Refusal) {
    switch callee {
    case .direct: try translateDirectCall(Int(op.index))
    case .tableElement: try translateCallIndirect(op)
    case .reference: throw Refusal()
    }
  }

  private mutating func translateDirectCall(_ index: Int) throws(Refusal) {
    guard let type = module.type(ofFunction: index) else { throw Refusal() }
    let abi = convention(ofType: module.functions[index], type)
    try check(abi, type)
    guard index >= module.importedFunctionCount else {
      let record = layout.importedFunction(index)
      let base = loadContext()
      encoder.xload64le_o32(
        XReg(WindowRecord.callee), base, try offset(record + ContextLayout.ImportedFunction.code))
      encoder.xload64le_o32(
        XReg(0), base, try offset(record + ContextLayout.ImportedFunction.context))
      passArguments(type, abi, near: nil)
      return callAddress(type, abi)
    }
    passArguments(type, abi, near: index)
    pushResults(type, abi)
  }

  /// Refuses calls with more stack arguments than there is room for, with results on the stack, and with
  /// vectors.
  private mutating func check(_ abi: CallABI, _ type: FunctionType) throws(Refusal) {
    if abi.stackBytes > plan.outgoingBytes { passesOnStack = true }
    guard abi.stackBytes <= plan.outgoingBytes, !abi.results.contains(where: \.isOnStack),
      !type.parameters.contains(where: { $0.irType.isVector }),
      !type.results.contains(where: { $0.irType.isVector })
    else { throw Refusal() }
  }

  /// Puts the address of the context into x6.
  mutating func loadContext() -> XReg {
    let register = XReg(WindowRecord.passedX - 1)
    encoder.xmov(register, XReg(Self.context))
    return register
  }

  func offset(_ offset: Int) throws(Refusal) -> Int32 {
    guard let short = Int32(exactly: offset) else { throw Refusal() }
    return short
  }

  /// Pops the arguments and puts them where the callee expects them. With `near`, calls the function, too:
  /// such calls take the first arguments from any register.
  private mutating func passArguments(_ type: FunctionType, _ abi: CallABI, near: Int?) {
    let count = type.parameters.count
    let first = entries.count - count
    for position in 0..<count {
      guard case .stack(let offset) = abi.parameters[position + 1] else { continue }
      storeArgument(entries[first + position], Int32(bitPattern: offset))
    }
    var sources: InlineArray<4, UInt8> = [Self.context, 1, 2, 3]
    var named = 1
    for position in 0..<count {
      let entry = entries[first + position]
      switch abi.parameters[position + 1] {
      case .x(let number):
        if near != nil, number < 4, entry.kind != .constant {
          sources[Int(number)] = number
          named = Int(number) + 1
        } else {
          move(entry, toRegister: number)
        }
      case .f(let number): move(entry, toRegister: number)
      case .v, .stack: break
      }
    }
    if let near {
      slotReads = [0, 0]
      for position in 0..<count {
        guard case .x(let number) = abi.parameters[position + 1], number < named,
          entries[first + position].kind != .constant
        else { continue }
        sources[Int(number)] = read(entries[first + position])
      }
      note(offset)
      emitCall(near, sources, named)
    }
    pop(to: first)
  }

  private mutating func storeArgument(_ entry: Entry, _ offset: Int32) {
    switch entry.kind {
    case .constant: store(constant: entry, at: offset)
    case .settled: storeArgument(entry.place, entry.type, offset)
    case .local: storeArgument(locals[Int(entry.bits)].place, entry.type, offset)
    }
  }

  private mutating func storeArgument(_ place: Place, _ type: Type, _ offset: Int32) {
    if place.isRegister {
      store(type, place.register, offset)
    } else {
      encoder.xload64le_o32(.spillTmp0, .sp, slotOffset(place))
      encoder.xstore64le_o32(.sp, offset, .spillTmp0)
    }
  }

  private mutating func emitCall(_ function: Int, _ sources: InlineArray<4, UInt8>, _ count: Int) {
    output.relocations.append(
      Relocation(
        offset: UInt32(encoder.offset), kind: .nearCall, patchDistance: UInt8(count + 1),
        namespace: FunctionNames.moduleNamespace, target: UInt32(truncatingIfNeeded: function)))
    let (a, b, c, d) = (XReg(sources[0]), XReg(sources[1]), XReg(sources[2]), XReg(sources[3]))
    switch count {
    case 1: encoder.call1(a, 0)
    case 2: encoder.call2(a, b, 0)
    case 3: encoder.call3(a, b, c, 0)
    default: encoder.call4(a, b, c, d, 0)
    }
  }

  /// Calls the code at the address in x7 with the context in x0.
  private mutating func callAddress(_ type: FunctionType, _ abi: CallABI) {
    note(offset)
    encoder.call_indirect(XReg(WindowRecord.callee))
    pushResults(type, abi)
  }

  private mutating func pushResults(_ type: FunctionType, _ abi: CallABI) {
    for (result, location) in zip(type.results, abi.results) {
      let type = result.irType
      // A single result may belong to a local.
      let target = abi.results.count == 1 ? target(type) : plainTarget(type)
      switch location {
      case .x(let number): encoder.xmov(XReg(target.number), XReg(number))
      case .f(let number): encoder.fmov(FReg(target.number), FReg(number))
      case .v, .stack: break
      }
      complete(target)
    }
  }

  private mutating func plainTarget(_ type: Type) -> Target {
    let place = plan.place(height: entries.count, type)
    let temporary = type.isFloat ? WindowRecord.writtenRest : WindowRecord.writtenX
    return Target(
      number: place.isRegister ? place.register : temporary, place: place, type: type)
  }

  // MARK: Indirect calls

  private mutating func translateCallIndirect(_ op: Operator) throws(Refusal) {
    let (typeIndex, tableIndex) = (op.index, Int(op.secondIndex))
    guard let type = module.functionType(typeIndex), module.types[Int(typeIndex)].isFinal,
      module.tables[tableIndex].addressType.valueType.irType == .i32
    else { throw Refusal() }
    let abi = convention(ofType: typeIndex, type)
    try check(abi, type)
    let index = pop()
    let (record, reference, wide) = (XReg(5), XReg(4), XReg(3))
    // A constant index is in x6 until it has been extended.
    encoder.zext32(wide, XReg(read(index)))
    let base = loadContext()
    encoder.xload64le_o32(record, base, try offset(layout.table(tableIndex)))
    encoder.xload64le_o32(reference, record, Int32(ContextLayout.TableRecord.count))
    trapIf(.br_if_xulteq64, reference, wide, WasmTrap.undefinedElement)
    encoder.xload64le_o32(record, record, Int32(ContextLayout.TableRecord.elements))
    encoder.xshl64_u6(wide, wide, 3)
    encoder.xadd64(record, record, wide)
    encoder.xload64le_o32(reference, record, 0)
    note(offset)
    output.traps.append(
      TrapEntry(offset: UInt32(encoder.offset), code: WasmTrap.uninitializedElement))
    encoder.xload32le_z(record, reference, Int32(ContextLayout.FunctionRecord.type))
    encoder.xload32le_o32(wide, base, try offset(layout.typeNumber(Int(typeIndex))))
    trapIf(.br_if_xneq32, record, wide, WasmTrap.indirectCallTypeMismatch)
    encoder.xload64le_o32(
      XReg(WindowRecord.callee), reference, Int32(ContextLayout.FunctionRecord.code))
    encoder.xload64le_o32(XReg(0), reference, Int32(ContextLayout.FunctionRecord.context))
    passArguments(type, abi, near: nil)
    callAddress(type, abi)
  }

  /// Branches to a trap after the code of the function.
  mutating func trapIf(_ opcode: Opcode, _ first: XReg, _ second: XReg, _ code: TrapCode) {
    let origin = UInt32(encoder.offset)
    emit(opcode, first.number, second.number, 0)
    stubs.append(
      Stub(patch: UInt32(encoder.offset) - 4, origin: origin, source: offset, code: code))
  }

  // MARK: Builtins

  /// Calls a function of the runtime with the context and these arguments, which have been popped.
  mutating func callBuiltin(_ builtin: Builtin, _ arguments: [Entry]) throws(Refusal) {
    let base = loadContext()
    encoder.xload64le_o32(XReg(0), base, Int32(ContextLayout.builtins))
    encoder.xload64le_o32(XReg(0), XReg(0), Int32(builtin.rawValue) * 8)
    encoder.xmov(XReg(1), XReg(Self.context))
    for (position, entry) in arguments.enumerated() {
      guard position + 2 < WindowRecord.passedX else { throw Refusal() }
      if entry.type == .i32 && builtin.parameters[position + 1] == .i64 {
        guard entry.kind != .constant else {
          makeInteger(entry.bits & 0xFFFF_FFFF, in: XReg(UInt8(position + 2)))
          continue
        }
        slotReads = [0, 0]
        encoder.zext32(XReg(UInt8(position + 2)), XReg(read(entry)))
      } else {
        move(entry, toRegister: UInt8(position + 2))
      }
    }
    note(offset)
    output.relocations.append(
      Relocation(
        offset: UInt32(encoder.offset), kind: .hostCall, patchDistance: 3,
        namespace: FunctionNames.hostNamespace, target: builtin.rawValue))
    encoder.call_indirect_host(0)
    guard let result = builtin.results.first else { return }
    let target = plainTarget(result)
    encoder.xmov(XReg(target.number), XReg(0))
    complete(target)
  }
}
