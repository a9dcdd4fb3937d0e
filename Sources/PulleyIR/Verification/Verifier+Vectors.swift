/// What the operations on vectors take and give.
extension Verifier {
  mutating func checkVectorTypes(_ data: InstructionData, _ function: Function) {
    let type = data.type
    switch data.opcode {
    case .vconst:
      require(type.isVector && type.bits == 128, "a vconst cannot have type \(type)")
    case .splat, .scalar_to_vector:
      requireVector(data)
      check(data.argument0, type.lane, function)
    case .extractlane:
      checkLane(data)
      check(data.argument0, type, function)
    case .insertlane:
      checkLane(data)
      check(data.argument0, type, function)
      check(data.argument1, type.lane, function)
    case .shuffle:
      require(type == .i8x16, "shuffle does not take \(type)")
      checkArguments(data, type, function)
      for index in 0..<16 where function.constants[data.constant][index] > 31 {
        report(.immediate, "the mask names a byte above 31")
      }
    case .swizzle:
      require(type == .i8x16, "swizzle does not take \(type)")
      checkArguments(data, type, function)
    case .bitselect:
      require(type.laneBits > 0, "there is no type")
      checkArguments(data, type, function)
    case .vany_true, .vall_true:
      requireVector(data)
      checkArguments(data, type, function)
    case .vhigh_bits:
      require(type.isInteger, "\(type) is not an integer type")
      let argument = function.type(of: data.argument0)
      require(argument.isVector, "\(data.argument0) has type \(argument), which is no vector")
    case .sadd_sat, .uadd_sat, .ssub_sat, .usub_sat, .avg_round, .iadd_pairwise:
      requireVector(data, ofIntegers: true)
      checkArguments(data, type, function)
    case .sqmul_round_sat:
      requireVector(data, ofIntegers: true)
      require(type.laneBits == 16 || type.laneBits == 32, "sqmul_round_sat does not take \(type)")
      checkArguments(data, type, function)
    case .swiden_low, .swiden_high, .uwiden_low, .uwiden_high:
      require(
        type.mergedLanes != .invalid && type.laneBits < 64,
        "\(data.opcode.mnemonic) does not take \(type)")
      checkArguments(data, type, function)
    case .snarrow, .unarrow, .uunarrow:
      require(
        type.splitLanes != .invalid && type.laneBits < 128,
        "\(data.opcode.mnemonic) does not take \(type)")
      checkArguments(data, type, function)
    case .fma:
      require(type.lane.isFloat, "\(type) is not a type of floats")
      checkArguments(data, type, function)
    case .fvpromote_low:
      require(type == .f64x2, "fvpromote_low does not give \(type)")
      check(data.argument0, .f32x4, function)
    case .fvdemote:
      require(type == .f32x4, "fvdemote does not give \(type)")
      check(data.argument0, .f64x2, function)
    default:
      checkWideningLoad(data, function)
    }
  }

  private mutating func requireVector(_ data: InstructionData, ofIntegers: Bool = false) {
    require(
      data.type.isVector && (!ofIntegers || data.type.lane.isInteger),
      "\(data.opcode.mnemonic) does not take \(data.type)")
  }

  private mutating func checkLane(_ data: InstructionData) {
    requireVector(data)
    if data.lane >= data.type.laneCount {
      report(.immediate, "\(data.type) has no lane \(data.lane)")
    }
  }

  private mutating func checkWideningLoad(_ data: InstructionData, _ function: Function) {
    let type: Type =
      switch data.opcode {
      case .sload8x8, .uload8x8: .i16x8
      case .sload16x4, .uload16x4: .i32x4
      default: .i64x2
      }
    require(data.type == type, "\(data.opcode.mnemonic) does not give \(data.type)")
    checkAccess(data)
    check(data.argument0, .pointer, function)
  }
}
