import PulleyIR
import PulleyISA

/// Addresses of symbols and functions, registers with a special purpose, and features that are not
/// supported.
extension Lowering {
  mutating func lowerAddress(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    switch data.operation {
    case .func_addr: lowerFunctionAddress(data, into: result)
    case .symbol_value: try lowerSymbolValue(data, into: result)
    case .get_exception_handler_address: try lowerHandlerAddress(data, into: result)
    default: lowerSpecialRegister(data, into: result)
    }
  }

  private mutating func lowerSymbolValue(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard function.globalValues.contains(data.globalValue),
      case .symbol(let name, let offset, let isNear, let isThreadLocal) =
        function.globalValues[data.globalValue], !isThreadLocal
    else { throw .unsupportedFeature("symbol_value of a thread-local symbol, or of none, is") }
    guard data.type == .i64 || data.type == .i32 else {
      throw .unsupported(operation: data.operation.mnemonic, type: data.type)
    }
    emitSymbolAddress(
      SymbolReference(
        name: name, addend: offset, isNear: isNear, isNarrow: data.type == .i32),
      into: result)
  }

  mutating func emitSymbolAddress(_ symbol: SymbolReference, into result: Reg) {
    emitAddress(.symbolAddress, Reg(bits: UInt32(symbols.count)), into: result)
    symbols.append(symbol)
  }

  mutating func emitHostRecord(of host: FuncRef, into result: Reg) {
    emitAddress(.hostRecord, Reg(bits: host.number), into: result)
  }

  /// An instruction that makes an address without operands, so that it can be rematerialised.
  mutating func emitAddress(_ operation: MachineOperation, _ what: Reg, into result: Reg) {
    var instruction = MachineInstruction(operation)
    instruction.registers[0] = result
    instruction.registers[1] = what
    instruction.flags = .rematerialisable
    code.append(instruction)
  }

  private mutating func lowerSpecialRegister(_ data: InstructionData, into result: Reg) {
    switch data.operation {
    case .get_stack_pointer:
      emit(.xmov, result, .sp)
    case .get_frame_pointer:
      needsFrame = true
      emit(.xmov_fp, result)
    default:
      // Earlier calls have overwritten `lr`. The frame holds the return address.
      needsFrame = true
      let frame = makeX()
      emit(.xload64le_o32, result, frame, immediate: Int64(CallABI.returnAddressOffset))
      emit(.xmov_fp, frame)
    }
  }

  mutating func useCallee(_ callee: Value) throws(CodegenError) -> Reg {
    guard function.type(of: callee) == .i64 else {
      throw .malformed("the address of a callee does not have 64 bits")
    }
    return try use(callee)
  }

  func refuseUnsupportedFeatures() throws(CodegenError) {
    if !function.stackLimit.isNone {
      throw .unsupportedFeature("stack_limit is")
    }
    try refuse(function.signature)
    for signature in function.signatures.elements { try refuse(signature) }
  }

  private func refuse(_ signature: Signature) throws(CodegenError) {
    switch signature.convention {
    case .windowsFastcall, .appleAarch64, .probestack:
      throw .unsupportedFeature("the calling convention \(signature.convention.name) is")
    default: break
    }
    for parameter in signature.parameters {
      if case .structArgument = parameter.purpose {
        throw .unsupportedFeature("a structure as an argument (sarg) is")
      }
    }
  }
}
