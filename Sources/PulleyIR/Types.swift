/// The type of a value: a scalar, or a vector of 2, 4, 8 or 16 lanes.
///
/// The low four bits hold the lane type, the next four the binary logarithm of the lane count.
public struct Type: Hashable, Sendable {
  public let rawValue: UInt8

  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable public static var invalid: Type { Type(rawValue: 0) }
  @inlinable public static var i8: Type { Type(rawValue: 1) }
  @inlinable public static var i16: Type { Type(rawValue: 2) }
  @inlinable public static var i32: Type { Type(rawValue: 3) }
  @inlinable public static var i64: Type { Type(rawValue: 4) }
  @inlinable public static var i128: Type { Type(rawValue: 5) }
  @inlinable public static var f16: Type { Type(rawValue: 6) }
  @inlinable public static var f32: Type { Type(rawValue: 7) }
  @inlinable public static var f64: Type { Type(rawValue: 8) }
  @inlinable public static var f128: Type { Type(rawValue: 9) }

  @inlinable public static var i8x16: Type { i8.vector(logLanes: 4) }
  @inlinable public static var i16x8: Type { i16.vector(logLanes: 3) }
  @inlinable public static var i32x4: Type { i32.vector(logLanes: 2) }
  @inlinable public static var i64x2: Type { i64.vector(logLanes: 1) }
  @inlinable public static var f32x4: Type { f32.vector(logLanes: 2) }
  @inlinable public static var f64x2: Type { f64.vector(logLanes: 1) }

  /// The type of guest addresses. Code is compiled for the 64-bit form of Pulley.
  @inlinable public static var pointer: Type { i64 }

  @inlinable func vector(logLanes: UInt8) -> Type { Type(rawValue: rawValue & 15 | logLanes << 4) }

  @inlinable public var lane: Type { Type(rawValue: rawValue & 15) }
  @inlinable public var laneCount: Int { 1 << Int(rawValue >> 4) }
  @inlinable public var isVector: Bool { rawValue >> 4 != 0 }
  @inlinable public var isInteger: Bool { rawValue >= 1 && rawValue <= 5 }
  @inlinable public var isFloat: Bool { rawValue >= 6 && rawValue <= 9 }

  @inlinable public var laneBits: Int {
    switch lane {
    case .i8: 8
    case .i16, .f16: 16
    case .i32, .f32: 32
    case .i64, .f64: 64
    case .i128, .f128: 128
    default: 0
    }
  }

  /// The low bits of `bits`, as many as a lane has, sign-extended: the form of integer constants.
  @inlinable public func signExtend(_ bits: Int64) -> Int64 {
    let unused = Int64(max(0, 64 - laneBits))
    return (bits << unused) >> unused
  }

  /// The low bits of `bits`, as many as a lane has, zero-extended.
  @inlinable public func zeroExtend(_ bits: Int64) -> UInt64 {
    let unused = UInt64(max(0, 64 - laneBits))
    return (UInt64(bitPattern: bits) << unused) >> unused
  }

  /// The type of the result of a comparison: i8, or for vectors a vector of integers, whose lanes are
  /// all ones or zero.
  public var comparisonResult: Type {
    guard isVector else { return .i8 }
    let lane: Type =
      switch laneBits {
      case 8: .i8
      case 16: .i16
      case 32: .i32
      case 64: .i64
      default: .i128
      }
    return Type(rawValue: rawValue & 0xF0 | lane.rawValue)
  }

  /// Half as many lanes of integers, each twice as wide; `invalid` if there is no such type.
  public var mergedLanes: Type {
    guard lane.isInteger, isVector, laneBits < 128 else { return .invalid }
    return Type(rawValue: rawValue - 15)
  }

  /// An integer of twice the width; `invalid` if there is no such type.
  public var doubled: Type {
    isInteger && self != .i128 ? Type(rawValue: rawValue + 1) : .invalid
  }

  /// An integer of half the width; `invalid` if there is no such type.
  public var halved: Type {
    isInteger && self != .i8 ? Type(rawValue: rawValue - 1) : .invalid
  }

  /// Twice as many lanes of integers, each half as wide; `invalid` if there is no such type.
  public var splitLanes: Type {
    guard lane.isInteger, isVector, laneBits > 8 else { return .invalid }
    return Type(rawValue: rawValue + 15)
  }

  @inlinable public var bits: Int { laneBits << Int(rawValue >> 4) }
  @inlinable public var bytes: Int { bits / 8 }

  /// Every type that the text format can name.
  public static let all: [Type] =
    (1...9).map { Type(rawValue: $0) }
    + (1...6).flatMap { log in
      (1...9).map { Type(rawValue: $0 | UInt8(log) << 4) }.filter { $0.bits <= 512 }
    }
}

extension Type: CustomStringConvertible {
  public var description: String {
    let scalar =
      switch lane {
      case .i8: "i8"
      case .i16: "i16"
      case .i32: "i32"
      case .i64: "i64"
      case .i128: "i128"
      case .f16: "f16"
      case .f32: "f32"
      case .f64: "f64"
      case .f128: "f128"
      default: "invalid"
      }
    return isVector ? "\(scalar)x\(laneCount)" : scalar
  }
}
