import PulleyIR

/// The state that a program acts on: memory reached by addresses, a linear memory with a bound, and
/// callees. It depends only on what the program has done so far.
struct World: Equatable {
  enum Outcome: Equatable {
    case returned([UInt64])
    case trapped(UInt8)
    case tooLong
  }

  struct Event: Equatable {
    var function: UInt32
    var arguments: [UInt64]
  }

  static let context: UInt64 = 0x1000
  /// The read-only part begins here.
  static let constantsStart: UInt64 = 0x1_0000
  static let heapBound: UInt64 = 300

  private(set) var memory: [UInt64: UInt8] = [:]
  private(set) var heap = (0..<heapBound).map { UInt8(truncatingIfNeeded: $0 &* 7) }
  private(set) var events: [Event] = []

  func load(_ address: UInt64, bytes: Int) -> UInt64 {
    (0..<bytes).reduce(0) { result, index in
      let place = address &+ UInt64(index)
      let byte = memory[place] ?? UInt8(truncatingIfNeeded: place &* 0x9E37_79B9 >> 8)
      return result | UInt64(byte) << (8 * index)
    }
  }

  mutating func store(_ value: UInt64, _ address: UInt64, bytes: Int) {
    for index in 0..<bytes {
      memory[address &+ UInt64(index)] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }

  /// Nil where the access is out of bounds.
  func loadHeap(_ index: UInt64, bytes: Int) -> UInt64? {
    guard index + UInt64(bytes) <= Self.heapBound else { return nil }
    return (0..<bytes).reduce(0) { $0 | UInt64(heap[Int(index) + $1]) << (8 * $1) }
  }

  mutating func storeHeap(_ value: UInt64, _ index: UInt64, bytes: Int) -> Bool {
    guard index + UInt64(bytes) <= Self.heapBound else { return false }
    for byte in 0..<bytes {
      heap[Int(index) + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
    }
    return true
  }

  /// The callee changes memory of both kinds and returns a hash of all that happened before.
  mutating func call(_ function: UInt32, _ arguments: [UInt64]) -> UInt64 {
    events.append(Event(function: function, arguments: arguments))
    let seed = arguments.reduce(UInt64(events.count)) { ($0 &+ $1) &* 0xBF58_476D_1CE4_E5B9 }
    store(seed, Self.context + seed % 64, bytes: 8)
    heap[Int(seed % Self.heapBound)] ^= 0x5A
    return seed ^ seed >> 31
  }
}

/// The results of operations on values that are kept as zero-extended bits.
enum Arithmetic {
  static func truncate(_ bits: UInt64, _ type: IRType) -> UInt64 {
    type.bits >= 64 ? bits : bits & (1 << UInt64(type.bits) - 1)
  }

  static func signed(_ bits: UInt64, _ type: IRType) -> Int64 {
    switch type.bits {
    case 8: Int64(Int8(truncatingIfNeeded: bits))
    case 16: Int64(Int16(truncatingIfNeeded: bits))
    case 32: Int64(Int32(truncatingIfNeeded: bits))
    default: Int64(bitPattern: bits)
    }
  }

  static func signExtend(_ bits: UInt64, from count: Int) -> UInt64 {
    let unused = Int64(64 - count)
    return UInt64(bitPattern: (Int64(bitPattern: bits) << unused) >> unused)
  }

  /// Nil for an integer division that traps.
  static func binary(
    _ operation: PulleyIR.Operation, _ type: IRType, _ a: UInt64, _ b: UInt64
  ) -> UInt64? {
    let (sa, sb) = (signed(a, type), signed(b, type))
    let bits = UInt64(type.bits)
    let shift = b % bits
    let result: UInt64
    switch operation {
    case .iadd: result = a &+ b
    case .isub: result = a &- b
    case .imul: result = a &* b
    case .udiv:
      guard b != 0 else { return nil }
      result = a / b
    case .urem:
      guard b != 0 else { return nil }
      result = a % b
    case .sdiv:
      guard sb != 0, !(sb == -1 && sa == Int64.min >> (64 - bits)) else { return nil }
      result = UInt64(bitPattern: sa / sb)
    case .srem:
      guard sb != 0 else { return nil }
      result = sb == -1 ? 0 : UInt64(bitPattern: sa % sb)
    case .umulhi:
      result = bits == 64 ? a.multipliedFullWidth(by: b).high : a &* b >> bits
    case .smulhi:
      result = UInt64(
        bitPattern: bits == 64 ? sa.multipliedFullWidth(by: sb).high : (sa &* sb) >> Int64(bits))
    case .band: result = a & b
    case .bor: result = a | b
    case .bxor: result = a ^ b
    case .ishl: result = a << shift
    case .ushr: result = a >> shift
    case .sshr: result = UInt64(bitPattern: sa >> Int64(shift))
    case .rotl: result = shift == 0 ? a : a << shift | a >> (bits - shift)
    case .rotr: result = shift == 0 ? a : a >> shift | a << (bits - shift)
    case .smin: result = sa < sb ? a : b
    case .smax: result = sa > sb ? a : b
    case .umin: result = min(a, b)
    case .umax: result = max(a, b)
    default: preconditionFailure("no meaning given to \(operation)")
    }
    return truncate(result, type)
  }

  static func unary(
    _ operation: PulleyIR.Operation, _ type: IRType, from: IRType, _ a: UInt64
  ) -> UInt64 {
    let unused = 64 - type.bits
    let result: UInt64
    switch operation {
    case .ineg: result = 0 &- a
    case .iabs: result = signed(a, type) < 0 ? 0 &- a : a
    case .bnot: result = ~a
    case .clz: result = UInt64(a.leadingZeroBitCount - unused)
    case .ctz: result = UInt64(min(a.trailingZeroBitCount, type.bits))
    case .popcnt: result = UInt64(a.nonzeroBitCount)
    case .bswap: result = a.byteSwapped >> UInt64(unused)
    case .uextend, .ireduce, .bitcast: result = a
    case .sextend: result = UInt64(bitPattern: signed(a, from))
    default: preconditionFailure("no meaning given to \(operation)")
    }
    return truncate(result, type)
  }

  static func compare(
    _ condition: IntCondition, _ type: IRType, _ a: UInt64, _ b: UInt64
  ) -> Bool {
    let (sa, sb) = (signed(a, type), signed(b, type))
    return switch condition {
    case .equal: a == b
    case .notEqual: a != b
    case .signedLess: sa < sb
    case .signedGreaterOrEqual: sa >= sb
    case .signedGreater: sa > sb
    case .signedLessOrEqual: sa <= sb
    case .unsignedLess: a < b
    case .unsignedGreaterOrEqual: a >= b
    case .unsignedGreater: a > b
    case .unsignedLessOrEqual: a <= b
    }
  }
}
