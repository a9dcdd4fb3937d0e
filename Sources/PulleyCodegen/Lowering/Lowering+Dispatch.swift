import PulleyIR
import PulleyISA

extension Lowering {
  /// Lowers one instruction, unless it has no effect and its results have no uses.
  mutating func lower(_ inst: Inst) throws(CodegenError) {
    let data = function.instructions[inst]
    if data.operation.traits.isDisjoint(with: .effects) {
      guard data.operation.result != .none else { return }
      if data.operation == .isplit { return try lowerSplit(inst, data) }
      let result = expected(function.result(of: inst))
      if result.isNone { return }
      try lowerPure(data, into: result)
    } else {
      try lowerEffect(inst, data)
    }
  }

  private mutating func lowerPure(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    if data.type.isVector { return try lowerVector(data, into: result) }
    switch data.operation {
    case .iadd, .isub, .imul, .band, .bor, .bxor, .umulhi, .smulhi, .smin, .smax, .umin, .umax,
      .rotl, .rotr, .ishl, .ushr, .sshr:
      try lowerIntegerBinary(data, into: result)
    case .ineg, .iabs, .bnot, .clz, .ctz, .popcnt, .bswap:
      try lowerIntegerUnary(data, into: result)
    case .bmask:
      try lowerMask(data, into: result)
    case .icmp:
      try lowerIntCompare(data, into: result)
    case .fcmp:
      try lowerFloatCompare(data, into: result)
    case .select:
      try lowerSelect(data, into: result)
    case .fadd, .fsub, .fmul, .fdiv, .fmin, .fmax, .fcopysign:
      try lowerFloatBinary(data, into: result)
    case .fneg, .fabs, .sqrt, .ceil, .floor, .trunc, .nearest, .fpromote, .fdemote:
      try lowerFloatUnary(data, into: result)
    case .uextend, .sextend:
      try lowerExtend(data, into: result)
    case .bitcast:
      try lowerBitcast(data, into: result)
    case .fcvt_to_uint_sat, .fcvt_to_sint_sat, .fcvt_from_uint, .fcvt_from_sint:
      try lowerConversion(data, into: result)
    case .vhigh_bits:
      try lowerHighBits(data, into: result)
    case .bitselect:
      try lowerScalarBitselect(data, into: result)
    case .fma:
      try lowerScalarMultiplyAdd(data, into: result)
    case .stack_addr:
      try lowerStackAddress(data, into: result)
    case .func_addr, .symbol_value, .get_stack_pointer, .get_frame_pointer, .get_return_address,
      .get_exception_handler_address:
      try lowerAddress(data, into: result)
    case .reference_test, .reference_kind:
      try lowerReferenceTest(data, into: result)
    case .ireduce, .nop:
      break
    default:
      throw unsupported(data)
    }
  }

  private mutating func lowerEffect(
    _ inst: Inst, _ data: InstructionData
  ) throws(CodegenError) {
    switch data.operation {
    case .udiv, .sdiv, .urem, .srem:
      try lowerDivision(data, into: try destination(inst))
    case .uadd_overflow_trap:
      try lowerTrappingSum(data, into: try destination(inst))
    case .fcvt_to_uint, .fcvt_to_sint:
      try lowerConversion(data, into: try destination(inst))
    case .load, .uload8, .sload8, .uload16, .sload16, .uload32, .sload32:
      if data.flags.contains(.notrap), uses[function.result(of: inst)] == 0 { return }
      try lowerLoad(data, into: try destination(inst))
    case .sload8x8, .uload8x8, .sload16x4, .uload16x4, .sload32x2, .uload32x2:
      if data.flags.contains(.notrap), uses[function.result(of: inst)] == 0 { return }
      try lowerWideningLoad(data, into: try destination(inst))
    case .store, .istore8, .istore16, .istore32:
      try lowerStore(data)
    case .heap_load, .heap_uload8, .heap_sload8, .heap_uload16, .heap_sload16, .heap_uload32,
      .heap_sload32:
      try lowerHeapLoad(data, into: try destination(inst))
    case .heap_store, .heap_istore8, .heap_istore16, .heap_istore32:
      try lowerHeapStore(data)
    case .atomic_load, .atomic_store, .atomic_rmw, .atomic_cas, .fence, .heap_atomic_load,
      .heap_atomic_store, .heap_atomic_rmw, .heap_atomic_cas:
      try lowerAtomic(inst, data)
    case .call, .call_indirect:
      try lowerCall(inst, data)
    case .try_call, .try_call_indirect:
      try lowerTryCall(inst, data)
    case .object_new, .array_new, .array_load, .array_uload8, .array_sload8, .array_uload16,
      .array_sload16, .array_store, .array_istore8, .array_istore16, .array_store_reference,
      .store_reference, .reference_cast, .reference_cast_null:
      try lowerObject(inst, data)
    case .sequence_point:
      // There is no debugger that would stop here.
      break
    case .return_call, .return_call_indirect:
      try lowerTailCall(data)
    case .return:
      try lowerReturn(data)
    case .jump:
      try lowerJump()
    case .brif:
      try lowerBranch(data)
    case .br_table:
      try lowerBranchTable(data)
    case .trap:
      emitTrap(data.trapCode)
    case .trapz, .trapnz:
      try lowerConditionalTrap(data)
    default:
      throw unsupported(data)
    }
  }
}
