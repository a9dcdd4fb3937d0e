/// An operation of the intermediate representation. Names and meanings are CLIF's; the `heap_`
/// operations are ours. The order is that of `docs/clif.md`.
public enum Operation: UInt8, Sendable, CaseIterable {
  case iconst, f16const, f32const, f64const, f128const, vconst
  case iadd, isub, imul, umulhi, smulhi, udiv, sdiv, urem, srem, ineg, iabs, smin, smax, umin
  case umax
  case uadd_overflow, sadd_overflow, usub_overflow, ssub_overflow, umul_overflow, smul_overflow
  case uadd_overflow_cin, sadd_overflow_cin, usub_overflow_bin, ssub_overflow_bin
  case uadd_overflow_trap
  case band, bor, bxor, bnot, bitselect, rotl, rotr, ishl, ushr, sshr, clz, ctz, cls, popcnt
  case bswap, bitrev, bmask
  case icmp, fcmp, select, select_spectre_guard
  case fadd, fsub, fmul, fdiv, fma, fmin, fmax, fcopysign, fneg, fabs, sqrt, ceil, floor, trunc
  case nearest
  case uextend, sextend, ireduce, bitcast, isplit, iconcat, fpromote, fdemote, fcvt_to_uint
  case fcvt_to_sint, fcvt_to_uint_sat, fcvt_to_sint_sat, fcvt_from_uint, fcvt_from_sint
  case splat, scalar_to_vector, extractlane, insertlane, shuffle, swizzle, blendv, vany_true
  case vall_true, vhigh_bits, sadd_sat, uadd_sat, ssub_sat, usub_sat, avg_round, sqmul_round_sat
  case iadd_pairwise, swiden_low, swiden_high, uwiden_low, uwiden_high, snarrow, unarrow, uunarrow
  case fvpromote_low, fvdemote, x86_pshufb, x86_pmulhrsw, x86_pmaddubsw, x86_cvtt2dq
  case load, uload8, sload8, uload16, sload16, uload32, sload32, store, istore8, istore16
  case istore32, uload8x8, sload8x8, uload16x4, sload16x4, uload32x2, sload32x2
  case atomic_load, atomic_store, atomic_rmw, atomic_cas, fence
  case stack_addr, func_addr, symbol_value, tls_value, get_frame_pointer, get_stack_pointer
  case get_return_address, get_exception_handler_address, get_pinned_reg, set_pinned_reg
  case jump, brif, br_table, `return`, call, call_indirect, return_call, return_call_indirect
  case try_call, try_call_indirect, trap, trapz, trapnz, nop, sequence_point, debugtrap
  case stack_switch
  case object_new, array_new, array_load, array_uload8, array_sload8, array_uload16, array_sload16
  case array_store, array_istore8, array_istore16, array_store_reference, store_reference
  case reference_test, reference_cast, reference_cast_null, reference_kind
  case heap_load, heap_uload8, heap_sload8, heap_uload16, heap_sload16, heap_uload32, heap_sload32
  case heap_store, heap_istore8, heap_istore16, heap_istore32, heap_atomic_load, heap_atomic_store
  case heap_atomic_rmw, heap_atomic_cas

  /// The name in the text format, which is that of the case.
  public var mnemonic: String { Self.mnemonics[Int(rawValue)] }

  private static let mnemonics = allCases.map { String(describing: $0) }
}
