import PulleyIR

/// Vectors.
///
/// A vector of the IR has a lane type, while WebAssembly has one type for all vectors. Locals,
/// globals, parameters and block results are `i8x16`. The result of an operation keeps its type on
/// the operand stack and is cast when an operation needs another type. Casts emit no instruction.
extension FunctionTranslator {
  mutating func translateVector(_ rule: VectorRule, _ op: Operator) {
    switch rule {
    case .constant: push(vectorConstant(op.vector, .i8x16), .i8x16)
    case .apply(let operation, let type, let operands):
      var data = InstructionData(operation, type)
      let format = operation.format
      if format == .ternary { data.argument2 = popVector(operands) }
      if format != .unary { data.argument1 = popVector(operands) }
      data.argument0 = popVector(operands)
      push(vector: builder.value(data))
    case .shift(let operation, let type):
      let amount = popValue()
      push(vector: append(operation, type, popVector(type), amount))
    case .compare(let condition, let type):
      var data = comparison(.icmp, type)
      data.intCondition = condition
      push(vector: builder.value(data))
    case .compareFloats(let condition, let type):
      var data = comparison(.fcmp, type)
      data.floatCondition = condition
      push(vector: builder.value(data))
    case .test(let operation, let type):
      let truth = append(operation, type, popVector(type))
      push(append(.uextend, .i32, truth), .i32)
    case .bitmask(let type): push(append(.vhigh_bits, .i32, popVector(type)), .i32)
    case .andNot:
      let inverted = append(.bnot, .i8x16, popVector(.i8x16))
      push(vector: append(.band, .i8x16, popVector(.i8x16), inverted))
    case .bitselect:
      // The mask is the last operand of the operator and the first of the operation.
      let mask = popVector(.i8x16)
      let second = popVector(.i8x16)
      let first = popVector(.i8x16)
      push(vector: builder.value(InstructionData(.bitselect, .i8x16, mask, first, second)))
    case .shuffle:
      let second = popVector(.i8x16)
      var data = InstructionData(.shuffle, .i8x16, popVector(.i8x16), second)
      data.constant = builder.function.makeConstant(op.vector)
      push(vector: builder.value(data))
    case .multiplyWidened(let widen, let type): multiplyWidened(widen, type)
    case .addPairwise(let low, let high, let type): addPairwise(low, high, type)
    case .dotProduct(let type): push(vector: dotProduct(type))
    case .dotProductSum: translateDotProductSum()
    case .pseudoMinimum(let type): selectLess(type, isMinimum: true)
    case .pseudoMaximum(let type): selectLess(type, isMinimum: false)
    case .negatedMultiplyAdd(let type): subtractProduct(type)
    case .truncateToLow(let convert, let narrow): truncateToLow(convert, narrow)
    case .convertLow(let widen, let convert): convertLow(widen, convert)
    }
  }

  private mutating func comparison(_ operation: Operation, _ type: Type) -> InstructionData {
    let second = popVector(type)
    return InstructionData(operation, type, popVector(type), second)
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
    // If the number of lanes changes, lane 0 is at the low end.
    if from.laneCount != type.laneCount { data.flags = .little }
    return builder.value(data)
  }

  mutating func vectorConstant(_ bytes: ConstantData, _ type: Type) -> Value {
    var data = InstructionData(.vconst, type)
    data.constant = builder.function.makeConstant(bytes)
    return builder.value(data)
  }

  // Lanes

  mutating func translateLane(_ rule: LaneRule, _ op: Operator) {
    let lane = Int(op.index)
    switch rule {
    case .splat(let type): push(vector: append(.splat, type, popLane(type.lane)))
    case .extract(let type): push(extractLane(lane, type), type.lane)
    case .extractExtended(let operation, let type):
      push(append(operation, .i32, extractLane(lane, type)), .i32)
    case .replace(let type):
      let scalar = popLane(type.lane)
      insert(scalar, lane, into: popVector(type), type)
    case .loadWidened(let operation, let type):
      // The operation reads the low half only, so the high half may hold anything.
      let half = append(.splat, .i64x2, load(.heap_load, .i64, op))
      push(vector: append(operation, type, cast(half, to: type)))
    case .loadVector(let operation, let type):
      push(vector: append(operation, type, load(.heap_load, type.lane, op)))
    case .loadLane(let type):
      let vector = popVector(type)
      let scalar = load(.heap_load, type.lane, op)
      insert(scalar, Int(op.secondIndex), into: vector, type)
    case .storeLane(let type):
      let scalar = extractLane(Int(op.secondIndex), type)
      store(scalar, .heap_store, type.lane, op)
    }
  }

  /// Pops a scalar and gives it the type of a lane.
  private mutating func popLane(_ lane: Type) -> Value {
    let scalar = popValue()
    return builder.function.type(of: scalar) == lane ? scalar : append(.ireduce, lane, scalar)
  }

  private mutating func extractLane(_ lane: Int, _ type: Type) -> Value {
    var data = InstructionData(.extractlane, type, popVector(type))
    data.lane = lane
    return builder.value(data)
  }

  private mutating func insert(_ scalar: Value, _ lane: Int, into vector: Value, _ type: Type) {
    var data = InstructionData(.insertlane, type, vector, scalar)
    data.lane = lane
    push(vector: builder.value(data))
  }
}

extension Operator {
  /// The bits of a `v128.const` or the lanes of an `i8x16.shuffle`.
  fileprivate var vector: ConstantData { ConstantData(low: bits, high: highBits) }
}
