/// The rows of the operations: each fact about an operation that is true wherever it is used.
///
/// The switch is a table. It is a switch because the compiler then insists on a row for each
/// operation, and the initialisers of `OperationRow` insist on each column.
// swift-format-ignore
extension Operation {
  /// Builds the row. The properties of `Operation` read the rows from tables that are built once.
  var newRow: OperationRow {
    switch self {
    // Constants
    case .iconst: .init(.constants, .constant, [], .same, .init(.narrowInteger), .direct,
      "The number N, which may be written with or without a sign.")
    case .f16const: .init(.constants, .constant, [], .same, .init(fixed: .f16), .refused,
      "The number.")
    case .f32const: .init(.constants, .constant, [], .same, .init(fixed: .f32), .direct,
      "The number.")
    case .f64const: .init(.constants, .constant, [], .same, .init(fixed: .f64), .direct,
      "The number.")
    case .f128const: .init(.constants, .vectorConstant, [], .same, .init(fixed: .f128), .refused,
      "The number.")
    case .vconst: .init(.constants, .vectorConstant, [], .same, .init(.anyVector), .direct,
      "The bytes of the constant, or lanes such as `[1 2 3 4]`.")

    // Integer arithmetic
    case .iadd: .computed(.integers, .binary, .commutes, .same, .alike(2, .integer), .zeroIsNeutral,
      .integers { $0.a &+ $0.b }, .direct, "a + b.")
    case .isub: .computed(.integers, .binary, [], .same, .alike(2, .integer),
      [.zeroIsNeutral, .cancelsItself], .integers { $0.a &- $0.b }, .direct, "a − b.")
    case .imul: .computed(.integers, .binary, .commutes, .same, .alike(2, .integer),
      [.oneIsNeutral, .zeroAbsorbs], .integers { $0.a &* $0.b }, .direct, "a × b.")
    case .umulhi: .computed(.integers, .binary, .commutes, .same, .alike(2, .integer), .zeroAbsorbs,
      .integers(IntegerOperands.unsignedHighProduct), .direct,
      "The upper half of the whole product of a and b, without signs.")
    case .smulhi: .computed(.integers, .binary, .commutes, .same, .alike(2, .integer), .zeroAbsorbs,
      .integers(IntegerOperands.signedHighProduct), .direct,
      "The upper half of the whole product of a and b, with signs.")
    case .udiv: .computed(.integers, .binary, .canTrap, .same, .alike(2, .scalarInteger),
      .oneIsNeutral, .integers(IntegerOperands.unsignedQuotient), .direct,
      "a / b without signs. Traps with `int_divz` if b is 0.")
    case .sdiv: .computed(.integers, .binary, .canTrap, .same, .alike(2, .scalarInteger),
      .oneIsNeutral, .integers(IntegerOperands.signedQuotient), .direct,
      "a / b with signs, rounded towards 0. Traps with `int_divz` if b is 0, and with `int_ovf` "
        + "if the quotient does not fit.")
    case .urem: .computed(.integers, .binary, .canTrap, .same, .alike(2, .scalarInteger), [],
      .integers(IntegerOperands.unsignedRemainder), .direct,
      "The remainder of a / b without signs. Traps with `int_divz` if b is 0.")
    case .srem: .computed(.integers, .binary, .canTrap, .same, .alike(2, .scalarInteger), [],
      .integers(IntegerOperands.signedRemainder), .direct,
      "The remainder of a / b with signs, which has the sign of a. Traps with `int_divz` if b is "
        + "0.")
    case .ineg: .computed(.integers, .unary, [], .same, .alike(1, .integer), .isInvolution,
      .integers { 0 &- $0.a }, .direct, "−a.")
    case .iabs: .computed(.integers, .unary, [], .same, .alike(1, .integer), [],
      .integers { $0.a < 0 ? 0 &- $0.a : $0.a }, .direct,
      "The absolute value of a; the least number is its own absolute value.")
    case .smin: .computed(.integers, .binary, .commutes, .same, .alike(2, .integer), .isIdempotent,
      .integers { min($0.a, $0.b) }, .direct, "The lesser of a and b, compared with signs.")
    case .smax: .computed(.integers, .binary, .commutes, .same, .alike(2, .integer), .isIdempotent,
      .integers { max($0.a, $0.b) }, .direct, "The greater of a and b, compared with signs.")
    case .umin: .computed(.integers, .binary, .commutes, .same, .alike(2, .integer),
      [.onesAreNeutral, .zeroAbsorbs, .isIdempotent], .integers { $0.ua < $0.ub ? $0.a : $0.b },
      .direct, "The lesser of a and b, compared without signs.")
    case .umax: .computed(.integers, .binary, .commutes, .same, .alike(2, .integer),
      [.zeroIsNeutral, .onesAbsorb, .isIdempotent], .integers { $0.ua > $0.ub ? $0.a : $0.b },
      .direct, "The greater of a and b, compared without signs.")

    // Arithmetic that tells of overflow
    case .uadd_overflow: .init(.overflow, .binary, .commutes, .withFlag, .alike(2, .scalarInteger),
      .expanded, "a + b, and whether the result does not fit without signs.")
    case .sadd_overflow: .init(.overflow, .binary, .commutes, .withFlag, .alike(2, .scalarInteger),
      .expanded, "a + b, and whether the result does not fit with signs.")
    case .usub_overflow: .init(.overflow, .binary, [], .withFlag, .alike(2, .scalarInteger),
      .expanded, "a − b, and whether the result does not fit without signs.")
    case .ssub_overflow: .init(.overflow, .binary, [], .withFlag, .alike(2, .scalarInteger),
      .expanded, "a − b, and whether the result does not fit with signs.")
    case .umul_overflow: .init(.overflow, .binary, .commutes, .withFlag, .alike(2, .narrowInteger),
      .expanded, "a × b, and whether the result does not fit without signs.")
    case .smul_overflow: .init(.overflow, .binary, .commutes, .withFlag, .alike(2, .narrowInteger),
      .expanded, "a × b, and whether the result does not fit with signs.")
    case .uadd_overflow_cin: .init(.overflow, .ternary, [], .withFlag,
      .init(.scalarInteger, from: 0, .same, .same, .exactly(.i8)), .expanded,
      "a + b + (c is not 0), and whether the result does not fit without signs.")
    case .sadd_overflow_cin: .init(.overflow, .ternary, [], .withFlag,
      .init(.scalarInteger, from: 0, .same, .same, .exactly(.i8)), .expanded,
      "a + b + (c is not 0), and whether the result does not fit with signs.")
    case .usub_overflow_bin: .init(.overflow, .ternary, [], .withFlag,
      .init(.scalarInteger, from: 0, .same, .same, .exactly(.i8)), .expanded,
      "a − b − (c is not 0), and whether the result does not fit without signs.")
    case .ssub_overflow_bin: .init(.overflow, .ternary, [], .withFlag,
      .init(.scalarInteger, from: 0, .same, .same, .exactly(.i8)), .expanded,
      "a − b − (c is not 0), and whether the result does not fit with signs.")
    case .uadd_overflow_trap: .init(.overflow, .binaryTrap, [.canTrap, .commutes], .same,
      .alike(2, .integer32Or64), .direct,
      "a + b. Traps with the code if the result does not fit without signs.")

    // Bits
    case .band: .computed(.bits, .binary, .commutes, .same, .alike(2, .any),
      [.onesAreNeutral, .zeroAbsorbs, .isIdempotent], .integers { $0.a & $0.b }, .expandedForFloats,
      "The bits that are set in both.")
    case .bor: .computed(.bits, .binary, .commutes, .same, .alike(2, .any),
      [.zeroIsNeutral, .onesAbsorb, .isIdempotent], .integers { $0.a | $0.b }, .expandedForFloats,
      "The bits that are set in either.")
    case .bxor: .computed(.bits, .binary, .commutes, .same, .alike(2, .any),
      [.zeroIsNeutral, .cancelsItself], .integers { $0.a ^ $0.b }, .expandedForFloats,
      "The bits that are set in one of them only.")
    case .bnot: .computed(.bits, .unary, [], .same, .alike(1, .any), .isInvolution,
      .integers { ~$0.a }, .expandedForFloats, "All bits inverted.")
    case .bitselect: .init(.bits, .ternary, [], .same, .alike(3, .any), .expandedForFloats,
      "The bits of b where the bits of a are set, else those of c.")
    case .rotl: .computed(.bits, .binary, [], .same,
      .init(.integer, from: 0, .same, .of(.scalarInteger)), .takesAmountModuloWidth,
      .integers { $0.rotated(left: $0.shift) }, .direct, "a rotated left by b modulo the width.")
    case .rotr: .computed(.bits, .binary, [], .same,
      .init(.integer, from: 0, .same, .of(.scalarInteger)), .takesAmountModuloWidth,
      .integers { $0.rotated(left: $0.bits - $0.shift) }, .direct,
      "a rotated right by b modulo the width.")
    case .ishl: .computed(.bits, .binary, [], .same,
      .init(.integer, from: 0, .same, .of(.scalarInteger)), .takesAmountModuloWidth,
      .integers { $0.a << $0.shift }, .direct, "a shifted left by b modulo the width.")
    case .ushr: .computed(.bits, .binary, [], .same,
      .init(.integer, from: 0, .same, .of(.scalarInteger)), .takesAmountModuloWidth,
      .integers { Int64(bitPattern: $0.ua >> UInt64($0.shift)) }, .direct,
      "a shifted right by b modulo the width, filled with zeros.")
    case .sshr: .computed(.bits, .binary, [], .same,
      .init(.integer, from: 0, .same, .of(.scalarInteger)), .takesAmountModuloWidth,
      .integers { $0.a >> $0.shift }, .direct,
      "a shifted right by b modulo the width, filled with the sign.")
    case .clz: .computed(.bits, .unary, [], .same, .alike(1, .scalarInteger), [],
      .integers { $0.bits - 64 + Int64($0.ua.leadingZeroBitCount) }, .direct,
      "The number of zeros at the high end of a; the width if a is 0.")
    case .ctz: .computed(.bits, .unary, [], .same, .alike(1, .scalarInteger), [],
      .integers { min(Int64($0.a.trailingZeroBitCount), $0.bits) }, .direct,
      "The number of zeros at the low end of a; the width if a is 0.")
    case .cls: .init(.bits, .unary, [], .same, .alike(1, .scalarInteger), .expanded,
      "The number of bits below the sign bit that are equal to it.")
    case .popcnt: .computed(.bits, .unary, [], .same, .alike(1, .integer), [],
      .integers { Int64($0.ua.nonzeroBitCount) }, .direct, "The number of bits that are set.")
    case .bswap: .computed(.bits, .unary, [], .same, .alike(1, .wideInteger), .isInvolution,
      .integers { Int64(bitPattern: $0.ua.byteSwapped >> UInt64(64 - $0.bits)) }, .direct,
      "The bytes in the opposite order.")
    case .bitrev: .init(.bits, .unary, [], .same, .alike(1, .scalarInteger), .expanded,
      "The bits in the opposite order.")
    case .bmask: .init(.bits, .unary, [], .same, .init(.scalarInteger, .of(.scalarInteger)),
      .direct, "All ones if a is not 0, else 0.")

    // Comparison and choice
    case .icmp: .computed(.comparison, .intCompare, [], .comparison, .alike(2, .integer), [],
      .comparison, .direct,
      "Whether the condition holds: 1 or 0, of vectors all ones or zeros in each lane. "
        + "Conditions: eq, ne; slt, sle, sgt, sge with signs; ult, ule, ugt, uge without.")
    case .fcmp: .computed(.comparison, .floatCompare, [], .comparison, .alike(2, .float), [],
      .comparison, .direct,
      "Whether the condition holds: 1 or 0, of vectors all ones or zeros in each lane. "
        + "Conditions: eq, lt, le, gt, ge, one (different) and ord are false if a or b is a NaN; "
        + "ne, ueq, ult, ule, ugt, uge and uno are true then.")
    case .select: .init(.comparison, .ternary, [], .same,
      .init(.any, from: 1, .of(.scalarInteger), .same, .same), .direct, "b if a is not 0, else c.")
    case .select_spectre_guard: .init(.comparison, .ternary, [], .same,
      .init(.any, from: 1, .of(.scalarInteger), .same, .same), .expanded,
      "As `select`. The interpreter does not run code speculatively, so there is nothing to guard.")

    // Floats
    case .fadd: .computed(.floats, .binary, .commutes, .same, .alike(2, .float), [], .floats(+, +),
      .direct, "a + b.")
    case .fsub: .computed(.floats, .binary, [], .same, .alike(2, .float), [], .floats(-, -),
      .direct, "a − b.")
    case .fmul: .computed(.floats, .binary, .commutes, .same, .alike(2, .float), [], .floats(*, *),
      .direct, "a × b.")
    case .fdiv: .computed(.floats, .binary, [], .same, .alike(2, .float), [], .floats(/, /),
      .direct, "a / b.")
    case .fma: .init(.floats, .ternary, [], .same, .alike(3, .float), .direct,
      "a × b + c, rounded once.")
    case .fmin: .init(.floats, .binary, .commutes, .same, .alike(2, .float), .direct,
      "The lesser of a and b. −0 is less than 0, and if either is a NaN, so is the result.")
    case .fmax: .init(.floats, .binary, .commutes, .same, .alike(2, .float), .direct,
      "The greater of a and b. −0 is less than 0, and if either is a NaN, so is the result.")
    case .fcopysign: .init(.floats, .binary, [], .same, .alike(2, .float), .direct,
      "The magnitude of a with the sign of b.")
    case .fneg: .computed(.floats, .unary, [], .same, .alike(1, .float), .isInvolution, .atRunTime,
      .direct, "a with the opposite sign, also if a is a NaN.")
    case .fabs: .init(.floats, .unary, [], .same, .alike(1, .float), .direct,
      "a without its sign, also if a is a NaN.")
    case .sqrt: .init(.floats, .unary, [], .same, .alike(1, .float), .direct, "The square root.")
    case .ceil: .init(.floats, .unary, [], .same, .alike(1, .float), .direct,
      "The least integer that is not less than a.")
    case .floor: .init(.floats, .unary, [], .same, .alike(1, .float), .direct,
      "The greatest integer that is not greater than a.")
    case .trunc: .init(.floats, .unary, [], .same, .alike(1, .float), .direct,
      "a rounded towards 0.")
    case .nearest: .init(.floats, .unary, [], .same, .alike(1, .float), .direct,
      "The nearest integer; of two, the even one.")

    // Conversion
    case .uextend: .computed(.conversion, .unary, [], .same, .init(.integer, .narrowerInteger), [],
      .integers { Int64(bitPattern: $0.ua) }, .direct, "a, extended with zeros.")
    case .sextend: .computed(.conversion, .unary, [], .same, .init(.integer, .narrowerInteger), [],
      .integers { $0.a }, .direct, "a, extended with its sign.")
    case .ireduce: .computed(.conversion, .unary, [], .same, .init(.scalarInteger, .widerInteger),
      [], .integers { $0.a }, .direct, "The low bits of a.")
    case .bitcast: .init(.conversion, .unary, [], .same, .init(.any, .of(.any)),
      .expandedForSomeOperands,
      "The same bits as a value of another type, as if they were stored and loaded again. The "
        + "flag `little` or `big` gives the byte order; it is required if the number of lanes "
        + "changes.")
    case .isplit: .init(.conversion, .unary, [], .halves, .alike(1, .wideInteger), .expanded,
      "The low half and the high half of a.")
    case .iconcat: .init(.conversion, .binary, [], .doubled, .alike(2, .narrowInteger), .expanded,
      "The number whose low half is a and whose high half is b.")
    case .fpromote: .computed(.conversion, .unary, [], .same, .init(.scalarFloat, .narrowerFloat),
      [], .conversion(FloatConversion.promote), .direct, "The same number in a wider type.")
    case .fdemote: .computed(.conversion, .unary, [], .same, .init(.scalarFloat, .widerFloat), [],
      .conversion(FloatConversion.demote), .direct, "The nearest number of a narrower type.")
    case .fcvt_to_uint: .init(.conversion, .unary, .canTrap, .same,
      .init(.scalarInteger, .of(.scalarFloat)), .expandedForNarrowIntegers,
      "a rounded towards 0, as a number without a sign. Traps with `int_ovf` if that does not "
        + "fit, and with `bad_toint` if a is a NaN.")
    case .fcvt_to_sint: .init(.conversion, .unary, .canTrap, .same,
      .init(.scalarInteger, .of(.scalarFloat)), .expandedForNarrowIntegers,
      "a rounded towards 0, as a number with a sign. Traps with `int_ovf` if that does not fit, "
        + "and with `bad_toint` if a is a NaN.")
    case .fcvt_to_uint_sat: .init(.conversion, .unary, [], .same, .init(.integer, .of(.float)),
      .expandedForNarrowIntegers,
      "a rounded towards 0, as a number without a sign: the nearest number that fits, and 0 if a "
        + "is a NaN.")
    case .fcvt_to_sint_sat: .init(.conversion, .unary, [], .same, .init(.integer, .of(.float)),
      .expandedForNarrowIntegers,
      "a rounded towards 0, as a number with a sign: the nearest number that fits, and 0 if a is "
        + "a NaN.")
    case .fcvt_from_uint: .computed(.conversion, .unary, [], .same, .init(.float, .of(.integer)),
      [], .conversion(FloatConversion.fromUnsigned), .direct,
      "The float nearest to a, which is read without a sign.")
    case .fcvt_from_sint: .computed(.conversion, .unary, [], .same, .init(.float, .of(.integer)),
      [], .conversion(FloatConversion.fromSigned), .direct,
      "The float nearest to a, which is read with a sign.")

    // Vectors
    case .splat: .init(.vectors, .unary, [], .same, .init(.anyVector, .lane), .direct,
      "A vector with a in every lane.")
    case .scalar_to_vector: .init(.vectors, .unary, [], .same, .init(.anyVector, .lane), .direct,
      "A vector with a in lane 0 and zeros in all others.")
    case .extractlane: .init(.vectors, .extractLane, [], .lane, .alike(1, .anyVector), .direct,
      "The lane.")
    case .insertlane: .init(.vectors, .insertLane, [], .same,
      .init(.anyVector, from: 0, .same, .lane), .direct, "a with b in the lane.")
    case .shuffle: .init(.vectors, .shuffle, [], .same, .alike(2, .one(.i8x16)), .direct,
      "The bytes that the bytes of the mask select: 0 to 15 select bytes of a, 16 to 31 bytes of "
        + "b.")
    case .swizzle: .init(.vectors, .binary, [], .same, .alike(2, .one(.i8x16)), .direct,
      "The bytes of a that the bytes of b select; a number above 15 selects 0.")
    case .blendv: .init(.vectors, .ternary, [], .same, .alike(3, .any), .refused,
      "The lanes of b where the lanes of a are all ones, else those of c.")
    case .vany_true: .init(.vectors, .unary, [], .truth, .alike(1, .anyVector), .direct,
      "Whether any lane is not 0.")
    case .vall_true: .init(.vectors, .unary, [], .truth, .alike(1, .anyVector), .direct,
      "Whether no lane is 0.")
    case .vhigh_bits: .init(.vectors, .unary, [], .same, .init(.narrowInteger, .of(.anyVector)),
      .direct, "The sign bits of the lanes, that of lane 0 in the lowest bit.")
    case .sadd_sat: .init(.vectors, .binary, .commutes, .same, .alike(2, .integerVector), .direct,
      "a + b with signs, or the nearest number that fits.")
    case .uadd_sat: .init(.vectors, .binary, .commutes, .same, .alike(2, .integerVector), .direct,
      "a + b without signs, or the nearest number that fits.")
    case .ssub_sat: .init(.vectors, .binary, [], .same, .alike(2, .integerVector), .direct,
      "a − b with signs, or the nearest number that fits.")
    case .usub_sat: .init(.vectors, .binary, [], .same, .alike(2, .integerVector), .direct,
      "a − b without signs, or the nearest number that fits.")
    case .avg_round: .init(.vectors, .binary, .commutes, .same, .alike(2, .integerVector), .direct,
      "(a + b + 1) / 2 without signs; the sum does not overflow.")
    case .sqmul_round_sat: .init(.vectors, .binary, .commutes, .same,
      .alike(2, .integer16Or32Vector), .direct,
      "The rounded product of two fixed-point numbers between −1 and 1, or the nearest number "
        + "that fits.")
    case .iadd_pairwise: .init(.vectors, .binary, [], .same, .alike(2, .mergeable), .direct,
      "The sums of neighbouring lanes: those of a, then those of b.")
    case .swiden_low: .init(.vectors, .unary, [], .mergedLanes, .alike(1, .mergeable), .direct,
      "The lower half of the lanes, each extended to twice the width with its sign.")
    case .swiden_high: .init(.vectors, .unary, [], .mergedLanes, .alike(1, .mergeable), .direct,
      "The upper half of the lanes, each extended to twice the width with its sign.")
    case .uwiden_low: .init(.vectors, .unary, [], .mergedLanes, .alike(1, .mergeable), .direct,
      "The lower half of the lanes, each extended to twice the width with zeros.")
    case .uwiden_high: .init(.vectors, .unary, [], .mergedLanes, .alike(1, .mergeable), .direct,
      "The upper half of the lanes, each extended to twice the width with zeros.")
    case .snarrow: .init(.vectors, .binary, [], .splitLanes, .alike(2, .splittable), .direct,
      "The lanes of a and b at half the width: each the nearest number with a sign that fits.")
    case .unarrow: .init(.vectors, .binary, [], .splitLanes, .alike(2, .splittable), .direct,
      "The lanes of a and b, read with signs, at half the width: each the nearest number without "
        + "a sign that fits.")
    case .uunarrow: .init(.vectors, .binary, [], .splitLanes, .alike(2, .splittable), .direct,
      "The lanes of a and b, read without signs, at half the width: each the nearest number that "
        + "fits.")
    case .fvpromote_low: .init(.vectors, .unary, [], .same, .init(fixed: .f64x2, .exactly(.f32x4)),
      .direct, "The lower two lanes as wider floats.")
    case .fvdemote: .init(.vectors, .unary, [], .same, .init(fixed: .f32x4, .exactly(.f64x2)),
      .direct, "Both lanes as narrower floats, and zeros above.")
    case .x86_pshufb: .init(.vectors, .binary, [], .same, .alike(2, .one(.i8x16)), .refused,
      "As the x86 instruction of that name.")
    case .x86_pmulhrsw: .init(.vectors, .binary, [], .same, .alike(2, .integer16Or32Vector),
      .refused, "As the x86 instruction of that name.")
    case .x86_pmaddubsw: .init(.vectors, .binary, [], .same,
      .init(fixed: .i16x8, .exactly(.i8x16), .exactly(.i8x16)), .refused,
      "As the x86 instruction of that name.")
    case .x86_cvtt2dq: .init(.vectors, .unary, [], .same, .init(.integer, .of(.float)), .refused,
      "As the x86 instruction of that name.")

    // Memory
    case .load: .access(.memory, .load, [.reads, .canTrap], bits: 0, isSigned: false,
      .init(.any, .of(.pointer)), "The value at address p plus the offset.")
    case .uload8: .access(.memory, .load, [.reads, .canTrap], bits: 8, isSigned: false,
      .init(.loadedFrom8, .of(.pointer)),
      "The bits at address p plus the offset, extended with zeros.")
    case .sload8: .access(.memory, .load, [.reads, .canTrap], bits: 8, isSigned: true,
      .init(.loadedFrom8, .of(.pointer)),
      "The bits at address p plus the offset, extended with their sign.")
    case .uload16: .access(.memory, .load, [.reads, .canTrap], bits: 16, isSigned: false,
      .init(.loadedFrom16, .of(.pointer)),
      "The bits at address p plus the offset, extended with zeros.")
    case .sload16: .access(.memory, .load, [.reads, .canTrap], bits: 16, isSigned: true,
      .init(.loadedFrom16, .of(.pointer)),
      "The bits at address p plus the offset, extended with their sign.")
    case .uload32: .access(.memory, .load, [.reads, .canTrap], bits: 32, isSigned: false,
      .init(.loadedFrom32, .of(.pointer)),
      "The bits at address p plus the offset, extended with zeros.")
    case .sload32: .access(.memory, .load, [.reads, .canTrap], bits: 32, isSigned: true,
      .init(.loadedFrom32, .of(.pointer)),
      "The bits at address p plus the offset, extended with their sign.")
    case .store: .access(.memory, .store, [.writes, .canTrap], bits: 0, isSigned: false,
      .init(.any, from: 0, .same, .of(.pointer)), "Writes a to address p plus the offset.")
    case .istore8: .access(.memory, .store, [.writes, .canTrap], bits: 8, isSigned: false,
      .init(.loadedFrom8, from: 0, .same, .of(.pointer)),
      "Writes the low bits of a to address p plus the offset.")
    case .istore16: .access(.memory, .store, [.writes, .canTrap], bits: 16, isSigned: false,
      .init(.loadedFrom16, from: 0, .same, .of(.pointer)),
      "Writes the low bits of a to address p plus the offset.")
    case .istore32: .access(.memory, .store, [.writes, .canTrap], bits: 32, isSigned: false,
      .init(.loadedFrom32, from: 0, .same, .of(.pointer)),
      "Writes the low bits of a to address p plus the offset.")
    case .uload8x8: .access(.memory, .load, [.reads, .canTrap], bits: 64, isSigned: false,
      .init(.one(.i16x8), .of(.pointer)),
      "The lanes in the 64 bits at address p plus the offset, each extended to twice the width "
        + "with zeros.")
    case .sload8x8: .access(.memory, .load, [.reads, .canTrap], bits: 64, isSigned: true,
      .init(.one(.i16x8), .of(.pointer)),
      "The lanes in the 64 bits at address p plus the offset, each extended to twice the width "
        + "with its sign.")
    case .uload16x4: .access(.memory, .load, [.reads, .canTrap], bits: 64, isSigned: false,
      .init(.one(.i32x4), .of(.pointer)),
      "The lanes in the 64 bits at address p plus the offset, each extended to twice the width "
        + "with zeros.")
    case .sload16x4: .access(.memory, .load, [.reads, .canTrap], bits: 64, isSigned: true,
      .init(.one(.i32x4), .of(.pointer)),
      "The lanes in the 64 bits at address p plus the offset, each extended to twice the width "
        + "with its sign.")
    case .uload32x2: .access(.memory, .load, [.reads, .canTrap], bits: 64, isSigned: false,
      .init(.one(.i64x2), .of(.pointer)),
      "The lanes in the 64 bits at address p plus the offset, each extended to twice the width "
        + "with zeros.")
    case .sload32x2: .access(.memory, .load, [.reads, .canTrap], bits: 64, isSigned: true,
      .init(.one(.i64x2), .of(.pointer)),
      "The lanes in the 64 bits at address p plus the offset, each extended to twice the width "
        + "with its sign.")

    // Atomic access
    case .atomic_load: .init(.atomics, .load, [.reads, .canTrap, .atomic], .same,
      .init(.scalarInteger, .of(.pointer)), .direct,
      "The value at address p. Sequentially consistent.")
    case .atomic_store: .init(.atomics, .store, [.writes, .canTrap, .atomic], .none,
      .init(.scalarInteger, from: 0, .same, .of(.pointer)), .direct,
      "Writes a to address p. Sequentially consistent.")
    case .atomic_rmw: .init(.atomics, .atomicRmw, [.reads, .writes, .canTrap, .atomic], .same,
      .init(.scalarInteger, .of(.pointer), .same), .expandedForSomeOperands,
      "Computes the operation on the value at address p and b, and stores the result at p, in one "
        + "step. Returns the old value. Operations: add, sub, and, nand, or, xor, xchg, umin, "
        + "umax, smin, smax.")
    case .atomic_cas: .init(.atomics, .atomicCas, [.reads, .writes, .canTrap, .atomic], .same,
      .init(.scalarInteger, from: 2, .of(.pointer), .same, .same), .direct,
      "Stores c at address p if the value there is b, in one step. Returns the old value.")
    case .fence: .init(.atomics, .nullary, .atomic, .none, .untyped, .direct,
      "Keeps accesses in order: no access moves past it.")

    // Addresses and registers
    case .stack_addr: .init(.addresses, .stackAddress, [], .pointer, .init(.pointer), .direct,
      "The address of the stack slot plus the offset.")
    case .func_addr: .init(.addresses, .functionAddress, [], .pointer, .init(.pointer), .direct,
      "The address of a function. The address of a function of the text can only be used by "
        + "`call_indirect`; that of another function is the host's, or stands for it if it has 32 "
        + "bits.")
    case .symbol_value: .init(.addresses, .globalValue, [], .same, .init(.any), .direct,
      "The address that the linker gives to the symbol.")
    case .tls_value: .init(.addresses, .globalValue, [], .same, .init(.any), .refused,
      "The address of the thread's own copy of the symbol.")
    case .get_frame_pointer: .init(.addresses, .nullary, [], .pointer, .init(.pointer), .direct,
      "The address of the function's frame.")
    case .get_stack_pointer: .init(.addresses, .nullary, [], .pointer, .init(.pointer), .direct,
      "The lowest address of the stack that is in use.")
    case .get_return_address: .init(.addresses, .nullary, [], .pointer, .init(.pointer), .direct,
      "The place that the function returns to. It is not an address of machine code.")
    case .get_exception_handler_address: .init(.addresses, .exceptionHandlerAddress, [], .pointer,
      .init(.pointer), .direct,
      "The address of a handler of the `try_call` at the end of a block, which N counts from 0.")
    case .get_pinned_reg: .init(.addresses, .nullary, .call, .pointer, .init(.pointer), .refused,
      "A register that keeps its value across all calls.")
    case .set_pinned_reg: .init(.addresses, .unary, .call, .none, .alike(1, .pointer), .refused,
      "A register that keeps its value across all calls.")

    // Control
    case .jump: .init(.control, .jump, [.terminator, .branch], .none, .untyped, .direct,
      "Continues in the block.")
    case .brif: .init(.control, .branch, [.terminator, .branch], .none, .alike(1, .scalarInteger),
      .direct, "Continues in the first block if a is not 0, else in the second.")
    case .br_table: .init(.control, .branchTable, [.terminator, .branch], .none,
      .init(.none, .exactly(.i32)), .direct,
      "Continues in entry a of the table, counted from 0, or in the block before the table if "
        + "there is no such entry.")
    case .return: .init(.control, .multiary, [.terminator, .returns], .none, .untyped, .direct,
      "Returns the values.")
    case .call: .init(.control, .call, .call, .none, .untyped, .direct, "Calls the function.")
    case .call_indirect: .init(.control, .callIndirect, .call, .none, .alike(1, .pointer), .direct,
      "Calls the function at the address, of the text or of the host. Traps if the address is 0.")
    case .return_call: .init(.control, .call, [.call, .terminator, .returns], .none, .untyped,
      .direct, "Returns the results of the function. The frame is released before the call.")
    case .return_call_indirect: .init(.control, .callIndirect, [.call, .terminator, .returns],
      .none, .alike(1, .pointer), .direct, "The same for the function at the address.")
    case .try_call: .init(.control, .tryCall, [.call, .terminator, .branch], .none, .untyped,
      .direct,
      "Calls the function and continues in the first block with its results, `ret0`, `ret1`, …. "
        + "If an exception leaves the function, continues in the block of the first item with its "
        + "tag, or of `default`, with its payloads `exn0` and `exn1`.")
    case .try_call_indirect: .init(.control, .tryCallIndirect, [.call, .terminator, .branch], .none,
      .alike(1, .pointer), .direct, "The same for the function at the address.")
    case .trap: .init(.control, .trap, [.terminator, .canTrap], .none, .untyped, .direct,
      "Traps with the code.")
    case .trapz: .init(.control, .conditionalTrap, .canTrap, .none, .alike(1, .scalarInteger),
      .direct, "Traps with the code if a is 0.")
    case .trapnz: .init(.control, .conditionalTrap, .canTrap, .none, .alike(1, .scalarInteger),
      .direct, "Traps with the code if a is not 0.")
    case .nop: .init(.control, .nullary, [], .none, .untyped, .direct, "Does nothing.")
    case .sequence_point: .init(.control, .nullary, .call, .none, .untyped, .direct,
      "Does nothing: a place for a debugger to stop at.")
    case .debugtrap: .init(.control, .nullary, .call, .none, .untyped, .refused,
      "Stops for a debugger.")
    case .stack_switch: .init(.control, .ternary, .call, .pointer, .alike(3, .pointer), .refused,
      "Continues on another stack.")

    // Objects of the collected heap. Addresses of shapes come from the context. No `load` reads an element of
    // an array.
    case .object_new: .init(.objects, .allocation, .canTrap, .same, .init(fixed: .i64, .same), .direct,
      "A new object of SIZE bytes with the shape at address a; all fields are 0. "
        + "Only functions made from WebAssembly have objects.")
    case .array_new: .init(.objects, .binaryTrap, .canTrap, .same,
      .init(fixed: .i64, .same, .exactly(.i32)), .direct,
      "A new array of b elements with the shape at address a; all elements are 0. "
        + "Only functions made from WebAssembly have objects.")
    case .array_load: .init(.objects, .binaryTrap, [.reads, .canTrap], .same,
      .init(.any, .exactly(.i64), .exactly(.i32)), .direct,
      "The element b of the array a. Traps if a is null, or b out of bounds. "
        + "Only functions made from WebAssembly have objects.")
    case .array_uload8: .init(.objects, .binaryTrap, [.reads, .canTrap], .same,
      .init(.one(.i32), .exactly(.i64), .exactly(.i32)), .direct,
      "The element b of the array a. Traps if a is null, or b out of bounds. "
        + "Only functions made from WebAssembly have objects.")
    case .array_sload8: .init(.objects, .binaryTrap, [.reads, .canTrap], .same,
      .init(.one(.i32), .exactly(.i64), .exactly(.i32)), .direct,
      "The element b of the array a. Traps if a is null, or b out of bounds. "
        + "Only functions made from WebAssembly have objects.")
    case .array_uload16: .init(.objects, .binaryTrap, [.reads, .canTrap], .same,
      .init(.one(.i32), .exactly(.i64), .exactly(.i32)), .direct,
      "The element b of the array a. Traps if a is null, or b out of bounds. "
        + "Only functions made from WebAssembly have objects.")
    case .array_sload16: .init(.objects, .binaryTrap, [.reads, .canTrap], .same,
      .init(.one(.i32), .exactly(.i64), .exactly(.i32)), .direct,
      "The element b of the array a. Traps if a is null, or b out of bounds. "
        + "Only functions made from WebAssembly have objects.")
    case .array_store: .init(.objects, .ternaryTrap, [.writes, .canTrap], .none,
      .init(.any, from: 2, .exactly(.i64), .exactly(.i32), .same), .direct,
      "Stores c in the element b of the array a. Traps if a is null, or b out of bounds. "
        + "Only functions made from WebAssembly have objects.")
    case .array_istore8: .init(.objects, .ternaryTrap, [.writes, .canTrap], .none,
      .init(.one(.i32), from: 2, .exactly(.i64), .exactly(.i32), .same), .direct,
      "Stores c in the element b of the array a. Traps if a is null, or b out of bounds. "
        + "Only functions made from WebAssembly have objects.")
    case .array_istore16: .init(.objects, .ternaryTrap, [.writes, .canTrap], .none,
      .init(.one(.i32), from: 2, .exactly(.i64), .exactly(.i32), .same), .direct,
      "Stores c in the element b of the array a. Traps if a is null, or b out of bounds. "
        + "Only functions made from WebAssembly have objects.")
    case .array_store_reference: .init(.objects, .ternaryTrap, [.writes, .canTrap], .none,
      .init(.one(.i64), from: 2, .exactly(.i64), .exactly(.i32), .same), .direct,
      "As `array_store` for a reference, with the collector's barrier. "
        + "Only functions made from WebAssembly have objects.")
    case .store_reference: .access(.objects, .store, [.writes, .canTrap], bits: 0,
      isSigned: false, .init(.one(.i64), from: 0, .same, .of(.pointer)),
      "As `store` of a reference in a field of an object, with the collector's barrier. "
        + "Only functions made from WebAssembly have objects.")
    case .reference_test: .init(.objects, .binary, [], .same, .init(fixed: .i64, .same, .same), .direct,
      "Whether the reference a, which may be null or a small integer, is to an object whose type is that "
        + "of the shape at address b, or a subtype. "
        + "Only functions made from WebAssembly have objects.")
    case .reference_cast: .init(.objects, .binaryTrap, .canTrap, .none, .init(fixed: .i64, .same, .same),
      .direct, "Traps unless `reference_test` is true. "
        + "Only functions made from WebAssembly have objects.")
    case .reference_cast_null: .init(.objects, .binaryTrap, .canTrap, .none,
      .init(fixed: .i64, .same, .same), .direct,
      "Traps unless `reference_test` is true or a is null. "
        + "Only functions made from WebAssembly have objects.")
    case .reference_kind: .init(.objects, .unary, [], .same, .init(fixed: .i64, .same), .direct,
      "What the reference a is: 0 null, 1 a small integer, 2 a structure, 3 an array, 4 another object. "
        + "Only functions made from WebAssembly have objects.")

    // Linear memory
    case .heap_load: .access(.linearMemory, .heapLoad, [.reads, .canTrap], bits: 0, isSigned: false,
      .init(.any, .of(.pointer)),
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_uload8: .access(.linearMemory, .heapLoad, [.reads, .canTrap], bits: 8,
      isSigned: false, .init(.loadedFrom8, .of(.pointer)),
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_sload8: .access(.linearMemory, .heapLoad, [.reads, .canTrap], bits: 8,
      isSigned: true, .init(.loadedFrom8, .of(.pointer)),
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_uload16: .access(.linearMemory, .heapLoad, [.reads, .canTrap], bits: 16,
      isSigned: false, .init(.loadedFrom16, .of(.pointer)),
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_sload16: .access(.linearMemory, .heapLoad, [.reads, .canTrap], bits: 16,
      isSigned: true, .init(.loadedFrom16, .of(.pointer)),
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_uload32: .access(.linearMemory, .heapLoad, [.reads, .canTrap], bits: 32,
      isSigned: false, .init(.loadedFrom32, .of(.pointer)),
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_sload32: .access(.linearMemory, .heapLoad, [.reads, .canTrap], bits: 32,
      isSigned: true, .init(.loadedFrom32, .of(.pointer)),
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_store: .access(.linearMemory, .heapStore, [.writes, .canTrap], bits: 0,
      isSigned: false, .init(.any, from: 0, .same, .of(.pointer)),
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_istore8: .access(.linearMemory, .heapStore, [.writes, .canTrap], bits: 8,
      isSigned: false, .init(.loadedFrom8, from: 0, .same, .of(.pointer)),
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_istore16: .access(.linearMemory, .heapStore, [.writes, .canTrap], bits: 16,
      isSigned: false, .init(.loadedFrom16, from: 0, .same, .of(.pointer)),
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_istore32: .access(.linearMemory, .heapStore, [.writes, .canTrap], bits: 32,
      isSigned: false, .init(.loadedFrom32, from: 0, .same, .of(.pointer)),
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_atomic_load: .init(.linearMemory, .heapLoad, [.reads, .canTrap, .atomic], .same,
      .init(.scalarInteger, .of(.pointer)), .direct,
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_atomic_store: .init(.linearMemory, .heapStore, [.writes, .canTrap, .atomic], .none,
      .init(.scalarInteger, from: 0, .same, .of(.pointer)), .direct,
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_atomic_rmw: .init(.linearMemory, .heapAtomicRmw,
      [.reads, .writes, .canTrap, .atomic], .same, .init(.scalarInteger, .of(.pointer), .same),
      .direct,
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    case .heap_atomic_cas: .init(.linearMemory, .heapAtomicCas,
      [.reads, .writes, .canTrap, .atomic], .same,
      .init(.scalarInteger, .of(.pointer), .same, .same), .direct,
      "As the operation without `heap_`, at an index into a linear memory, which is checked "
        + "against the bound. Only functions made from WebAssembly have linear memories.")
    }
  }
}
