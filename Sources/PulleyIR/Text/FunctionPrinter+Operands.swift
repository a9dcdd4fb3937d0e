/// Operands.
extension FunctionPrinter {
  mutating func writeOperands(_ inst: Inst, _ data: InstructionData, of function: Function) {
    switch data.operation.format {
    case .nullary:
      return
    case .constant, .vectorConstant:
      writeConstant(data, of: function)
    case .unary, .binary, .ternary:
      // Only casts have flags: the order of the lanes, if their number changes.
      write(data.flags)
      writeArguments(data, of: function)
    case .extractLane, .insertLane:
      writeArguments(data, of: function)
      text += ", \(data.lane)"
    case .shuffle:
      writeArguments(data, of: function)
      guard function.constants.contains(data.constant) else { return }
      text += ", "
      ConstantText.write(vector: function.constants[data.constant], to: &text)
    case .intCompare:
      text += " " + data.intCondition.name
      writeArguments(data, of: function)
    case .floatCompare:
      text += " " + data.floatCondition.name
      writeArguments(data, of: function)
    case .load, .store, .heapLoad, .heapStore:
      writeAccessFlags(data, of: function)
      writeArguments(data, of: function)
      ConstantText.write(offset: data.immediate, to: &text)
    case .atomicRmw, .atomicCas, .heapAtomicRmw, .heapAtomicCas:
      writeAtomicOperands(data, of: function)
    case .stackAddress:
      text += " \(function.name(of: data.stackSlot))"
      ConstantText.write(offset: data.immediate, to: &text)
    case .functionAddress:
      text += " \(function.name(of: data.function))"
    case .globalValue:
      text += " \(function.name(of: data.globalValue))"
    case .trap:
      text += " \(data.trapCode)"
    case .conditionalTrap, .binaryTrap, .ternaryTrap:
      writeArguments(data, of: function)
      text += ", \(data.trapCode)"
    case .allocation:
      writeArguments(data, of: function)
      text += ", \(data.immediate), \(data.trapCode)"
    case .multiary:
      if data.list.count > 0 { text += " " }
      write(data.list, of: function)
    case .jump, .branch, .branchTable:
      writeBranch(inst, data, of: function)
    case .call, .callIndirect, .tryCall, .tryCallIndirect:
      writeCall(inst, data, of: function)
    case .exceptionHandlerAddress:
      text += " \(function.name(of: data.destination.block)), \(data.immediate)"
    }
  }

  // Constants and memory

  mutating func writeConstant(_ data: InstructionData, of function: Function) {
    text += " "
    switch data.operation {
    case .f16const:
      ConstantText.write(
        float: UInt128(UInt16(truncatingIfNeeded: data.immediate)), type: .f16, to: &text)
    case .f32const:
      ConstantText.write(float32: UInt32(truncatingIfNeeded: data.immediate), to: &text)
    case .f64const:
      ConstantText.write(float64: UInt64(bitPattern: data.immediate), to: &text)
    case .vconst, .f128const:
      text += function.name(of: data.constant)
    default:
      ConstantText.write(integer: data.type.signExtend(data.immediate), to: &text)
    }
  }

  mutating func write(_ flags: MemoryFlags) {
    if flags.contains(.notrap) { text += " notrap" }
    if flags.contains(.aligned) { text += " aligned" }
    if flags.contains(.readonly) { text += " readonly" }
    if flags.contains(.canMove) { text += " can_move" }
    if flags.contains(.big) { text += " big" }
    if flags.contains(.little) { text += " little" }
  }

  private mutating func writeAccessFlags(_ data: InstructionData, of function: Function) {
    write(data.flags)
    switch data.operation.format {
    case .heapLoad, .heapStore:
      text += " \(data.heap)"
    default:
      writeTrapCode(data)
      if !data.aliasRegion.isNone { text += " \(function.name(of: data.aliasRegion))" }
    }
  }

  /// The trap code of an access, unless it is the default, out of bounds.
  private mutating func writeTrapCode(_ data: InstructionData) {
    let code = data.accessTrap
    if !data.flags.contains(.notrap), code != .none, code != .heapOutOfBounds {
      text += " \(code)"
    }
  }

  private mutating func writeAtomicOperands(_ data: InstructionData, of function: Function) {
    let format = data.operation.format
    write(data.flags)
    let isHeap = format == .heapAtomicRmw || format == .heapAtomicCas
    if isHeap {
      text += " \(data.heap)"
    } else {
      writeTrapCode(data)
      if !data.aliasRegion.isNone { text += " \(function.name(of: data.aliasRegion))" }
    }
    if format == .atomicRmw || format == .heapAtomicRmw { text += " \(data.atomicOperation.name)" }
    text += " "
    write(data.argument0, of: function)
    if isHeap { ConstantText.write(offset: data.immediate, to: &text) }
    text += ", "
    write(data.argument1, of: function)
    if data.argument2.isNone { return }
    text += ", "
    write(data.argument2, of: function)
  }

  // Control

  private mutating func writeBranch(_ inst: Inst, _ data: InstructionData, of function: Function) {
    switch data.operation.format {
    case .jump:
      text += " "
      write(data.destination, from: inst, of: function)
    case .branch:
      writeArguments(data, of: function)
      text += ", "
      write(data.destination, from: inst, of: function)
      text += ", "
      write(data.otherwise, from: inst, of: function)
    default:
      writeArguments(data, of: function)
      guard function.jumpTables.contains(data.jumpTable) else { return }
      let table = function.jumpTables[data.jumpTable]
      text += ", "
      write(table.default, from: inst, of: function)
      text += ", ["
      for (index, entry) in table.entries.enumerated() {
        if index > 0 { text += ", " }
        write(entry, from: inst, of: function)
      }
      text += "]"
    }
  }

  private mutating func writeCall(_ inst: Inst, _ data: InstructionData, of function: Function) {
    switch data.operation.format {
    case .call, .tryCall: text += " \(function.name(of: data.function))"
    case .callIndirect:
      text += " \(function.name(of: data.signature)),"
      writeArguments(data, of: function)
    default: writeArguments(data, of: function)
    }
    text += "("
    write(data.list, of: function)
    text += ")"
    if data.operation.format.hasExceptionTable { writeExceptionTable(inst, data, of: function) }
    if let entries = function.text?.stackMaps[inst] {
      let list = entries.map { "\($0.type) @ \(function.name(of: $0.slot))+\($0.offset)" }
      text += ", stack_map=[\(list.joined(separator: ", "))]"
    }
  }

  private mutating func writeExceptionTable(
    _ inst: Inst, _ data: InstructionData, of function: Function
  ) {
    guard function.exceptionTables.contains(data.exceptionTable) else { return }
    let table = function.exceptionTables[data.exceptionTable]
    text += ", \(function.name(of: table.signature)), "
    write(table.normal, from: inst, of: function)
    text += ", ["
    for (index, item) in table.items.enumerated() {
      text += index == 0 ? " " : ", "
      switch item {
      case .tag(let tag, let call):
        text += "tag\(tag): "
        write(call, from: inst, of: function)
      case .default(let call):
        text += "default: "
        write(call, from: inst, of: function)
      case .context(let value):
        text += "context "
        write(value, of: function)
      }
    }
    text += table.items.isEmpty ? "]" : " ]"
  }

  // Values

  mutating func write(_ value: Value, of function: Function) {
    // Functions with errors must be printable, too.
    let isShown = function.text != nil || value.index >= function.valueCount
    text += function.name(of: isShown ? value : function.resolve(value))
  }

  /// The flags that an instruction always has, each after a space.
  private mutating func writeArguments(_ data: InstructionData, of function: Function) {
    let count = data.fixedArgumentCount
    guard count > 0 else { return }
    text += " "
    write(data.argument0, of: function)
    if count > 1 {
      text += ", "
      write(data.argument1, of: function)
    }
    if count > 2 {
      text += ", "
      write(data.argument2, of: function)
    }
  }

  private mutating func write(_ list: ValueList, of function: Function) {
    var isFirst = true
    for value in function.values(list) {
      if !isFirst { text += ", " }
      isFirst = false
      write(value, of: function)
    }
  }

  private mutating func write(_ call: BlockCall, from inst: Inst, of function: Function) {
    text += function.name(of: call.block)
    guard call.arguments.count > 0 else { return }
    text += "("
    var isFirst = true
    for value in function.values(call.arguments) {
      if !isFirst { text += ", " }
      isFirst = false
      if let name = function.nameOfPassedResult(value, from: inst) {
        text += name
      } else {
        write(value, of: function)
      }
    }
    text += ")"
  }
}

extension Function {
  /// The name, `ret0` or `exn1`, of a result of `inst` that `inst` itself passes to a block; nil for all
  /// other values.
  ///
  /// Results that the call does not have, which the reader makes for invalid names, have the names in
  /// the text.
  func nameOfPassedResult(_ value: Value, from inst: Inst) -> String? {
    guard value.index < valueCount, case .result(inst, let index) = definition(of: value) else {
      return nil
    }
    if index == .max || index == .max - 1 {
      let number = text?.values.number(of: value.number) ?? 0
      return index == .max ? "ret\(number)" : "exn\(number)"
    }
    let data = instructions[inst]
    guard data.operation.format.hasExceptionTable, exceptionTables.contains(data.exceptionTable),
      signatures.contains(exceptionTables[data.exceptionTable].signature)
    else { return nil }
    let signature = exceptionTables[data.exceptionTable].signature
    let ordinary = UInt32(signatures[signature].results.count)
    return index < ordinary ? "ret\(index)" : "exn\(index - ordinary)"
  }
}
