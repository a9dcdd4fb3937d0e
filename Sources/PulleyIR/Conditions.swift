/// The condition of an `icmp`.
public enum IntCondition: UInt8, Sendable, CaseIterable {
  case equal, notEqual
  case signedLess, signedGreaterOrEqual, signedGreater, signedLessOrEqual
  case unsignedLess, unsignedGreaterOrEqual, unsignedGreater, unsignedLessOrEqual

  public var name: String {
    switch self {
    case .equal: "eq"
    case .notEqual: "ne"
    case .signedLess: "slt"
    case .signedGreaterOrEqual: "sge"
    case .signedGreater: "sgt"
    case .signedLessOrEqual: "sle"
    case .unsignedLess: "ult"
    case .unsignedGreaterOrEqual: "uge"
    case .unsignedGreater: "ugt"
    case .unsignedLessOrEqual: "ule"
    }
  }

  /// The condition that holds if, and only if, this one does not.
  public var inverted: IntCondition {
    switch self {
    case .equal: .notEqual
    case .notEqual: .equal
    case .signedLess: .signedGreaterOrEqual
    case .signedGreaterOrEqual: .signedLess
    case .signedGreater: .signedLessOrEqual
    case .signedLessOrEqual: .signedGreater
    case .unsignedLess: .unsignedGreaterOrEqual
    case .unsignedGreaterOrEqual: .unsignedLess
    case .unsignedGreater: .unsignedLessOrEqual
    case .unsignedLessOrEqual: .unsignedGreater
    }
  }

  /// The condition that holds for `(b, a)` if, and only if, this one holds for `(a, b)`.
  public var swapped: IntCondition {
    switch self {
    case .equal, .notEqual: self
    case .signedLess: .signedGreater
    case .signedGreater: .signedLess
    case .signedGreaterOrEqual: .signedLessOrEqual
    case .signedLessOrEqual: .signedGreaterOrEqual
    case .unsignedLess: .unsignedGreater
    case .unsignedGreater: .unsignedLess
    case .unsignedGreaterOrEqual: .unsignedLessOrEqual
    case .unsignedLessOrEqual: .unsignedGreaterOrEqual
    }
  }
}

/// The condition of an `fcmp`. Its name in the text format lists the outcomes that make it true:
/// unordered (an operand is a NaN), equal, less and greater.
public enum FloatCondition: UInt8, Sendable, CaseIterable {
  case ordered, unordered
  case equal, notEqual
  case orderedNotEqual, unorderedOrEqual
  case lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual
  case unorderedOrLessThan, unorderedOrLessThanOrEqual
  case unorderedOrGreaterThan, unorderedOrGreaterThanOrEqual

  public var name: String {
    switch self {
    case .ordered: "ord"
    case .unordered: "uno"
    case .equal: "eq"
    case .notEqual: "ne"
    case .orderedNotEqual: "one"
    case .unorderedOrEqual: "ueq"
    case .lessThan: "lt"
    case .lessThanOrEqual: "le"
    case .greaterThan: "gt"
    case .greaterThanOrEqual: "ge"
    case .unorderedOrLessThan: "ult"
    case .unorderedOrLessThanOrEqual: "ule"
    case .unorderedOrGreaterThan: "ugt"
    case .unorderedOrGreaterThanOrEqual: "uge"
    }
  }

  /// The condition that holds if, and only if, this one does not.
  public var inverted: FloatCondition {
    switch self {
    case .ordered: .unordered
    case .unordered: .ordered
    case .equal: .notEqual
    case .notEqual: .equal
    case .orderedNotEqual: .unorderedOrEqual
    case .unorderedOrEqual: .orderedNotEqual
    case .lessThan: .unorderedOrGreaterThanOrEqual
    case .lessThanOrEqual: .unorderedOrGreaterThan
    case .greaterThan: .unorderedOrLessThanOrEqual
    case .greaterThanOrEqual: .unorderedOrLessThan
    case .unorderedOrLessThan: .greaterThanOrEqual
    case .unorderedOrLessThanOrEqual: .greaterThan
    case .unorderedOrGreaterThan: .lessThanOrEqual
    case .unorderedOrGreaterThanOrEqual: .lessThan
    }
  }
}

/// How an `atomic_rmw` computes the new value from the old value and its operand.
public enum AtomicOperation: UInt8, Sendable, CaseIterable {
  case add, sub, and, or, xor, xchg
  case nand, umin, umax, smin, smax

  public var name: String { String(describing: self) }
}

/// The reason for a trap. The text format has names for the first ones and writes the others as
/// `user1`, `user2`, ….
public struct TrapCode: Hashable, Sendable {
  public let rawValue: UInt8

  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable public static var none: TrapCode { TrapCode(rawValue: 0) }
  @inlinable public static var stackOverflow: TrapCode { TrapCode(rawValue: 251) }
  @inlinable public static var integerOverflow: TrapCode { TrapCode(rawValue: 252) }
  @inlinable public static var heapOutOfBounds: TrapCode { TrapCode(rawValue: 253) }
  @inlinable public static var integerDivisionByZero: TrapCode { TrapCode(rawValue: 254) }
  @inlinable public static var badConversionToInteger: TrapCode { TrapCode(rawValue: 255) }

  /// A code that the front end gives a meaning; `number` is 1 to 250.
  public static func user(_ number: UInt8) -> TrapCode { TrapCode(rawValue: number) }
}

extension TrapCode: CustomStringConvertible {
  public var description: String {
    switch self {
    case .stackOverflow: "stk_ovf"
    case .integerOverflow: "int_ovf"
    case .heapOutOfBounds: "heap_oob"
    case .integerDivisionByZero: "int_divz"
    case .badConversionToInteger: "bad_toint"
    default: "user\(rawValue)"
    }
  }
}

/// Facts about a memory access.
public struct MemoryFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The access cannot trap.
  @inlinable public static var notrap: MemoryFlags { MemoryFlags(rawValue: 1) }
  /// The address is a multiple of the access's size.
  @inlinable public static var aligned: MemoryFlags { MemoryFlags(rawValue: 2) }
  /// Nothing writes this memory while the function runs.
  @inlinable public static var readonly: MemoryFlags { MemoryFlags(rawValue: 4) }
  /// The access may move to where its operands are defined.
  @inlinable public static var canMove: MemoryFlags { MemoryFlags(rawValue: 8) }
  @inlinable public static var little: MemoryFlags { MemoryFlags(rawValue: 16) }
  @inlinable public static var big: MemoryFlags { MemoryFlags(rawValue: 32) }

  @inlinable public static var trusted: MemoryFlags { [.notrap, .aligned] }
}
