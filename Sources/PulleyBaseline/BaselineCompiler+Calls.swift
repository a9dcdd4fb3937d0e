import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyWasm

/// Calls of all kinds.
extension BaselineCompiler {
  private static let context = RegisterRoles.context

  mutating func translateCall(_ callee: Callee, _ op: Operator, isTail: Bool) throws(Refusal) {
    switch callee {
    case .direct: try translateDirectCall(Int(op.index), isTail: isTail)
    case .tableElement: try translateCallIndirect(op, isTail: isTail)
    case .reference:
      guard let type = module.functionType(op.index) else { throw Refusal() }
      try callReference(
        pop(), op.index, type, WasmTrap.nullFunctionReference, isTail: isTail)
    }
  }

  private mutating func translateDirectCall(_ index: Int, isTail: Bool) throws(Refusal) {
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
      return callAddress(type, abi, isTail: isTail)
    }
    passArguments(type, abi, near: isTail ? nil : index)
    guard isTail else { return pushResults(type, abi) }
    // The machine moves the arguments from where a callee gets them to where this function got its own.
    note(offset)
    addRelocation(toFunction: index, patchDistance: 1)
    encoder.jump(0)
    isReachable = false
  }

  /// Refuses calls with more stack arguments than there is room for, with results on the stack, and with
  /// vectors.
  private mutating func check(_ abi: CallABI, _ type: FunctionType) throws(Refusal) {
    if abi.stackBytes > plan.outgoingBytes { wantedOutgoing = abi.stackBytes }
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

  private mutating func addRelocation(toFunction function: Int, patchDistance: Int) {
    output.relocations.append(
      Relocation(
        offset: UInt32(encoder.offset), kind: .nearCall, patchDistance: UInt8(patchDistance),
        namespace: FunctionNames.moduleNamespace, target: UInt32(truncatingIfNeeded: function)))
  }

  private mutating func emitCall(_ function: Int, _ sources: InlineArray<4, UInt8>, _ count: Int) {
    addRelocation(toFunction: function, patchDistance: count + 1)
    noteCall()
    let (a, b, c, d) = (XReg(sources[0]), XReg(sources[1]), XReg(sources[2]), XReg(sources[3]))
    switch count {
    case 1: encoder.call1(a, 0)
    case 2: encoder.call2(a, b, 0)
    case 3: encoder.call3(a, b, c, 0)
    default: encoder.call4(a, b, c, d, 0)
    }
  }

  /// Calls the code at the address in x7 with the context in x0.
  private mutating func callAddress(_ type: FunctionType, _ abi: CallABI, isTail: Bool) {
    note(offset)
    if isTail {
      encoder.xjump(XReg(WindowRecord.callee))
      isReachable = false
      return
    }
    noteCall()
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

  mutating func plainTarget(_ type: Type) -> Target {
    let place = plan.place(height: entries.count, type)
    let temporary = type.isFloat ? WindowRecord.writtenRest : WindowRecord.writtenX
    return Target(
      number: place.isRegister ? place.register : temporary, place: place, type: type)
  }

  // MARK: Indirect calls

  private mutating func translateCallIndirect(_ op: Operator, isTail: Bool) throws(Refusal) {
    let typeIndex = op.index
    guard let type = module.functionType(typeIndex) else { throw Refusal() }
    try check(convention(ofType: typeIndex, type), type)
    let address = try elementAddress(op.secondIndex, pop(), WasmTrap.undefinedElement)
    let element = module.tables[Int(op.secondIndex)].element
    let reference = XReg(4)
    encoder.xload64le_o32(reference, address, 0)
    var nullTrap = element.isNullable ? WasmTrap.uninitializedElement : nil
    if !isKnown(element.heapType, toBe: typeIndex) {
      let (actual, expected) = (XReg(5), XReg(3))
      loadRecord(actual, reference, ContextLayout.FunctionRecord.type, &nullTrap)
      let base = loadContext()
      encoder.xload32le_o32(expected, base, try offset(layout.typeNumber(Int(typeIndex))))
      if module.types[Int(typeIndex)].isFinal {
        trapIf(.br_if_xneq32, actual, expected, WasmTrap.indirectCallTypeMismatch)
      } else {
        try trapUnlessSubtype(actual, expected, keeping: reference)
      }
    }
    try callReference(temporary(reference, .i64), typeIndex, type, nullTrap, isTail: isTail)
  }

  /// Whether all references of a heap type refer to functions of this type.
  private func isKnown(_ heapType: HeapType, toBe typeIndex: UInt32) -> Bool {
    module.matches(module.canonical(heapType), .defined(module.canonicalTypes[Int(typeIndex)]))
  }

  /// Traps unless `actual` is a subtype of `expected`. Most types are equal, which is tested first; a
  /// builtin compares the others. It does not preserve `kept`, which has a place meanwhile.
  private mutating func trapUnlessSubtype(
    _ actual: XReg, _ expected: XReg, keeping kept: XReg
  ) throws(Refusal) {
    let saved = plainTarget(.i64)
    encoder.xmov(XReg(saved.number), kept)
    complete(saved)
    let origin = UInt32(encoder.offset)
    encoder.br_if_xeq32(actual, expected, 0)
    let patch = UInt32(encoder.offset) - 4
    try callBuiltin(.isSubtype, [temporary(actual, .i32), temporary(expected, .i32)])
    trapIfZero(pop(), WasmTrap.indirectCallTypeMismatch)
    encoder.patch32(at: Int(patch), Int32(bitPattern: UInt32(encoder.offset) &- origin))
    move(pop(), toRegister: kept.number)
  }

  /// Calls the function that a reference refers to.
  ///
  /// - Parameter nullTrap: the trap for a null reference; nil if the reference is known not to be null.
  private mutating func callReference(
    _ reference: Entry, _ typeIndex: UInt32, _ type: FunctionType, _ nullTrap: TrapCode?,
    isTail: Bool
  ) throws(Refusal) {
    let abi = convention(ofType: typeIndex, type)
    try check(abi, type)
    var nullTrap = nullTrap
    let record = XReg(read(reference))
    loadRecord(
      XReg(WindowRecord.callee), record, ContextLayout.FunctionRecord.code, &nullTrap)
    loadRecord(XReg(0), record, ContextLayout.FunctionRecord.context, &nullTrap)
    passArguments(type, abi, near: nil)
    callAddress(type, abi, isTail: isTail)
  }

  /// Loads from a function record. The first load also tests for null, since address 0 is never mapped.
  private mutating func loadRecord(
    _ result: XReg, _ reference: XReg, _ offset: Int, _ nullTrap: inout TrapCode?
  ) {
    let isNarrow = offset == ContextLayout.FunctionRecord.type
    let offset = Int32(truncatingIfNeeded: offset)
    if let code = nullTrap {
      nullTrap = nil
      noteTrap(code)
      if isNarrow {
        encoder.xload32le_z(result, reference, offset)
      } else {
        encoder.xload64le_z(result, reference, offset)
      }
    } else if isNarrow {
      encoder.xload32le_o32(result, reference, offset)
    } else {
      encoder.xload64le_o32(result, reference, offset)
    }
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
  mutating func callBuiltin(
    _ builtin: Builtin, _ arguments: [Entry], mayThrow: Bool = false
  ) throws(Refusal) {
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
    if mayThrow { noteCall() }
    encoder.call_indirect_host(0)
    guard let result = builtin.results.first else { return }
    let target = plainTarget(result)
    encoder.xmov(XReg(target.number), XReg(0))
    complete(target)
  }
}
