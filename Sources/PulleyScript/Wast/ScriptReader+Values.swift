import Pulley
import PulleySource
import PulleyWasm
import PulleyWat

extension ScriptReader {
  /// The constants up to a closing parenthesis.
  mutating func readArguments() throws(TextError) -> [ScriptArgument] {
    var arguments: [ScriptArgument] = []
    while cursor.take(.leftParen) {
      arguments.append(try readArgument())
      try cursor.expect(.rightParen)
    }
    return arguments
  }

  private mutating func readArgument() throws(TextError) -> ScriptArgument {
    let token = cursor.token
    if token.operatorCode == .refNull {
      cursor.next()
      _ = try readNullKind()
      return .null
    }
    guard case .value(let value) = try readPattern() else {
      throw TextError("a constant is expected here", at: token.offset)
    }
    return .value(value)
  }

  /// The patterns up to a closing parenthesis.
  mutating func readPatterns() throws(TextError) -> [ResultPattern] {
    var patterns: [ResultPattern] = []
    while cursor.take(.leftParen) {
      if cursor.take(.either) {
        patterns.append(.either(try readAlternatives()))
      } else {
        patterns.append(try readPattern())
      }
      try cursor.expect(.rightParen)
    }
    return patterns
  }

  private mutating func readAlternatives() throws(TextError) -> [ResultPattern] {
    var patterns: [ResultPattern] = []
    while cursor.take(.leftParen) {
      patterns.append(try readPattern())
      try cursor.expect(.rightParen)
    }
    return patterns
  }

  /// A constant or pattern without its parentheses.
  private mutating func readPattern() throws(TextError) -> ResultPattern {
    let token = cursor.next()
    switch token.operatorCode {
    case .i32Const:
      return .value(.i32(Int32(truncatingIfNeeded: try cursor.readInteger(bits: 32))))
    case .i64Const: return .value(.i64(try cursor.readInteger(bits: 64)))
    case .f32Const:
      if let nan = takeNaN() { return .f32(nan) }
      return .value(.f32(try cursor.readF32()))
    case .f64Const:
      if let nan = takeNaN() { return .f64(nan) }
      return .value(.f64(try cursor.readF64()))
    case .v128Const: return try readVector()
    case .refNull: return .null(try readNullKind())
    case .refFunc:
      if !cursor.isAt(.rightParen) { cursor.next() }
      return .reference(.function)
    case .refI31: return .reference(.i31)
    case .refEq: return .reference(.eq)
    default: break
    }
    switch token.keyword {
    case .refExtern, .refHost:
      guard !cursor.isAt(.rightParen) else {
        return .reference(token.keyword == .refHost ? .any : .extern)
      }
      // Host reference 0 is not null, so the values begin at 1.
      return .value(.externref(UInt(try cursor.readU32()) + 1))
    case .refAny: return .reference(.any)
    case .refStruct: return .reference(.structure)
    case .refArray: return .reference(.array)
    case .refExn: return .reference(.exception)
    default: throw cursor.unexpected(token)
    }
  }

  private mutating func takeNaN() -> ResultPattern.NaN? {
    if cursor.take(.nanCanonical) { return .canonical }
    if cursor.take(.nanArithmetic) { return .arithmetic }
    return nil
  }

  /// The type after `ref.null`; nil if there is none or any null matches.
  private mutating func readNullKind() throws(TextError) -> ResultPattern.ReferenceKind? {
    guard !cursor.isAt(.rightParen) else { return nil }
    switch cursor.next().keyword {
    case .func, .nofunc: return .function
    case .extern, .noextern: return .extern
    case .any, .eq, .i31, .struct, .array, .some(.none): return .any
    case .exn, .noexn: return .exception
    default: return nil
    }
  }

  private mutating func readVector() throws(TextError) -> ResultPattern {
    let shape = cursor.next()
    var lanes: [ResultPattern.Lane] = []
    switch shape.keyword {
    case .i8x16: for _ in 0..<16 { lanes.append(try readIntegerLane(8)) }
    case .i16x8: for _ in 0..<8 { lanes.append(try readIntegerLane(16)) }
    case .i32x4: for _ in 0..<4 { lanes.append(try readIntegerLane(32)) }
    case .i64x2: for _ in 0..<2 { lanes.append(try readIntegerLane(64)) }
    case .f32x4:
      for _ in 0..<4 {
        if let nan = takeNaN() {
          lanes.append(.f32(nan))
        } else {
          lanes.append(.bits(UInt64(try cursor.readF32()), width: 32))
        }
      }
    case .f64x2:
      for _ in 0..<2 {
        if let nan = takeNaN() {
          lanes.append(.f64(nan))
        } else {
          lanes.append(.bits(try cursor.readF64(), width: 64))
        }
      }
    default: throw cursor.unexpected(shape)
    }
    return Self.exactVector(lanes).map { .value(.v128($0)) } ?? .vector(lanes)
  }

  private mutating func readIntegerLane(_ width: Int) throws(TextError) -> ResultPattern.Lane {
    let bits = UInt64(bitPattern: try cursor.readInteger(bits: width))
    return .bits(bits & UInt64.max >> UInt64(64 - width), width: width)
  }

  /// The vector if all lanes are exact bits; nil if one is a pattern.
  private static func exactVector(_ lanes: [ResultPattern.Lane]) -> SIMD16<UInt8>? {
    var bytes = SIMD16<UInt8>()
    var position = 0
    for lane in lanes {
      guard case .bits(let bits, let width) = lane else { return nil }
      for shift in stride(from: 0, to: width, by: 8) where position < 16 {
        bytes[position] = UInt8(truncatingIfNeeded: bits >> UInt64(shift))
        position += 1
      }
    }
    return bytes
  }
}
