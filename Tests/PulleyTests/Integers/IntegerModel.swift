import PulleyIR

typealias IRType = PulleyIR.`Type`

/// The results of an operation, computed from the low bits of its operands; nil where it
/// traps.
typealias IntegerModel = @Sendable ([UInt128]) -> [UInt128]?

extension IRType {
  /// The bits that a number of the type has.
  var mask: UInt128 { UInt128.max >> UInt128(128 - bits) }

  func signed(_ bits: UInt128) -> Int128 {
    Int128(truncatingIfNeeded: bits << UInt128(128 - self.bits)) >> Int128(128 - self.bits)
  }

  func low(_ number: some BinaryInteger) -> UInt128 { UInt128(truncatingIfNeeded: number) & mask }

  var least: Int128 { Int128(-1) << Int128(bits - 1) }

  static let integers: [IRType] = [.i8, .i16, .i32, .i64, .i128]
}

/// An operation of CLIF on integers of given types, and the results to expect.
struct IntegerOperation: Sendable {
  /// The text after the '=', where `#0`, `#1` and `#2` are the operands.
  var text: String
  var operands: [IRType]
  var results: [IRType]
  var model: IntegerModel

  init(
    _ text: String, _ operands: [IRType], _ results: [IRType], _ model: @escaping IntegerModel
  ) {
    self.text = text
    self.operands = operands
    self.results = results
    self.model = model
  }

  /// Never traps.
  var isTotal: Bool {
    !["div", "rem", "_trap"].contains { text.prefix { $0 != " " }.contains($0) }
  }
}

/// All operations on integers.
enum IntegerOperations {
  static let all: [IntegerOperation] =
    IRType.integers.flatMap { type in
      [
        arithmetic(type), divisions(type), bits(type), shifts(type), comparisons(type),
        conversions(type), choices(type), overflows(type),
      ].joined()
    }

  private static func binary(
    _ name: String, _ type: IRType, _ body: @escaping @Sendable (UInt128, UInt128) -> UInt128
  ) -> IntegerOperation {
    IntegerOperation("\(name).\(type) #0, #1", [type, type], [type]) {
      [body($0[0], $0[1]) & type.mask]
    }
  }

  private static func unary(
    _ name: String, _ type: IRType, _ body: @escaping @Sendable (UInt128) -> UInt128
  ) -> IntegerOperation {
    IntegerOperation("\(name).\(type) #0", [type], [type]) { [body($0[0]) & type.mask] }
  }

  private static func arithmetic(_ type: IRType) -> [IntegerOperation] {
    var list: [IntegerOperation] = [
      binary("iadd", type) { $0 &+ $1 }, binary("isub", type) { $0 &- $1 },
      binary("imul", type) { $0 &* $1 },
      binary("smin", type) { type.low(min(type.signed($0), type.signed($1))) },
      binary("smax", type) { type.low(max(type.signed($0), type.signed($1))) },
      binary("umin", type) { min($0, $1) }, binary("umax", type) { max($0, $1) },
      unary("ineg", type) { 0 &- $0 },
      unary("iabs", type) { type.signed($0) < 0 ? 0 &- $0 : $0 },
    ]
    guard type != .i128 else { return list }
    list += [
      binary("umulhi", type) { ($0 * $1) >> UInt128(type.bits) },
      binary("smulhi", type) {
        type.low((type.signed($0) * type.signed($1)) >> Int128(type.bits))
      },
    ]
    return list
  }

  private static func divisions(_ type: IRType) -> [IntegerOperation] {
    guard type != .i128 else { return [] }
    func trapping(
      _ name: String, _ body: @escaping @Sendable (Int128, Int128) -> Int128?,
      _ read: @escaping @Sendable (UInt128) -> Int128
    ) -> IntegerOperation {
      IntegerOperation("\(name).\(type) #0, #1", [type, type], [type]) { operands in
        guard operands[1] != 0 else { return nil }
        return body(read(operands[0]), read(operands[1])).map { [type.low($0)] }
      }
    }
    return [
      trapping("udiv", { $0 / $1 }, { Int128($0) }), trapping("urem", { $0 % $1 }, { Int128($0) }),
      trapping("sdiv", { $0 == type.least && $1 == -1 ? nil : $0 / $1 }, type.signed),
      trapping("srem", { $0 % $1 }, type.signed),
    ]
  }

  private static func bits(_ type: IRType) -> [IntegerOperation] {
    let unused = 128 - type.bits
    @Sendable func leadingZeros(_ number: UInt128) -> UInt128 {
      UInt128(number.leadingZeroBitCount - unused)
    }
    @Sendable func reversed(_ number: UInt128, by width: Int) -> UInt128 {
      let piece = UInt128(1) << UInt128(width) - 1
      return stride(from: 0, to: type.bits, by: width).reduce(0) { sum, shift in
        sum << UInt128(width) | number >> UInt128(shift) & piece
      }
    }
    var list: [IntegerOperation] = [
      binary("band", type) { $0 & $1 }, binary("bor", type) { $0 | $1 },
      binary("bxor", type) { $0 ^ $1 }, unary("bnot", type) { ~$0 },
      unary("clz", type) { leadingZeros($0) },
      unary("ctz", type) { UInt128(min($0.trailingZeroBitCount, type.bits)) },
      unary("popcnt", type) { UInt128($0.nonzeroBitCount) },
      unary("cls", type) { leadingZeros((type.signed($0) < 0 ? ~$0 : $0) & type.mask) - 1 },
      unary("bitrev", type) { reversed($0, by: 1) },
      IntegerOperation("bitselect.\(type) #0, #1, #2", [type, type, type], [type]) {
        [$0[0] & $0[1] | ~$0[0] & $0[2]]
      },
    ]
    if type != .i8 { list.append(unary("bswap", type) { reversed($0, by: 8) }) }
    return list
  }

  private static func shifts(_ type: IRType) -> [IntegerOperation] {
    let width = UInt128(type.bits)
    func shift(
      _ name: String, _ body: @escaping @Sendable (UInt128, UInt128) -> UInt128
    ) -> [IntegerOperation] {
      IRType.integers.map { amount in
        IntegerOperation("\(name).\(type) #0, #1", [type, amount], [type]) {
          [body($0[0], $0[1] % width) & type.mask]
        }
      }
    }
    var list = shift("ishl") { bits, amount in bits << amount }
    list += shift("ushr") { bits, amount in bits >> amount }
    list += shift("sshr") { bits, amount in type.low(type.signed(bits) >> Int128(amount)) }
    list += shift("rotl") { bits, amount in bits << amount | bits >> (width - amount) }
    list += shift("rotr") { bits, amount in bits >> amount | bits << (width - amount) }
    return list
  }

  private static func comparisons(_ type: IRType) -> [IntegerOperation] {
    IntCondition.allCases.map { condition in
      IntegerOperation("icmp.\(type) \(condition.name) #0, #1", [type, type], [.i8]) {
        let (a, b) = ($0[0], $0[1])
        let (signedA, signedB) = (type.signed(a), type.signed(b))
        let holds =
          switch condition {
          case .equal: a == b
          case .notEqual: a != b
          case .signedLess: signedA < signedB
          case .signedLessOrEqual: signedA <= signedB
          case .signedGreater: signedA > signedB
          case .signedGreaterOrEqual: signedA >= signedB
          case .unsignedLess: a < b
          case .unsignedLessOrEqual: a <= b
          case .unsignedGreater: a > b
          case .unsignedGreaterOrEqual: a >= b
          }
        return [holds ? 1 : 0]
      }
    }
  }

  private static func conversions(_ type: IRType) -> [IntegerOperation] {
    var list: [IntegerOperation] = []
    for other in IRType.integers {
      list.append(
        IntegerOperation("bmask.\(type) #0", [other], [type]) { [$0[0] == 0 ? 0 : type.mask] })
      if other.bits < type.bits {
        list += [
          IntegerOperation("uextend.\(type) #0", [other], [type]) { $0 },
          IntegerOperation("sextend.\(type) #0", [other], [type]) {
            [type.low(other.signed($0[0]))]
          },
        ]
      } else if other.bits > type.bits {
        list.append(
          IntegerOperation("ireduce.\(type) #0", [other], [type]) { [$0[0] & type.mask] })
      }
    }
    guard let half = IRType.integers.first(where: { $0.bits * 2 == type.bits }) else { return list }
    list += [
      IntegerOperation("iconcat.\(half) #0, #1", [half, half], [type]) {
        [$0[0] | $0[1] << UInt128(half.bits)]
      },
      IntegerOperation("isplit.\(type) #0", [type], [half, half]) {
        [$0[0] & half.mask, $0[0] >> UInt128(half.bits)]
      },
    ]
    return list
  }

  private static func choices(_ type: IRType) -> [IntegerOperation] {
    IRType.integers.flatMap { condition in
      ["select", "select_spectre_guard"].map { name in
        IntegerOperation("\(name).\(type) #0, #1, #2", [condition, type, type], [type]) {
          [$0[0] != 0 ? $0[1] : $0[2]]
        }
      }
    }
  }

  private static func overflows(_ type: IRType) -> [IntegerOperation] {
    @Sendable func result(
      _ isSigned: Bool, _ exact: (partial: UInt128, overflow: Bool)
    ) -> [UInt128] {
      // Of narrower types the sum of 128 bits is exact.
      guard type != .i128 else { return [exact.partial, exact.overflow ? 1 : 0] }
      let low = exact.partial & type.mask
      let back = isSigned ? UInt128(bitPattern: type.signed(low)) : low
      return [low, back == exact.partial ? 0 : 1]
    }
    func operation(
      _ name: String, _ isSigned: Bool, hasCarry: Bool,
      _ body: @escaping @Sendable (UInt128, UInt128, UInt128) -> (UInt128, Bool)
    ) -> IntegerOperation {
      IntegerOperation(
        "\(name).\(type) #0, #1\(hasCarry ? ", #2" : "")",
        [type, type] + (hasCarry ? [.i8] : []), [type, .i8]
      ) { operands in
        @Sendable func extended(_ bits: UInt128) -> UInt128 {
          isSigned ? UInt128(bitPattern: type.signed(bits)) : bits
        }
        let carry: UInt128 = hasCarry && operands[2] != 0 ? 1 : 0
        return result(isSigned, body(extended(operands[0]), extended(operands[1]), carry))
      }
    }
    var list: [IntegerOperation] = []
    for (suffix, hasCarry) in [("", false), ("_cin", true)] {
      list += [
        operation("uadd_overflow\(suffix)", false, hasCarry: hasCarry) { a, b, carry in
          let (first, overflow) = a.addingReportingOverflow(b)
          let (sum, second) = first.addingReportingOverflow(carry)
          return (sum, overflow || second)
        },
        operation("sadd_overflow\(suffix)", true, hasCarry: hasCarry) { a, b, carry in
          let (a, b) = (Int128(bitPattern: a), Int128(bitPattern: b))
          let (first, overflow) = a.addingReportingOverflow(b)
          let (sum, second) = first.addingReportingOverflow(Int128(carry))
          return (UInt128(bitPattern: sum), overflow != second)
        },
      ]
    }
    for (suffix, hasBorrow) in [("", false), ("_bin", true)] {
      list += [
        operation("usub_overflow\(suffix)", false, hasCarry: hasBorrow) { a, b, borrow in
          let (first, overflow) = a.subtractingReportingOverflow(b)
          let (rest, second) = first.subtractingReportingOverflow(borrow)
          return (rest, overflow || second)
        },
        operation("ssub_overflow\(suffix)", true, hasCarry: hasBorrow) { a, b, borrow in
          let (a, b) = (Int128(bitPattern: a), Int128(bitPattern: b))
          let (first, overflow) = a.subtractingReportingOverflow(b)
          let (rest, second) = first.subtractingReportingOverflow(Int128(borrow))
          return (UInt128(bitPattern: rest), overflow != second)
        },
      ]
    }
    guard type != .i128 else { return list }
    list += [
      operation("umul_overflow", false, hasCarry: false) { a, b, _ in (a * b, false) },
      operation("smul_overflow", true, hasCarry: false) { a, b, _ in
        (UInt128(bitPattern: Int128(bitPattern: a) * Int128(bitPattern: b)), false)
      },
    ]
    guard type == .i32 || type == .i64 else { return list }
    list.append(
      IntegerOperation("uadd_overflow_trap.\(type) #0, #1, user1", [type, type], [type]) {
        let sum = $0[0] + $0[1]
        return sum <= type.mask ? [sum] : nil
      })
    return list
  }
}
