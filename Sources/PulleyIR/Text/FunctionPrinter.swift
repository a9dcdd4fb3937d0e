/// Writes functions as CLIF text, in the form that Cranelift gives it. Our own heaps are
/// `heap0 = record vmctx+80, index_type i32`, accesses to them `heap_load.i32 heap0 v1+8` and
/// `heap_store heap0 v2, v1+8`, and `heap_atomic_rmw.i32 heap0 add v1+8, v2` and
/// `heap_atomic_cas.i32 heap0 v1+8, v2, v3`.
///
/// Values are written under the names they stand for: aliases do not appear.
public struct FunctionPrinter: Sendable {
  /// Adds a comment with the constants that an instruction uses, as Cranelift does.
  public var showsConstants = false
  /// Puts the source location before each instruction that has one: `@0045`.
  public var showsSourceLocations = false

  private var text = ""

  public init() {}

  public mutating func print(_ function: Function) -> String {
    text = "function "
    write(function.name)
    write(function.signature)
    text += " {\n"
    let hasPreamble = writePreamble(function)
    var needsGap = hasPreamble
    for block in function.blockOrder {
      if needsGap { text += "\n" }
      needsGap = true
      write(block, of: function)
    }
    text += "}"
    return text
  }

  /// One instruction, without the end of the line.
  public mutating func print(_ inst: Inst, of function: Function) -> String {
    text = ""
    write(inst, of: function)
    return text
  }

  // Preamble

  private mutating func write(_ name: ExternalName) {
    switch name {
    case .user: text += name.description
    case .named(let string):
      let isPlain =
        !string.isEmpty
        && string.utf8.allSatisfy {
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
        }
      text += isPlain ? "%\(string)" : "%\"\(string)\""
    }
  }

  private mutating func write(_ signature: Signature) {
    text += "("
    write(signature.parameters)
    text += ")"
    if !signature.results.isEmpty {
      text += " -> "
      write(signature.results)
    }
    text += " " + signature.convention.name
  }

  private mutating func write(_ parameters: [ABIParameter]) {
    for (index, parameter) in parameters.enumerated() {
      if index > 0 { text += ", " }
      text += parameter.type.description
      switch parameter.extension {
      case .none: break
      case .unsigned: text += " uext"
      case .signed: text += " sext"
      }
      switch parameter.purpose {
      case .normal: break
      case .vmctx: text += " vmctx"
      case .structReturn: text += " sret"
      case .structArgument(let bytes): text += " sarg(\(bytes))"
      }
    }
  }

  /// Whether there was anything to write.
  private mutating func writePreamble(_ function: Function) -> Bool {
    for slot in function.stackSlots.keys {
      let data = function.stackSlots[slot]
      text += "    \(slot) = explicit_slot \(data.bytes)"
      if data.logAlignment != 0 { text += ", align = \(1 << Int(data.logAlignment))" }
      text += "\n"
    }
    for heap in function.heaps.keys {
      let data = function.heaps[heap]
      text += "    \(heap) = record vmctx"
      ConstantText.write(offset: Int64(data.recordOffset), to: &text)
      text += ", index_type \(data.indexType)"
      if data.minimumSize != 0 { text += ", min \(data.minimumSize)" }
      text += data.isShared ? ", shared\n" : "\n"
    }
    for signature in function.signatures.keys {
      text += "    \(signature) = "
      write(function.signatures[signature])
      text += "\n"
    }
    for external in function.externals.keys {
      let data = function.externals[external]
      text += "    \(external) = "
      if data.isColocated { text += "colocated " }
      write(data.name)
      text += " \(data.signature)\n"
    }
    let hasConstants = writeConstantTable(function)
    return hasConstants || function.stackSlots.count > 0 || function.heaps.count > 0
      || function.signatures.count > 0 || function.externals.count > 0
  }

  /// The constants that a `vconst` names; those of shuffles are written there.
  private mutating func writeConstantTable(_ function: Function) -> Bool {
    guard function.constants.count > 0 else { return false }
    var isNamed = Array(repeating: false, count: function.constants.count)
    for block in function.blockOrder {
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        let data = function.instructions[inst]
        if data.opcode == .vconst, function.constants.contains(data.constant) {
          isNamed[data.constant.index] = true
        }
        inst = function.instruction(after: inst)
      }
    }
    for constant in function.constants.keys where isNamed[constant.index] {
      text += "    \(constant) = "
      ConstantText.write(vector: function.constants[constant], to: &text)
      text += "\n"
    }
    return isNamed.contains(true)
  }

  // Blocks

  private mutating func write(_ block: Block, of function: Function) {
    // Instructions are set off from source locations, and block headers by the same distance.
    if showsSourceLocations { text += Self.sourceColumn }
    text += block.description
    let parameters = function.parameters(of: block)
    if !parameters.isEmpty {
      text += "("
      var isFirst = true
      for value in parameters {
        if !isFirst { text += ", " }
        isFirst = false
        text += "\(value): \(function.type(of: value))"
      }
      text += ")"
    }
    text += function.coldBlocks.contains(block) ? " cold:\n" : ":\n"
    var inst = function.firstInstruction(of: block)
    while !inst.isNone {
      writeIndentation(function.sourceLocations[inst.index])
      write(inst, of: function)
      if showsConstants { writeConstants(inst, of: function) }
      text += "\n"
      inst = function.instruction(after: inst)
    }
  }

  private static let sourceColumn = String(repeating: " ", count: 32)

  private mutating func writeIndentation(_ location: UInt32) {
    guard showsSourceLocations else {
      text += "    "
      return
    }
    var mark = ""
    if location != .max {
      let digits = String(location, radix: 16)
      mark = "@" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + " "
    }
    text += mark + String(repeating: " ", count: max(0, 36 - mark.count))
  }

  // Instructions

  private mutating func write(_ inst: Inst, of function: Function) {
    let data = function.instructions[inst]
    let results = function.results(of: inst)
    if results.count > 0 {
      write(results, of: function)
      text += " = "
    }
    text += data.opcode.mnemonic
    let suffix = typeSuffix(inst, data, of: function)
    if suffix != .invalid { text += "." + suffix.description }
    writeOperands(data, of: function)
  }

  /// The type to write after the mnemonic: where it does not follow from the mnemonic, nor from an
  /// operand that is defined in the same block.
  private func typeSuffix(_ inst: Inst, _ data: InstructionData, of function: Function) -> Type {
    let operand: Value
    switch data.opcode {
    case .iconst, .load, .uload8, .sload8, .uload16, .sload16, .heap_load, .heap_uload8,
      .heap_sload8, .heap_uload16, .heap_sload16, .uextend, .sextend, .ireduce, .bitcast, .fpromote,
      .fdemote, .fcvt_to_uint, .fcvt_to_sint, .fcvt_to_uint_sat, .fcvt_to_sint_sat,
      .fcvt_from_uint, .fcvt_from_sint, .vconst, .splat, .scalar_to_vector, .vhigh_bits,
      .atomic_load, .atomic_rmw, .atomic_cas, .heap_atomic_load, .heap_atomic_rmw,
      .heap_atomic_cas:
      return data.type
    case .stack_addr, .func_addr:
      return .pointer
    case .sload8x8, .uload8x8, .sload16x4, .uload16x4, .sload32x2, .uload32x2, .fvpromote_low,
      .fvdemote, .swizzle, .shuffle:
      return .invalid
    case .nop, .f32const, .f64const, .uload32, .sload32, .istore32, .heap_uload32, .heap_sload32,
      .heap_istore32, .jump, .br_table, .return, .call, .call_indirect, .return_call,
      .return_call_indirect, .trap, .fence:
      return .invalid
    case .select:
      operand = data.argument1
    default:
      operand = data.argument0
    }
    guard operand.index < function.valueCount else { return .invalid }
    let original = function.resolve(operand)
    let block =
      switch function.definition(of: original) {
      case .parameter(let block, _): block
      case .result(let inst, _): function.block(of: inst)
      case .alias: Block.none
      }
    return block == function.block(of: inst) ? .invalid : function.type(of: original)
  }

  private mutating func writeOperands(_ data: InstructionData, of function: Function) {
    switch data.opcode.format {
    case .nullary:
      return
    case .constant:
      text += " "
      writeConstant(data)
    case .vectorConstant:
      text += " \(data.constant)"
    case .unary, .binary, .ternary:
      // Only casts have any: the order of the lanes where their number changes.
      write(data.flags)
      text += " "
      writeArguments(data, of: function)
    case .extractLane, .insertLane:
      text += " "
      writeArguments(data, of: function)
      text += ", \(data.lane)"
    case .shuffle:
      text += " "
      writeArguments(data, of: function)
      guard function.constants.contains(data.constant) else { return }
      text += ", "
      ConstantText.write(vector: function.constants[data.constant], to: &text)
    case .intCompare:
      text += " " + data.intCondition.name + " "
      writeArguments(data, of: function)
    case .floatCompare:
      text += " " + data.floatCondition.name + " "
      writeArguments(data, of: function)
    case .load, .store, .heapLoad, .heapStore:
      write(data.flags)
      if data.opcode.format == .heapLoad || data.opcode.format == .heapStore {
        text += " \(data.heap)"
      }
      text += " "
      writeArguments(data, of: function)
      ConstantText.write(offset: data.immediate, to: &text)
    case .atomicRmw, .atomicCas, .heapAtomicRmw, .heapAtomicCas:
      writeAtomicOperands(data, of: function)
    case .stackAddress:
      text += " \(data.stackSlot)"
      ConstantText.write(offset: data.immediate, to: &text)
    case .functionAddress:
      text += " \(data.function)"
    case .jump:
      text += " "
      write(data.destination, of: function)
    case .branch:
      text += " "
      writeArguments(data, of: function)
      text += ", "
      write(data.destination, of: function)
      text += ", "
      write(data.otherwise, of: function)
    case .branchTable:
      text += " "
      writeArguments(data, of: function)
      guard function.jumpTables.contains(data.jumpTable) else { return }
      let table = function.jumpTables[data.jumpTable]
      text += ", "
      write(table.default, of: function)
      text += ", ["
      for (index, entry) in table.entries.enumerated() {
        if index > 0 { text += ", " }
        write(entry, of: function)
      }
      text += "]"
    case .globalValue:
      text += " \(data.globalValue)"
    case .binaryTrap:
      text += " "
      writeArguments(data, of: function)
      text += ", \(data.trapCode)"
    case .exceptionHandlerAddress:
      text += " \(data.destination.block), \(data.immediate)"
    case .tryCall, .tryCallIndirect:
      break
    case .call:
      text += " \(data.function)("
      write(data.list, of: function)
      text += ")"
    case .callIndirect:
      text += " \(data.signature), "
      writeArguments(data, of: function)
      text += "("
      write(data.list, of: function)
      text += ")"
    case .multiary:
      if data.list.count > 0 { text += " " }
      write(data.list, of: function)
    case .trap:
      text += " \(data.trapCode)"
    case .conditionalTrap:
      text += " "
      writeArguments(data, of: function)
      text += ", \(data.trapCode)"
    }
  }

  private mutating func writeAtomicOperands(_ data: InstructionData, of function: Function) {
    write(data.flags)
    let format = data.opcode.format
    if format == .heapAtomicRmw || format == .heapAtomicCas { text += " \(data.heap)" }
    if format == .atomicRmw || format == .heapAtomicRmw { text += " \(data.atomicOperation.name)" }
    text += " "
    write(data.argument0, of: function)
    ConstantText.write(offset: data.immediate, to: &text)
    text += ", "
    write(data.argument1, of: function)
    if data.argument2.isNone { return }
    text += ", "
    write(data.argument2, of: function)
  }

  private mutating func writeConstant(_ data: InstructionData) {
    switch data.opcode {
    case .f32const:
      ConstantText.write(float32: UInt32(truncatingIfNeeded: data.immediate), to: &text)
    case .f64const:
      ConstantText.write(float64: UInt64(bitPattern: data.immediate), to: &text)
    default:
      ConstantText.write(integer: data.type.signExtend(data.immediate), to: &text)
    }
  }

  private mutating func write(_ flags: MemoryFlags) {
    if flags.contains(.notrap) { text += " notrap" }
    if flags.contains(.aligned) { text += " aligned" }
    if flags.contains(.readonly) { text += " readonly" }
    if flags.contains(.canMove) { text += " can_move" }
    if flags.contains(.big) { text += " big" }
    if flags.contains(.little) { text += " little" }
  }

  private mutating func write(_ value: Value, of function: Function) {
    // A function with errors has to be printable too.
    text += (value.index < function.valueCount ? function.resolve(value) : value).description
  }

  private mutating func writeArguments(_ data: InstructionData, of function: Function) {
    let count = data.fixedArgumentCount
    if count > 0 { write(data.argument0, of: function) }
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

  private mutating func write(_ call: BlockCall, of function: Function) {
    text += call.block.description
    guard call.arguments.count > 0 else { return }
    text += "("
    write(call.arguments, of: function)
    text += ")"
  }

  private mutating func writeConstants(_ inst: Inst, of function: Function) {
    var constants: [(Value, Inst)] = []
    function.forEachArgument(of: inst) { value in
      guard value.index < function.valueCount else { return }
      let original = function.resolve(value)
      guard case .result(let source, _) = function.definition(of: original),
        function.instructions[source].opcode.format == .constant
      else { return }
      constants.append((original, source))
    }
    for (index, (value, source)) in constants.enumerated() {
      text += index == 0 ? "  ; " : ", "
      text += "\(value) = "
      writeConstant(function.instructions[source])
    }
  }
}

extension Function: CustomStringConvertible {
  /// The function as CLIF text.
  public var description: String {
    var printer = FunctionPrinter()
    return printer.print(self)
  }
}
