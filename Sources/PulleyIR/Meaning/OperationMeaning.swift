extension Operation {
  /// What the operation does, in a sentence or two: `a`, `b` and `c` are its operands, `p` is an
  /// address. Integers wrap round unless it says otherwise.
  public var meaning: String {
    integerMeaning ?? floatMeaning ?? conversionMeaning ?? vectorMeaning ?? memoryMeaning
      ?? controlMeaning ?? ""
  }

  private var integerMeaning: String? {
    switch self {
    case .nop: "Nothing."
    case .iconst: "The number N, read with or without a sign."
    case .iadd: "a + b."
    case .isub: "a − b."
    case .imul: "a × b."
    case .udiv: "a / b without signs. Traps with `int_divz` if b is 0."
    case .sdiv:
      "a / b with signs, rounded towards 0. Traps with `int_divz` if b is 0, and with `int_ovf` if "
        + "the quotient does not fit."
    case .urem: "The remainder of a / b without signs. Traps with `int_divz` if b is 0."
    case .srem:
      "The remainder of a / b with signs, which has the sign of a. Traps with `int_divz` if b is 0."
    case .umulhi: "The upper half of the whole product of a and b, without signs."
    case .smulhi: "The upper half of the whole product of a and b, with signs."
    case .band: "The bits that are set in both."
    case .bor: "The bits that are set in either."
    case .bxor: "The bits that differ."
    case .bnot: "All bits the other way."
    case .rotl: "a rotated left by b, of which only the bits below the width count."
    case .rotr: "a rotated right by b, of which only the bits below the width count."
    case .ishl: "a shifted left by b modulo the width."
    case .ushr: "a shifted right by b modulo the width, filled with zeros."
    case .sshr: "a shifted right by b modulo the width, filled with the sign."
    case .smin: "The lesser of a and b, with signs."
    case .smax: "The greater of a and b, with signs."
    case .umin: "The lesser of a and b, without signs."
    case .umax: "The greater of a and b, without signs."
    case .ineg: "−a."
    case .iabs: "The magnitude of a; that of the least number is itself."
    case .clz: "How many zeros a begins with at its high end; the width if a is 0."
    case .ctz: "How many zeros a ends with at its low end; the width if a is 0."
    case .cls: "How many bits behind the sign are equal to it."
    case .popcnt: "How many bits are set."
    case .bswap: "The bytes in the opposite order."
    case .bitrev: "The bits in the opposite order."
    case .bmask: "All ones if a is not 0, else 0."
    case .uadd_overflow: "a + b, and whether that does not fit without signs."
    case .sadd_overflow: "a + b, and whether that does not fit with signs."
    case .usub_overflow: "a − b, and whether that does not fit without signs."
    case .ssub_overflow: "a − b, and whether that does not fit with signs."
    case .umul_overflow: "a × b, and whether that does not fit without signs."
    case .smul_overflow: "a × b, and whether that does not fit with signs."
    case .uadd_overflow_cin: "a + b + (c is not 0), and whether that does not fit without signs."
    case .sadd_overflow_cin: "a + b + (c is not 0), and whether that does not fit with signs."
    case .usub_overflow_bin: "a − b − (c is not 0), and whether that does not fit without signs."
    case .ssub_overflow_bin: "a − b − (c is not 0), and whether that does not fit with signs."
    case .uadd_overflow_trap: "a + b. Traps with the code if that does not fit without signs."
    case .icmp:
      "Whether the condition holds: 1 or 0, of vectors all ones or zeros in each lane. Conditions: "
        + "eq, ne; slt, sle, sgt, sge with signs; ult, ule, ugt, uge without."
    case .select: "b if a is not 0, else c."
    case .select_spectre_guard:
      "As `select`; nothing here runs ahead of what is known, so there is nothing to guard."
    case .isplit: "The low half and the high half of a."
    case .iconcat: "The number that has a as its low and b as its high half."
    default: nil
    }
  }

  private var floatMeaning: String? {
    switch self {
    case .f16const, .f32const, .f64const, .f128const: "The number."
    case .fcmp:
      "Whether the condition holds: 1 or 0, of vectors all ones or zeros in each lane. Conditions: "
        + "eq, lt, le, gt, ge, one (different) and ord are false if a or b is a NaN; ne, ueq, ult, "
        + "ule, ugt, uge and uno are true then."
    case .fadd: "a + b."
    case .fsub: "a − b."
    case .fmul: "a × b."
    case .fdiv: "a / b."
    case .fma: "a × b + c, rounded once."
    case .fmin: "The lesser; −0 is less than 0, and a NaN is the result if either is one."
    case .fmax: "The greater; −0 is less than 0, and a NaN is the result if either is one."
    case .fcopysign: "The magnitude of a with the sign of b."
    case .fneg: "a with the other sign, also of a NaN."
    case .fabs: "a with the sign taken away, also of a NaN."
    case .sqrt: "The square root."
    case .ceil: "The next integer upwards."
    case .floor: "The next integer downwards."
    case .trunc: "The next integer towards 0."
    case .nearest: "The nearest integer; the even one of two."
    default: nil
    }
  }

  private var conversionMeaning: String? {
    switch self {
    case .uextend: "a with zeros in front."
    case .sextend: "a with its sign in front."
    case .ireduce: "The low bits of a."
    case .bitcast:
      "The same bits as a value of another type, as if they were stored and loaded again, in the byte "
        + "order of the flag `little` or `big`, which has to be there if the number of lanes changes."
    case .fpromote: "The same number in a wider type."
    case .fdemote: "The nearest number of a narrower type."
    case .fcvt_to_uint:
      "a rounded towards 0, without a sign. Traps with `int_ovf` if that does not fit, and with "
        + "`bad_toint` if a is a NaN."
    case .fcvt_to_sint:
      "a rounded towards 0, with a sign. Traps with `int_ovf` if that does not fit, and with "
        + "`bad_toint` if a is a NaN."
    case .fcvt_to_uint_sat:
      "a rounded towards 0, without a sign: the nearest number that fits, and 0 of a NaN."
    case .fcvt_to_sint_sat:
      "a rounded towards 0, with a sign: the nearest number that fits, and 0 of a NaN."
    case .fcvt_from_uint: "The float nearest to a, which has no sign."
    case .fcvt_from_sint: "The float nearest to a, which has a sign."
    default: nil
    }
  }

  private var vectorMeaning: String? {
    switch self {
    case .vconst: "The constant's bytes, or the lanes `[1 2 3 4]`."
    case .splat: "A vector with a in every lane."
    case .scalar_to_vector: "A vector with a in lane 0 and zeros in all others."
    case .extractlane: "The lane."
    case .insertlane: "a with b in the lane."
    case .shuffle:
      "The bytes that the mask's bytes tell: those of a are numbered 0 to 15, those of b 16 to 31."
    case .swizzle: "The bytes of a that those of b tell; 0 where the number is above 15."
    case .bitselect: "The bits of b where those of a are set, else those of c."
    case .blendv: "The lanes of b or c, as the lanes of a are all ones or zeros."
    case .vany_true: "Whether any lane is not 0."
    case .vall_true: "Whether no lane is 0."
    case .vhigh_bits: "The sign of each lane, that of lane 0 in the lowest bit."
    case .sadd_sat: "a + b with signs; the nearest number that fits."
    case .uadd_sat: "a + b without signs; the nearest number that fits."
    case .ssub_sat: "a − b with signs; the nearest number that fits."
    case .usub_sat: "a − b without signs; the nearest number that fits."
    case .avg_round: "(a + b + 1) / 2 without signs and without loss."
    case .sqmul_round_sat:
      "The product of two numbers between −1 and 1 in fixed point, rounded; the nearest that fits."
    case .iadd_pairwise: "The sums of neighbouring lanes, those of a first."
    case .swiden_low: "The lower half of the lanes, each twice as wide, with its sign."
    case .swiden_high: "The upper half of the lanes, each twice as wide, with its sign."
    case .uwiden_low: "The lower half of the lanes, each twice as wide, with zeros."
    case .uwiden_high: "The upper half of the lanes, each twice as wide, with zeros."
    case .snarrow: "The lanes of a and of b half as wide; the nearest number that fits with a sign."
    case .unarrow:
      "The lanes of a and of b, which have signs, half as wide; the nearest number that fits without "
        + "one."
    case .uunarrow:
      "The lanes of a and of b, which have no signs, half as wide; the nearest number that fits."
    case .fvpromote_low: "The lower two lanes as wider floats."
    case .fvdemote: "Both lanes as narrower floats, and zeros above."
    case .x86_pshufb, .x86_pmulhrsw, .x86_pmaddubsw, .x86_cvtt2dq:
      "What x86's instruction of that name does."
    default: nil
    }
  }
}
