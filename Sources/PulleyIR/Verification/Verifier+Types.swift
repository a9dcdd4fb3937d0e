/// What each operation takes and gives.
extension Verifier {
  mutating func checkTypes(_ data: InstructionData, _ function: Function) {
    checkResults(data, function)
    switch data.opcode {
    case .nop, .jump, .trap, .return, .call, .return_call, .fence:
      break
    case .iconst:
      checkConstant(data)
    case .f32const:
      require(data.type == .f32, "f32const gives an f32")
    case .f64const:
      require(data.type == .f64, "f64const gives an f64")
    case .iadd, .isub, .imul, .udiv, .sdiv, .urem, .srem, .umulhi, .smulhi, .smin, .smax, .umin,
      .umax, .ineg, .iabs, .clz, .ctz, .popcnt, .bswap, .icmp:
      require(data.type.lane.isInteger, "\(data.type) is not an integer type")
      checkArguments(data, data.type, function)
    case .band, .bor, .bxor, .bnot:
      require(data.type.laneBits > 0, "there is no type")
      checkArguments(data, data.type, function)
    case .rotl, .rotr, .ishl, .ushr, .sshr:
      require(data.type.lane.isInteger, "\(data.type) is not an integer type")
      check(data.argument0, data.type, function)
      checkScalarInteger(data.argument1, function)
    case .fadd, .fsub, .fmul, .fdiv, .fmin, .fmax, .fcopysign, .fneg, .fabs, .sqrt, .ceil, .floor,
      .trunc, .nearest, .fcmp:
      require(data.type.lane.isFloat, "\(data.type) is not a type of floats")
      checkArguments(data, data.type, function)
    case .select:
      checkScalarInteger(data.argument0, function)
      check(data.argument1, data.type, function)
      check(data.argument2, data.type, function)
    case .uextend, .sextend, .ireduce, .bitcast, .fpromote, .fdemote, .fcvt_to_uint, .fcvt_to_sint,
      .fcvt_to_uint_sat, .fcvt_to_sint_sat, .fcvt_from_uint, .fcvt_from_sint:
      checkConversion(data, function)
    case .load, .uload8, .sload8, .uload16, .sload16, .uload32, .sload32:
      checkAccess(data)
      check(data.argument0, .pointer, function)
    case .store, .istore8, .istore16, .istore32:
      checkAccess(data)
      check(data.argument0, data.type, function)
      check(data.argument1, .pointer, function)
    case .heap_load, .heap_uload8, .heap_sload8, .heap_uload16, .heap_sload16, .heap_uload32,
      .heap_sload32:
      checkAccess(data)
      check(data.argument0, function.heaps[data.heap].indexType, function)
    case .heap_store, .heap_istore8, .heap_istore16, .heap_istore32:
      checkAccess(data)
      check(data.argument0, data.type, function)
      check(data.argument1, function.heaps[data.heap].indexType, function)
    case .vconst, .splat, .scalar_to_vector, .extractlane, .insertlane, .shuffle, .swizzle,
      .bitselect, .vany_true, .vall_true, .vhigh_bits, .sadd_sat, .uadd_sat, .ssub_sat, .usub_sat,
      .avg_round, .sqmul_round_sat, .iadd_pairwise, .swiden_low, .swiden_high, .uwiden_low,
      .uwiden_high, .snarrow, .unarrow, .uunarrow, .fma, .fvpromote_low, .fvdemote, .sload8x8,
      .uload8x8, .sload16x4, .uload16x4, .sload32x2, .uload32x2:
      checkVectorTypes(data, function)
    case .atomic_load, .atomic_store, .atomic_rmw, .atomic_cas, .heap_atomic_load,
      .heap_atomic_store, .heap_atomic_rmw, .heap_atomic_cas:
      checkAtomic(data, function)
    case .stack_addr:
      let size = Int64(function.stackSlots[data.stackSlot].bytes)
      if !(0...size).contains(data.immediate) {
        report(.immediate, "the offset is outside \(data.stackSlot)")
      }
    case .func_addr:
      break
    case .brif, .trapz, .trapnz:
      checkScalarInteger(data.argument0, function)
    case .br_table:
      check(data.argument0, .i32, function)
    case .call_indirect, .return_call_indirect:
      check(data.argument0, .pointer, function)
    default:
      break
    }
  }

  mutating func require(_ isRight: Bool, _ message: @autoclosure () -> String) {
    if !isRight { report(.type, message()) }
  }

  mutating func check(_ value: Value, _ type: Type, _ function: Function) {
    let actual = function.type(of: value)
    require(actual == type, "\(value) has type \(actual), not \(type)")
  }

  private mutating func checkScalarInteger(_ value: Value, _ function: Function) {
    let actual = function.type(of: value)
    require(actual.isInteger, "\(value) has type \(actual), which is not an integer type")
  }

  mutating func checkArguments(_ data: InstructionData, _ type: Type, _ function: Function) {
    check(data.argument0, type, function)
    if data.fixedArgumentCount > 1 { check(data.argument1, type, function) }
    if data.fixedArgumentCount > 2 { check(data.argument2, type, function) }
  }

  private mutating func checkConstant(_ data: InstructionData) {
    require(
      data.type.isInteger && data.type != .i128, "an iconst cannot have type \(data.type)")
    if data.type.signExtend(data.immediate) != data.immediate
      && data.type.zeroExtend(data.immediate) != UInt64(bitPattern: data.immediate)
    {
      report(.immediate, "\(data.immediate) is no \(data.type)")
    }
  }

  private mutating func checkConversion(_ data: InstructionData, _ function: Function) {
    let (from, to) = (function.type(of: data.argument0), data.type)
    let isRight =
      switch data.opcode {
      case .uextend, .sextend: from.isInteger && to.isInteger && from.bits < to.bits
      case .ireduce: from.isInteger && to.isInteger && from.bits > to.bits
      case .bitcast: from.bits == to.bits && from.bits > 0
      case .fpromote: from.isFloat && to.isFloat && from.bits < to.bits
      case .fdemote: from.isFloat && to.isFloat && from.bits > to.bits
      case .fcvt_from_uint, .fcvt_from_sint:
        from.lane.isInteger && to.lane.isFloat && from.laneCount == to.laneCount
      default: from.lane.isFloat && to.lane.isInteger && from.laneCount == to.laneCount
      }
    require(isRight, "\(data.opcode.mnemonic) does not make \(to) of \(from)")
  }

  mutating func checkAccess(_ data: InstructionData) {
    guard let shape = data.opcode.accessShape else { return }
    if shape.bits == 0 {
      require(data.type.laneBits > 0, "there is no type")
    } else if shape.bits < 64 {
      require(
        data.type.isInteger && data.type.bits > Int(shape.bits),
        "\(data.opcode.mnemonic) does not move part of \(data.type)")
    }
    let isHeap = data.opcode.format == .heapLoad || data.opcode.format == .heapStore
    if !isHeap && Int64(Int32(truncatingIfNeeded: data.immediate)) != data.immediate {
      report(.immediate, "the offset has more than 32 bits")
    }
  }

  private mutating func checkAtomic(_ data: InstructionData, _ function: Function) {
    require(
      data.type.isInteger && data.type != .i128,
      "\(data.opcode.mnemonic) does not work on \(data.type)")
    if !data.flags.isDisjoint(with: [.readonly, .canMove, .big]) {
      report(.immediate, "an atomic access stays where it is, and is little-endian")
    }
    let isStore = data.opcode.result == .none
    let isHeap =
      switch data.opcode {
      case .heap_atomic_load, .heap_atomic_store, .heap_atomic_rmw, .heap_atomic_cas: true
      default: false
      }
    check(
      isStore ? data.argument1 : data.argument0,
      isHeap ? function.heaps[data.heap].indexType : .pointer, function)
    if isStore { check(data.argument0, data.type, function) }
    if !isStore && !data.argument1.isNone { check(data.argument1, data.type, function) }
    if !data.argument2.isNone { check(data.argument2, data.type, function) }
    if !isHeap && data.immediate != 0 { report(.immediate, "an atomic access has no offset") }
  }

  private mutating func checkResults(_ data: InstructionData, _ function: Function) {
    let expected: [Type] =
      switch data.opcode.result {
      case .none: function.resultTypes(data)
      case .same: [data.type]
      case .comparison: [data.type.comparisonResult]
      case .lane: [data.type.lane]
      case .mergedLanes: [data.type.mergedLanes]
      case .splitLanes: [data.type.splitLanes]
      case .truth: [.i8]
      case .halves: [data.type.halved, data.type.halved]
      case .doubled: [data.type.doubled]
      case .withFlag: [data.type, .i8]
      case .pointer: [data.type == .invalid ? .pointer : data.type]
      }
    let results = function.results(of: inst)
    guard Int(results.count) == expected.count else {
      report(.count, "\(results.count) results, not \(expected.count)")
      return
    }
    for (index, value) in function.values(results).enumerated() {
      if function.definition(of: value) != .result(inst, index: UInt32(index)) {
        report(.layout, "\(value) is taken not to be result \(index)")
      }
      check(value, expected[index], function)
    }
  }
}

/// What goes to other blocks and functions.
extension Verifier {
  mutating func checkTargets(_ data: InstructionData, _ function: Function) {
    switch data.opcode {
    case .jump:
      check(data.destination, function)
    case .brif:
      check(data.destination, function)
      check(data.otherwise, function)
    case .br_table:
      let table = function.jumpTables[data.jumpTable]
      for entry in table.entries { check(entry, function) }
      check(table.default, function)
    case .return:
      check(data.list, function.signature.results, "results", function)
    case .call, .return_call:
      checkCall(data, function.signatures[function.externals[data.function].signature], function)
    case .call_indirect, .return_call_indirect:
      checkCall(data, function.signatures[data.signature], function)
    default:
      break
    }
  }

  private mutating func check(_ call: BlockCall, _ function: Function) {
    let parameters = function.parameters(of: call.block)
    guard Int(call.arguments.count) == parameters.count else {
      report(
        .count,
        "\(call.arguments.count) arguments for \(call.block), which has \(parameters.count)")
      return
    }
    for (argument, parameter) in zip(function.values(call.arguments), parameters) {
      let (actual, type) = (function.type(of: argument), function.type(of: parameter))
      require(actual == type, "\(argument) has type \(actual), \(parameter) has \(type)")
    }
  }

  private mutating func checkCall(
    _ data: InstructionData, _ signature: Signature, _ function: Function
  ) {
    check(data.list, signature.parameters, "parameters", function)
    guard data.opcode.traits.contains(.returns) else { return }
    if signature.results != function.signature.results
      || signature.convention != function.signature.convention
    {
      report(.signature, "a tail call returns what this function does not")
    } else if !signature.convention.supportsTailCalls {
      report(
        .signature, "the convention \(signature.convention.name) does not support tail calls")
    }
  }

  private mutating func check(
    _ list: ValueList, _ parameters: [ABIParameter], _ kind: String, _ function: Function
  ) {
    guard Int(list.count) == parameters.count else {
      report(.signature, "\(list.count) values, but the signature has \(parameters.count) \(kind)")
      return
    }
    for (value, parameter) in zip(function.values(list), parameters) {
      let actual = function.type(of: value)
      if actual != parameter.type {
        report(.signature, "\(value) has type \(actual), not \(parameter.type)")
      }
    }
  }
}
