import PulleyIR
import PulleyISA

/// The opcodes for comparisons of integers.
enum IntegerComparison {
  /// The opcode that gives 0 or 1, and whether it takes the operands in the other order.
  static func opcode(_ condition: IntCondition, isWide: Bool) -> (Opcode, swaps: Bool) {
    switch condition {
    case .equal: (isWide ? .xeq64 : .xeq32, false)
    case .notEqual: (isWide ? .xneq64 : .xneq32, false)
    case .signedLess: (isWide ? .xslt64 : .xslt32, false)
    case .signedLessOrEqual: (isWide ? .xslteq64 : .xslteq32, false)
    case .signedGreater: (isWide ? .xslt64 : .xslt32, true)
    case .signedGreaterOrEqual: (isWide ? .xslteq64 : .xslteq32, true)
    case .unsignedLess: (isWide ? .xult64 : .xult32, false)
    case .unsignedLessOrEqual: (isWide ? .xulteq64 : .xulteq32, false)
    case .unsignedGreater: (isWide ? .xult64 : .xult32, true)
    case .unsignedGreaterOrEqual: (isWide ? .xulteq64 : .xulteq32, true)
    }
  }

  /// The branch that compares two registers, and whether it takes them in the other order.
  static func branch(_ condition: IntCondition, isWide: Bool) -> (Opcode, swaps: Bool) {
    switch condition {
    case .equal: (isWide ? .br_if_xeq64 : .br_if_xeq32, false)
    case .notEqual: (isWide ? .br_if_xneq64 : .br_if_xneq32, false)
    case .signedLess: (isWide ? .br_if_xslt64 : .br_if_xslt32, false)
    case .signedLessOrEqual: (isWide ? .br_if_xslteq64 : .br_if_xslteq32, false)
    case .signedGreater: (isWide ? .br_if_xslt64 : .br_if_xslt32, true)
    case .signedGreaterOrEqual: (isWide ? .br_if_xslteq64 : .br_if_xslteq32, true)
    case .unsignedLess: (isWide ? .br_if_xult64 : .br_if_xult32, false)
    case .unsignedLessOrEqual: (isWide ? .br_if_xulteq64 : .br_if_xulteq32, false)
    case .unsignedGreater: (isWide ? .br_if_xult64 : .br_if_xult32, true)
    case .unsignedGreaterOrEqual: (isWide ? .br_if_xulteq64 : .br_if_xulteq32, true)
    }
  }

  /// The branch that compares a register with a constant, and its operand; nil if there is none.
  static func branch(
    _ condition: IntCondition, isWide: Bool, _ value: Int64
  ) -> (Opcode, Int64)? {
    let isSigned: Bool =
      switch condition {
      case .unsignedLess, .unsignedLessOrEqual, .unsignedGreater, .unsignedGreaterOrEqual: false
      default: true
      }
    let constant = isSigned || isWide ? value : Int64(UInt32(truncatingIfNeeded: value))
    let isSmall = isSigned ? -0x80...0x7F ~= constant : 0...0xFF ~= constant
    guard isSigned ? -0x8000_0000...0x7FFF_FFFF ~= constant : 0...0xFFFF_FFFF ~= constant else {
      return nil
    }
    let forms: (narrow: (Opcode, Opcode), wide: (Opcode, Opcode)) =
      switch condition {
      case .equal: ((.br_if_xeq32_i8, .br_if_xeq32_i32), (.br_if_xeq64_i8, .br_if_xeq64_i32))
      case .notEqual: ((.br_if_xneq32_i8, .br_if_xneq32_i32), (.br_if_xneq64_i8, .br_if_xneq64_i32))
      case .signedLess:
        ((.br_if_xslt32_i8, .br_if_xslt32_i32), (.br_if_xslt64_i8, .br_if_xslt64_i32))
      case .signedLessOrEqual:
        ((.br_if_xslteq32_i8, .br_if_xslteq32_i32), (.br_if_xslteq64_i8, .br_if_xslteq64_i32))
      case .signedGreater:
        ((.br_if_xsgt32_i8, .br_if_xsgt32_i32), (.br_if_xsgt64_i8, .br_if_xsgt64_i32))
      case .signedGreaterOrEqual:
        ((.br_if_xsgteq32_i8, .br_if_xsgteq32_i32), (.br_if_xsgteq64_i8, .br_if_xsgteq64_i32))
      case .unsignedLess:
        ((.br_if_xult32_u8, .br_if_xult32_u32), (.br_if_xult64_u8, .br_if_xult64_u32))
      case .unsignedLessOrEqual:
        ((.br_if_xulteq32_u8, .br_if_xulteq32_u32), (.br_if_xulteq64_u8, .br_if_xulteq64_u32))
      case .unsignedGreater:
        ((.br_if_xugt32_u8, .br_if_xugt32_u32), (.br_if_xugt64_u8, .br_if_xugt64_u32))
      case .unsignedGreaterOrEqual:
        ((.br_if_xugteq32_u8, .br_if_xugteq32_u32), (.br_if_xugteq64_u8, .br_if_xugteq64_u32))
      }
    let pair = isWide ? forms.wide : forms.narrow
    return (isSmall ? pair.0 : pair.1, constant)
  }
}

/// The opcodes for comparisons of floats that operators of WebAssembly make.
enum FloatComparison {
  /// The opcode, whether it takes the operands in the other order, and whether it gives the opposite.
  static func opcode(_ comparison: Comparison) -> (Opcode, swaps: Bool, isInverted: Bool) {
    let isWide = comparison.type == .f64
    let less: Opcode = isWide ? .flt64 : .flt32
    let lessOrEqual: Opcode = isWide ? .flteq64 : .flteq32
    return switch FloatCondition(rawValue: comparison.condition) ?? .equal {
    case .notEqual: (isWide ? .fneq64 : .fneq32, false, false)
    case .lessThan: (less, false, false)
    case .lessThanOrEqual: (lessOrEqual, false, false)
    case .greaterThan: (less, true, false)
    case .greaterThanOrEqual: (lessOrEqual, true, false)
    default: (isWide ? .feq64 : .feq32, false, false)
    }
  }
}
