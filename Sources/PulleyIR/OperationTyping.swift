/// A set of types: scalars or vectors of integers or floats between two widths.
public struct TypeSet: Hashable, Sendable {
  /// The least and the greatest width of integer lanes in bits; 0 if there are none.
  var integers: (least: UInt8, greatest: UInt8)
  var floats: (least: UInt8, greatest: UInt8)
  /// The least and the greatest number of lanes; 1 means scalars.
  var lanes: (least: UInt16, greatest: UInt16)

  init(
    integers: (UInt8, UInt8) = (0, 0), floats: (UInt8, UInt8) = (0, 0),
    lanes: (UInt16, UInt16) = (1, 1)
  ) {
    self.integers = integers
    self.floats = floats
    self.lanes = lanes
  }

  public static func == (a: TypeSet, b: TypeSet) -> Bool {
    a.integers == b.integers && a.floats == b.floats && a.lanes == b.lanes
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(integers.least)
    hasher.combine(integers.greatest)
    hasher.combine(floats.least)
    hasher.combine(floats.greatest)
    hasher.combine(lanes.least)
    hasher.combine(lanes.greatest)
  }

  public func contains(_ type: Type) -> Bool {
    let count = type.laneCount
    guard count >= lanes.least, count <= lanes.greatest else { return false }
    let bits = type.laneBits
    let widths = type.lane.isInteger ? integers : floats
    return bits > 0 && bits >= widths.least && bits <= widths.greatest && widths.greatest > 0
  }

  /// One of them, for messages.
  public var example: Type {
    Type.all.first { $0 == .i32 && contains($0) } ?? Type.all.first(where: contains) ?? .invalid
  }

  public var isEmpty: Bool { integers.greatest == 0 && floats.greatest == 0 }

  static let none = TypeSet()

  static func one(_ type: Type) -> TypeSet {
    let bits = UInt8(type.laneBits)
    let lanes = UInt16(type.laneCount)
    return type.lane.isInteger
      ? TypeSet(integers: (bits, bits), lanes: (lanes, lanes))
      : TypeSet(floats: (bits, bits), lanes: (lanes, lanes))
  }

  private static let most: UInt16 = 256

  static let any = TypeSet(integers: (8, 128), floats: (16, 128), lanes: (1, most))
  static let anyVector = TypeSet(integers: (8, 128), floats: (16, 128), lanes: (2, most))
  static let integer = TypeSet(integers: (8, 128), lanes: (1, most))
  static let integerVector = TypeSet(integers: (8, 128), lanes: (2, most))
  static let float = TypeSet(floats: (16, 128), lanes: (1, most))
  static let scalarInteger = TypeSet(integers: (8, 128))
  static let scalarFloat = TypeSet(floats: (16, 128))
  /// Up to 64 bits.
  static let narrowInteger = TypeSet(integers: (8, 64))
  static let wideInteger = TypeSet(integers: (16, 128))
  static let pointer = TypeSet(integers: (32, 64))
  static let integer32Or64 = TypeSet(integers: (32, 64))
  static let loadedFrom8 = TypeSet(integers: (16, 64))
  static let loadedFrom16 = TypeSet(integers: (32, 64))
  static let loadedFrom32 = TypeSet(integers: (64, 64))
  static let splittable = TypeSet(integers: (16, 64), lanes: (2, 8))
  static let mergeable = TypeSet(integers: (8, 32), lanes: (2, 16))
  static let integer16Or32Vector = TypeSet(integers: (16, 32), lanes: (4, 8))
}

/// What one operand of an operation may be.
public enum OperandRule: Hashable, Sendable {
  case none
  /// Of the controlling type.
  case same
  /// Of the controlling type's lane.
  case lane
  /// An integer of the same shape as the controlling type, and narrower or wider.
  case narrowerInteger, widerInteger
  case narrowerFloat, widerFloat
  case exactly(Type)
  case of(TypeSet)
}

/// The types that an operation can have.
public struct OperationTyping: Sendable {
  /// What the controlling type (`InstructionData.type`) may be; empty if there is none to choose.
  public var controlling: TypeSet
  /// The operand that the controlling type is that of, where it need not be written behind the
  /// mnemonic.
  public var inferredFrom: Int?
  public var operands: (OperandRule, OperandRule, OperandRule)

  /// The operands that have the controlling type.
  var same: [Int] {
    let rules = [operands.0, operands.1, operands.2]
    return rules.indices.filter { rules[$0] == .same }
  }

  init(
    _ controlling: TypeSet, from inferredFrom: Int? = nil, _ first: OperandRule = .none,
    _ second: OperandRule = .none, _ third: OperandRule = .none
  ) {
    self.controlling = controlling
    self.inferredFrom = inferredFrom
    operands = (first, second, third)
  }

  /// Whether a type may be, or has to be, written behind the mnemonic.
  public var isPolymorphic: Bool { !controlling.isEmpty }
}

extension Operation {
  /// The controlling type where it does not have to be chosen; `invalid` for all others.
  public var fixedType: Type {
    switch self {
    case .f16const: .f16
    case .f32const: .f32
    case .f64const: .f64
    case .f128const: .f128
    case .swizzle, .shuffle, .x86_pshufb: .i8x16
    case .x86_pmaddubsw, .sload8x8, .uload8x8: .i16x8
    case .sload16x4, .uload16x4: .i32x4
    case .sload32x2, .uload32x2: .i64x2
    case .uload32, .sload32, .istore32, .heap_uload32, .heap_sload32, .heap_istore32: .i64
    case .fvpromote_low: .f64x2
    case .fvdemote: .f32x4
    default: .invalid
    }
  }

  public var typing: OperationTyping {
    switch self {
    case .nop, .fence, .jump, .trap, .return, .call, .return_call, .try_call, .sequence_point,
      .debugtrap, .f16const, .f32const, .f64const, .f128const:
      OperationTyping(.none)
    case .iconst: OperationTyping(.narrowInteger)
    case .iadd, .isub, .imul, .umulhi, .smulhi, .smin, .smax, .umin, .umax:
      OperationTyping(.integer, from: 0, .same, .same)
    case .udiv, .sdiv, .urem, .srem, .uadd_overflow, .sadd_overflow, .usub_overflow,
      .ssub_overflow:
      OperationTyping(.scalarInteger, from: 0, .same, .same)
    case .umul_overflow, .smul_overflow: OperationTyping(.narrowInteger, from: 0, .same, .same)
    case .uadd_overflow_cin, .sadd_overflow_cin, .usub_overflow_bin, .ssub_overflow_bin:
      OperationTyping(.scalarInteger, from: 0, .same, .same, .exactly(.i8))
    case .uadd_overflow_trap: OperationTyping(.integer32Or64, from: 0, .same, .same)
    case .band, .bor, .bxor: OperationTyping(.any, from: 0, .same, .same)
    case .bnot: OperationTyping(.any, from: 0, .same)
    case .rotl, .rotr, .ishl, .ushr, .sshr:
      OperationTyping(.integer, from: 0, .same, .of(.scalarInteger))
    case .ineg, .iabs, .popcnt: OperationTyping(.integer, from: 0, .same)
    case .clz, .ctz, .cls, .bitrev: OperationTyping(.scalarInteger, from: 0, .same)
    case .bswap: OperationTyping(.wideInteger, from: 0, .same)
    case .bmask: OperationTyping(.scalarInteger, .of(.scalarInteger))
    case .icmp: OperationTyping(.integer, from: 0, .same, .same)
    case .fcmp: OperationTyping(.float, from: 0, .same, .same)
    case .select, .select_spectre_guard:
      OperationTyping(.any, from: 1, .of(.scalarInteger), .same, .same)
    case .fadd, .fsub, .fmul, .fdiv, .fmin, .fmax, .fcopysign:
      OperationTyping(.float, from: 0, .same, .same)
    case .fneg, .fabs, .sqrt, .ceil, .floor, .trunc, .nearest:
      OperationTyping(.float, from: 0, .same)
    case .fma: OperationTyping(.float, from: 0, .same, .same, .same)
    case .uextend, .sextend: OperationTyping(.integer, .narrowerInteger)
    case .ireduce: OperationTyping(.scalarInteger, .widerInteger)
    case .bitcast: OperationTyping(.any, .of(.any))
    case .isplit: OperationTyping(.wideInteger, from: 0, .same)
    case .iconcat: OperationTyping(.narrowInteger, from: 0, .same, .same)
    case .fpromote: OperationTyping(.scalarFloat, .narrowerFloat)
    case .fdemote: OperationTyping(.scalarFloat, .widerFloat)
    case .fcvt_to_uint, .fcvt_to_sint: OperationTyping(.scalarInteger, .of(.scalarFloat))
    case .fcvt_to_uint_sat, .fcvt_to_sint_sat, .x86_cvtt2dq: OperationTyping(.integer, .of(.float))
    case .fcvt_from_uint, .fcvt_from_sint: OperationTyping(.float, .of(.integer))
    case .load: OperationTyping(.any, .of(.pointer))
    case .uload8, .sload8: OperationTyping(.loadedFrom8, .of(.pointer))
    case .uload16, .sload16: OperationTyping(.loadedFrom16, .of(.pointer))
    case .uload32, .sload32: OperationTyping(.loadedFrom32, .of(.pointer))
    case .store: OperationTyping(.any, from: 0, .same, .of(.pointer))
    case .istore8: OperationTyping(.loadedFrom8, from: 0, .same, .of(.pointer))
    case .istore16: OperationTyping(.loadedFrom16, from: 0, .same, .of(.pointer))
    case .istore32: OperationTyping(.loadedFrom32, from: 0, .same, .of(.pointer))
    case .heap_load: OperationTyping(.any, .of(.pointer))
    case .heap_uload8, .heap_sload8: OperationTyping(.loadedFrom8, .of(.pointer))
    case .heap_uload16, .heap_sload16: OperationTyping(.loadedFrom16, .of(.pointer))
    case .heap_uload32, .heap_sload32: OperationTyping(.loadedFrom32, .of(.pointer))
    case .heap_store: OperationTyping(.any, from: 0, .same, .of(.pointer))
    case .heap_istore8: OperationTyping(.loadedFrom8, from: 0, .same, .of(.pointer))
    case .heap_istore16: OperationTyping(.loadedFrom16, from: 0, .same, .of(.pointer))
    case .heap_istore32: OperationTyping(.loadedFrom32, from: 0, .same, .of(.pointer))
    case .sload8x8, .uload8x8, .sload16x4, .uload16x4, .sload32x2, .uload32x2:
      OperationTyping(.one(fixedType), .of(.pointer))
    case .vconst: OperationTyping(.anyVector)
    case .splat, .scalar_to_vector: OperationTyping(.anyVector, .lane)
    case .extractlane: OperationTyping(.anyVector, from: 0, .same)
    case .insertlane: OperationTyping(.anyVector, from: 0, .same, .lane)
    case .shuffle, .swizzle, .x86_pshufb: OperationTyping(.one(.i8x16), from: 0, .same, .same)
    case .bitselect, .blendv: OperationTyping(.any, from: 0, .same, .same, .same)
    case .vany_true, .vall_true: OperationTyping(.anyVector, from: 0, .same)
    case .vhigh_bits: OperationTyping(.narrowInteger, .of(.anyVector))
    case .sadd_sat, .uadd_sat, .ssub_sat, .usub_sat, .avg_round:
      OperationTyping(.integerVector, from: 0, .same, .same)
    case .sqmul_round_sat, .x86_pmulhrsw:
      OperationTyping(.integer16Or32Vector, from: 0, .same, .same)
    case .iadd_pairwise: OperationTyping(.mergeable, from: 0, .same, .same)
    case .swiden_low, .swiden_high, .uwiden_low, .uwiden_high:
      OperationTyping(.mergeable, from: 0, .same)
    case .snarrow, .unarrow, .uunarrow: OperationTyping(.splittable, from: 0, .same, .same)
    case .fvpromote_low: OperationTyping(.none, .exactly(.f32x4))
    case .fvdemote: OperationTyping(.none, .exactly(.f64x2))
    case .x86_pmaddubsw: OperationTyping(.none, .exactly(.i8x16), .exactly(.i8x16))
    case .atomic_load: OperationTyping(.scalarInteger, .of(.pointer))
    case .atomic_store: OperationTyping(.scalarInteger, from: 0, .same, .of(.pointer))
    case .atomic_rmw: OperationTyping(.scalarInteger, .of(.pointer), .same)
    case .atomic_cas: OperationTyping(.scalarInteger, from: 2, .of(.pointer), .same, .same)
    case .heap_atomic_load: OperationTyping(.scalarInteger, .of(.pointer))
    case .heap_atomic_store: OperationTyping(.scalarInteger, from: 0, .same, .of(.pointer))
    case .heap_atomic_rmw: OperationTyping(.scalarInteger, .of(.pointer), .same)
    case .heap_atomic_cas: OperationTyping(.scalarInteger, .of(.pointer), .same, .same)
    case .stack_addr, .func_addr, .get_frame_pointer, .get_stack_pointer, .get_return_address,
      .get_exception_handler_address, .get_pinned_reg:
      OperationTyping(.pointer)
    case .set_pinned_reg: OperationTyping(.pointer, from: 0, .same)
    case .symbol_value, .tls_value: OperationTyping(.any)
    case .stack_switch: OperationTyping(.pointer, from: 0, .same, .same, .same)
    case .brif, .trapz, .trapnz: OperationTyping(.scalarInteger, from: 0, .same)
    case .br_table: OperationTyping(.none, .exactly(.i32))
    case .call_indirect, .return_call_indirect, .try_call_indirect:
      OperationTyping(.pointer, from: 0, .same)
    }
  }
}
