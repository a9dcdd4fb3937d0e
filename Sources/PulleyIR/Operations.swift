/// Which fields of `InstructionData` an operation uses, and so how it is written.
public enum Format: UInt8, Sendable {
  case nullary
  /// `immediate` holds the constant: an integer, extended with its sign from the width of its type,
  /// or the bits of a float. Readers take the low bits only (`Type.signExtend`, `zeroExtend`).
  case constant
  /// `constant`.
  case vectorConstant
  /// One argument.
  case unary
  /// Two arguments.
  case binary
  /// Three arguments.
  case ternary
  /// One argument and `lane`.
  case extractLane
  /// Two arguments and `lane`.
  case insertLane
  /// Two arguments and `constant`.
  case shuffle
  /// Two arguments and `intCondition`.
  case intCompare
  /// Two arguments and `floatCondition`.
  case floatCompare
  /// `flags`, address, offset in `immediate`.
  case load
  /// `flags`, value, address, offset in `immediate`.
  case store
  /// `flags`, `heap`, index, offset in `immediate`.
  case heapLoad
  /// `flags`, `heap`, value, index, offset in `immediate`.
  case heapStore
  /// `flags`, `atomicOperation`, address, value, `accessTrap`.
  case atomicRmw
  /// `flags`, address, expected value, replacement, `accessTrap`.
  case atomicCas
  /// The same with `heap`, an index in place of an address, and an offset in `immediate`.
  case heapAtomicRmw, heapAtomicCas
  /// `stackSlot`, offset in `immediate`.
  case stackAddress
  /// `destination`.
  case jump
  /// Condition, `destination` when it is not zero, `otherwise` when it is.
  case branch
  /// Index, `jumpTable`.
  case branchTable
  /// `function`, `list`.
  case call
  /// `signature`, callee, `list`.
  case callIndirect
  /// `list`.
  case multiary
  /// `trapCode`.
  case trap
  /// Condition, `trapCode`.
  case conditionalTrap
  /// `function`.
  case functionAddress
  /// `globalValue`.
  case globalValue
  /// Two arguments and `trapCode`.
  case binaryTrap
  /// `function`, `list`, `exceptionTable`.
  case tryCall
  /// Callee, `list`, `exceptionTable`.
  case tryCallIndirect
  /// The block of `destination`, and in `immediate` which of the handlers of the `try_call` that the
  /// block ends with.
  case exceptionHandlerAddress
}

/// What an operation does besides computing its results from its arguments.
public struct OperationTraits: OptionSet, Sendable {
  public let rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Ends its block.
  @inlinable public static var terminator: OperationTraits { OperationTraits(rawValue: 1) }
  /// Goes to another block of the function.
  @inlinable public static var branch: OperationTraits { OperationTraits(rawValue: 2) }
  @inlinable public static var call: OperationTraits { OperationTraits(rawValue: 4) }
  @inlinable public static var returns: OperationTraits { OperationTraits(rawValue: 8) }
  @inlinable public static var canTrap: OperationTraits { OperationTraits(rawValue: 16) }
  @inlinable public static var reads: OperationTraits { OperationTraits(rawValue: 32) }
  @inlinable public static var writes: OperationTraits { OperationTraits(rawValue: 64) }
  @inlinable public static var commutes: OperationTraits { OperationTraits(rawValue: 128) }
  /// Sequentially consistent: no access may move past it, and what other threads have done up to
  /// here shows in the accesses behind it.
  @inlinable public static var atomic: OperationTraits { OperationTraits(rawValue: 256) }

  /// Must stay even if nothing uses the results.
  @inlinable public static var effects: OperationTraits {
    [.terminator, .call, .canTrap, .writes, .atomic]
  }
}

/// How the type of an operation's single result follows from its controlling type.
public enum ResultRule: UInt8, Sendable {
  /// None, or as many as the callee's signature says.
  case none
  /// The controlling type.
  case same
  /// The controlling type's `comparisonResult`.
  case comparison
  /// i8, the type of truth values.
  case truth
  /// The controlling type if there is one, else that of addresses.
  case pointer
  /// Two: the controlling type's `halved`, the low half first.
  case halves
  /// The controlling type's `doubled`.
  case doubled
  /// Two: the controlling type, then a truth value.
  case withFlag
  /// The controlling type's lane.
  case lane
  /// The controlling type's `mergedLanes`.
  case mergedLanes
  /// The controlling type's `splitLanes`.
  case splitLanes
}

/// An operation of the intermediate representation. Names and meanings are CLIF's; the `heap_`
/// operations are ours.
public enum Operation: UInt8, Sendable, CaseIterable {
  case nop
  case iconst, f16const, f32const, f64const, f128const
  case iadd, isub, imul, udiv, sdiv, urem, srem, umulhi, smulhi
  case band, bor, bxor, rotl, rotr, ishl, ushr, sshr
  case smin, smax, umin, umax
  case ineg, iabs, bnot, clz, ctz, popcnt, bswap
  case bitrev, cls, bmask
  case uadd_overflow, sadd_overflow, usub_overflow, ssub_overflow, umul_overflow, smul_overflow
  case uadd_overflow_cin, sadd_overflow_cin, usub_overflow_bin, ssub_overflow_bin
  case uadd_overflow_trap
  case icmp, fcmp, select, select_spectre_guard
  case fadd, fsub, fmul, fdiv, fmin, fmax, fcopysign
  case fneg, fabs, sqrt, ceil, floor, trunc, nearest
  case uextend, sextend, ireduce, bitcast, isplit, iconcat
  case fpromote, fdemote
  case fcvt_to_uint, fcvt_to_sint, fcvt_to_uint_sat, fcvt_to_sint_sat
  case fcvt_from_uint, fcvt_from_sint
  case load, uload8, sload8, uload16, sload16, uload32, sload32
  case store, istore8, istore16, istore32
  case heap_load, heap_uload8, heap_sload8, heap_uload16, heap_sload16, heap_uload32, heap_sload32
  case heap_store, heap_istore8, heap_istore16, heap_istore32
  case vconst, splat, scalar_to_vector, extractlane, insertlane, shuffle, swizzle
  case bitselect, blendv, vany_true, vall_true, vhigh_bits
  case sadd_sat, uadd_sat, ssub_sat, usub_sat, avg_round, sqmul_round_sat, iadd_pairwise
  case swiden_low, swiden_high, uwiden_low, uwiden_high, snarrow, unarrow, uunarrow
  case fma, fvpromote_low, fvdemote
  case x86_pshufb, x86_pmulhrsw, x86_pmaddubsw, x86_cvtt2dq
  case sload8x8, uload8x8, sload16x4, uload16x4, sload32x2, uload32x2
  case atomic_load, atomic_store, atomic_rmw, atomic_cas, fence
  case heap_atomic_load, heap_atomic_store, heap_atomic_rmw, heap_atomic_cas
  case stack_addr, func_addr, symbol_value, tls_value
  case get_pinned_reg, set_pinned_reg, get_frame_pointer, get_stack_pointer, get_return_address
  case get_exception_handler_address, stack_switch, sequence_point, debugtrap
  case jump, brif, br_table, `return`
  case call, call_indirect, return_call, return_call_indirect, try_call, try_call_indirect
  case trap, trapz, trapnz

  /// The name in the text format, which is that of the case.
  public var mnemonic: String { Self.mnemonics[Int(rawValue)] }

  private static let mnemonics = allCases.map { String(describing: $0) }

  public var format: Format { Self.describe(self).0 }
  public var traits: OperationTraits { Self.describe(self).1 }
  public var result: ResultRule { Self.describe(self).2 }

  /// Inlined, so that each use becomes a table of constants: one in a static property would be
  /// asked on every access whether it is there yet.
  @inline(__always)
  private static func describe(_ operation: Operation) -> (Format, OperationTraits, ResultRule) {
    switch operation {
    case .nop: (.nullary, [], .none)
    case .iconst, .f16const, .f32const, .f64const: (.constant, [], .same)
    case .iadd, .imul, .band, .bor, .bxor, .umulhi, .smulhi, .smin, .smax, .umin, .umax:
      (.binary, .commutes, .same)
    case .fadd, .fmul, .fmin, .fmax: (.binary, .commutes, .same)
    case .isub, .rotl, .rotr, .ishl, .ushr, .sshr, .fsub, .fdiv, .fcopysign:
      (.binary, [], .same)
    case .udiv, .sdiv, .urem, .srem: (.binary, .canTrap, .same)
    case .ineg, .iabs, .bnot, .clz, .ctz, .popcnt, .bswap, .bitrev, .cls, .bmask, .fneg, .fabs,
      .sqrt, .ceil, .floor,
      .trunc, .nearest:
      (.unary, [], .same)
    case .icmp: (.intCompare, [], .comparison)
    case .fcmp: (.floatCompare, [], .comparison)
    case .select, .select_spectre_guard: (.ternary, [], .same)
    case .uadd_overflow, .sadd_overflow, .umul_overflow, .smul_overflow:
      (.binary, .commutes, .withFlag)
    case .usub_overflow, .ssub_overflow: (.binary, [], .withFlag)
    case .uadd_overflow_cin, .sadd_overflow_cin, .usub_overflow_bin, .ssub_overflow_bin:
      (.ternary, [], .withFlag)
    case .uadd_overflow_trap: (.binaryTrap, [.canTrap, .commutes], .same)
    case .isplit: (.unary, [], .halves)
    case .iconcat: (.binary, [], .doubled)
    case .uextend, .sextend, .ireduce, .bitcast, .fpromote, .fdemote, .fcvt_to_uint_sat,
      .fcvt_to_sint_sat, .fcvt_from_uint, .fcvt_from_sint:
      (.unary, [], .same)
    case .fcvt_to_uint, .fcvt_to_sint: (.unary, .canTrap, .same)
    case .load, .uload8, .sload8, .uload16, .sload16, .uload32, .sload32:
      (.load, [.reads, .canTrap], .same)
    case .store, .istore8, .istore16, .istore32: (.store, [.writes, .canTrap], .none)
    case .heap_load, .heap_uload8, .heap_sload8, .heap_uload16, .heap_sload16, .heap_uload32,
      .heap_sload32:
      (.heapLoad, [.reads, .canTrap], .same)
    case .heap_store, .heap_istore8, .heap_istore16, .heap_istore32:
      (.heapStore, [.writes, .canTrap], .none)
    case .vconst, .f128const: (.vectorConstant, [], .same)
    case .splat, .scalar_to_vector, .vhigh_bits, .fvpromote_low, .fvdemote: (.unary, [], .same)
    case .extractlane: (.extractLane, [], .lane)
    case .insertlane: (.insertLane, [], .same)
    case .shuffle: (.shuffle, [], .same)
    case .swizzle, .ssub_sat, .usub_sat, .iadd_pairwise: (.binary, [], .same)
    case .sadd_sat, .uadd_sat, .avg_round, .sqmul_round_sat: (.binary, .commutes, .same)
    case .bitselect, .blendv, .fma: (.ternary, [], .same)
    case .x86_pshufb, .x86_pmulhrsw, .x86_pmaddubsw: (.binary, [], .same)
    case .x86_cvtt2dq: (.unary, [], .same)
    case .vany_true, .vall_true: (.unary, [], .truth)
    case .swiden_low, .swiden_high, .uwiden_low, .uwiden_high: (.unary, [], .mergedLanes)
    case .snarrow, .unarrow, .uunarrow: (.binary, [], .splitLanes)
    case .sload8x8, .uload8x8, .sload16x4, .uload16x4, .sload32x2, .uload32x2:
      (.load, [.reads, .canTrap], .same)
    case .atomic_load: (.load, [.reads, .canTrap, .atomic], .same)
    case .atomic_store: (.store, [.writes, .canTrap, .atomic], .none)
    case .atomic_rmw: (.atomicRmw, [.reads, .writes, .canTrap, .atomic], .same)
    case .atomic_cas: (.atomicCas, [.reads, .writes, .canTrap, .atomic], .same)
    case .fence: (.nullary, .atomic, .none)
    case .heap_atomic_load: (.heapLoad, [.reads, .canTrap, .atomic], .same)
    case .heap_atomic_store: (.heapStore, [.writes, .canTrap, .atomic], .none)
    case .heap_atomic_rmw: (.heapAtomicRmw, [.reads, .writes, .canTrap, .atomic], .same)
    case .heap_atomic_cas: (.heapAtomicCas, [.reads, .writes, .canTrap, .atomic], .same)
    case .stack_addr: (.stackAddress, [], .pointer)
    case .func_addr: (.functionAddress, [], .pointer)
    case .symbol_value, .tls_value: (.globalValue, [], .same)
    case .get_frame_pointer, .get_stack_pointer, .get_return_address: (.nullary, [], .pointer)
    case .get_exception_handler_address: (.exceptionHandlerAddress, [], .pointer)
    // The other effects are none that a flag of their own is worth: as much as a call's.
    case .get_pinned_reg: (.nullary, .call, .pointer)
    case .set_pinned_reg: (.unary, .call, .none)
    case .stack_switch: (.ternary, .call, .pointer)
    case .sequence_point, .debugtrap: (.nullary, .call, .none)
    case .jump: (.jump, [.terminator, .branch], .none)
    case .brif: (.branch, [.terminator, .branch], .none)
    case .br_table: (.branchTable, [.terminator, .branch], .none)
    case .return: (.multiary, [.terminator, .returns], .none)
    case .call: (.call, .call, .none)
    case .call_indirect: (.callIndirect, .call, .none)
    case .try_call: (.tryCall, [.call, .terminator, .branch], .none)
    case .try_call_indirect: (.tryCallIndirect, [.call, .terminator, .branch], .none)
    case .return_call: (.call, [.call, .terminator, .returns], .none)
    case .return_call_indirect: (.callIndirect, [.call, .terminator, .returns], .none)
    case .trap: (.trap, [.terminator, .canTrap], .none)
    case .trapz, .trapnz: (.conditionalTrap, .canTrap, .none)
    }
  }
}

/// What a load or store moves: how many bits of memory, and how they fill a wider value.
public struct AccessShape: Sendable, Equatable {
  /// 0 means the width of the controlling type.
  public var bits: UInt8
  public var isSigned: Bool
}

extension Operation {
  /// For the load and store operations; nil for all others.
  public var accessShape: AccessShape? {
    switch self {
    case .load, .store, .heap_load, .heap_store: AccessShape(bits: 0, isSigned: false)
    case .uload8, .istore8, .heap_uload8, .heap_istore8: AccessShape(bits: 8, isSigned: false)
    case .sload8, .heap_sload8: AccessShape(bits: 8, isSigned: true)
    case .uload16, .istore16, .heap_uload16, .heap_istore16:
      AccessShape(bits: 16, isSigned: false)
    case .sload16, .heap_sload16: AccessShape(bits: 16, isSigned: true)
    case .uload32, .istore32, .heap_uload32, .heap_istore32:
      AccessShape(bits: 32, isSigned: false)
    case .sload32, .heap_sload32: AccessShape(bits: 32, isSigned: true)
    case .uload8x8, .uload16x4, .uload32x2: AccessShape(bits: 64, isSigned: false)
    case .sload8x8, .sload16x4, .sload32x2: AccessShape(bits: 64, isSigned: true)
    default: nil
    }
  }
}
