import PulleyIR

/// Vectors.
///
/// The IR's vectors have the types of their lanes, WebAssembly's have none. Locals, globals,
/// parameters and block results are `i8x16`. An operation's result stays on the operand stack with
/// the type that the operation gives it, and is cast when somebody wants another; casts cost nothing.
extension FunctionTranslator {
  mutating func translateVector(_ rule: LoweringRule) {
    switch rule.shape {
    case .vectorShift:
      let amount = popValue()
      push(vector: append(rule.opcode, rule.type, popVector(rule.type), amount))
    case .vectorIntCompare:
      pushComparison(.icmp, rule)
    case .vectorFloatCompare:
      pushComparison(.fcmp, rule)
    case .vectorTest:
      let truth = append(rule.opcode, rule.type, popVector(rule.type))
      push(append(.uextend, .i32, truth), .i32)
    case .bitmask:
      push(append(.vhigh_bits, .i32, popVector(rule.type)), .i32)
    default:
      var data = InstructionData(rule.opcode, rule.type)
      let format = rule.opcode.format
      if format == .ternary { data.argument2 = popVector(rule.narrow) }
      if format != .unary { data.argument1 = popVector(rule.narrow) }
      data.argument0 = popVector(rule.narrow)
      push(vector: builder.value(data))
    }
  }

  private mutating func pushComparison(_ opcode: Opcode, _ rule: LoweringRule) {
    let second = popVector(rule.type)
    var data = InstructionData(opcode, rule.type, popVector(rule.type), second)
    data.detail = rule.detail
    push(vector: builder.value(data))
  }

  /// Translates an operator that takes more than one operation. Returns whether it is one.
  mutating func translateVectorOperator(_ operation: Operator) -> Bool {
    switch operation.code {
    case .v128Const:
      let data = ConstantData(low: operation.bits, high: operation.highBits)
      push(vectorConstant(data, .i8x16), .i8x16)
    case .i8x16Shuffle:
      let second = popVector(.i8x16)
      var data = InstructionData(.shuffle, .i8x16, popVector(.i8x16), second)
      data.constant = builder.function.makeConstant(
        ConstantData(low: operation.bits, high: operation.highBits))
      push(vector: builder.value(data))
    case .v128Bitselect, .i8x16RelaxedLaneselect, .i16x8RelaxedLaneselect,
      .i32x4RelaxedLaneselect, .i64x2RelaxedLaneselect:
      // The mask comes last here and first there.
      let mask = popVector(.i8x16)
      let second = popVector(.i8x16)
      let first = popVector(.i8x16)
      push(vector: builder.value(InstructionData(.bitselect, .i8x16, mask, first, second)))
    case .v128Andnot:
      let inverted = append(.bnot, .i8x16, popVector(.i8x16))
      push(vector: append(.band, .i8x16, popVector(.i8x16), inverted))
    default:
      return translateLaneOperator(operation) || translateVectorAccess(operation)
        || translateVectorSum(operation) || translateVectorConversion(operation)
    }
    return true
  }

  // Types

  mutating func push(vector value: Value) { push(value, builder.function.type(of: value)) }

  mutating func popVector(_ type: Type) -> Value {
    let operand = pop()
    return cast(operand.kind == .value ? operand.first : value(of: operand), to: type)
  }

  /// The same bits as a vector of another type.
  mutating func cast(_ value: Value, to type: Type) -> Value {
    let from = builder.function.type(of: value)
    if from == type { return value }
    var data = InstructionData(.bitcast, type, value)
    // Where lanes are divided or joined, the first one is at the low end.
    if from.laneCount != type.laneCount { data.flags = .little }
    return builder.value(data)
  }

  mutating func vectorConstant(_ bytes: ConstantData, _ type: Type) -> Value {
    var data = InstructionData(.vconst, type)
    data.constant = builder.function.makeConstant(bytes)
    return builder.value(data)
  }

  // Lanes

  private mutating func translateLaneOperator(_ operation: Operator) -> Bool {
    let lane = Int(operation.index)
    switch operation.code {
    case .i8x16Splat: pushSplat(.i8x16)
    case .i16x8Splat: pushSplat(.i16x8)
    case .i32x4Splat: pushSplat(.i32x4)
    case .i64x2Splat: pushSplat(.i64x2)
    case .f32x4Splat: pushSplat(.f32x4)
    case .f64x2Splat: pushSplat(.f64x2)
    case .i8x16ExtractLaneS: push(append(.sextend, .i32, extractLane(lane, .i8x16)), .i32)
    case .i8x16ExtractLaneU: push(append(.uextend, .i32, extractLane(lane, .i8x16)), .i32)
    case .i16x8ExtractLaneS: push(append(.sextend, .i32, extractLane(lane, .i16x8)), .i32)
    case .i16x8ExtractLaneU: push(append(.uextend, .i32, extractLane(lane, .i16x8)), .i32)
    case .i32x4ExtractLane: push(extractLane(lane, .i32x4), .i32)
    case .i64x2ExtractLane: push(extractLane(lane, .i64x2), .i64)
    case .f32x4ExtractLane: push(extractLane(lane, .f32x4), .f32)
    case .f64x2ExtractLane: push(extractLane(lane, .f64x2), .f64)
    case .i8x16ReplaceLane: replaceLane(lane, .i8x16)
    case .i16x8ReplaceLane: replaceLane(lane, .i16x8)
    case .i32x4ReplaceLane: replaceLane(lane, .i32x4)
    case .i64x2ReplaceLane: replaceLane(lane, .i64x2)
    case .f32x4ReplaceLane: replaceLane(lane, .f32x4)
    case .f64x2ReplaceLane: replaceLane(lane, .f64x2)
    default: return false
    }
    return true
  }

  /// A scalar of the stack as a lane.
  private mutating func popLane(_ lane: Type) -> Value {
    let scalar = popValue()
    return builder.function.type(of: scalar) == lane ? scalar : append(.ireduce, lane, scalar)
  }

  private mutating func pushSplat(_ type: Type) {
    push(vector: append(.splat, type, popLane(type.lane)))
  }

  private mutating func extractLane(_ lane: Int, _ type: Type) -> Value {
    var data = InstructionData(.extractlane, type, popVector(type))
    data.lane = lane
    return builder.value(data)
  }

  private mutating func replaceLane(_ lane: Int, _ type: Type) {
    let scalar = popLane(type.lane)
    insert(scalar, lane, into: popVector(type), type)
  }

  private mutating func insert(_ scalar: Value, _ lane: Int, into vector: Value, _ type: Type) {
    var data = InstructionData(.insertlane, type, vector, scalar)
    data.lane = lane
    push(vector: builder.value(data))
  }

  // Memory

  private mutating func translateVectorAccess(_ operation: Operator) -> Bool {
    switch operation.code {
    case .v128Load8x8S: loadWidened(.swiden_low, .i8x16, operation)
    case .v128Load8x8U: loadWidened(.uwiden_low, .i8x16, operation)
    case .v128Load16x4S: loadWidened(.swiden_low, .i16x8, operation)
    case .v128Load16x4U: loadWidened(.uwiden_low, .i16x8, operation)
    case .v128Load32x2S: loadWidened(.swiden_low, .i32x4, operation)
    case .v128Load32x2U: loadWidened(.uwiden_low, .i32x4, operation)
    case .v128Load8Splat: load(.splat, .i8x16, operation)
    case .v128Load16Splat: load(.splat, .i16x8, operation)
    case .v128Load32Splat: load(.splat, .i32x4, operation)
    case .v128Load64Splat: load(.splat, .i64x2, operation)
    case .v128Load32Zero: load(.scalar_to_vector, .i32x4, operation)
    case .v128Load64Zero: load(.scalar_to_vector, .i64x2, operation)
    case .v128Load8Lane: loadLane(.i8x16, operation)
    case .v128Load16Lane: loadLane(.i16x8, operation)
    case .v128Load32Lane: loadLane(.i32x4, operation)
    case .v128Load64Lane: loadLane(.i64x2, operation)
    case .v128Store8Lane: storeLane(.i8x16, operation)
    case .v128Store16Lane: storeLane(.i16x8, operation)
    case .v128Store32Lane: storeLane(.i32x4, operation)
    case .v128Store64Lane: storeLane(.i64x2, operation)
    default: return false
    }
    return true
  }

  private mutating func loadScalar(_ type: Type, _ operation: Operator) -> Value {
    let (index, offset) = popAddress(operation)
    var data = InstructionData(.heap_load, type, index)
    data.heap = heap(operation.index)
    data.immediate = offset
    return builder.value(data)
  }

  private mutating func load(_ opcode: Opcode, _ type: Type, _ operation: Operator) {
    push(vector: append(opcode, type, loadScalar(type.lane, operation)))
  }

  /// Only the low half is looked at, so that the high one may hold anything.
  private mutating func loadWidened(_ opcode: Opcode, _ type: Type, _ operation: Operator) {
    let half = append(.splat, .i64x2, loadScalar(.i64, operation))
    push(vector: append(opcode, type, cast(half, to: type)))
  }

  private mutating func loadLane(_ type: Type, _ operation: Operator) {
    let vector = popVector(type)
    insert(loadScalar(type.lane, operation), Int(operation.secondIndex), into: vector, type)
  }

  private mutating func storeLane(_ type: Type, _ operation: Operator) {
    let lane = extractLane(Int(operation.secondIndex), type)
    let (index, offset) = popAddress(operation)
    var data = InstructionData(.heap_store, type.lane, lane, index)
    data.heap = heap(operation.index)
    data.immediate = offset
    builder.append(data)
  }
}
