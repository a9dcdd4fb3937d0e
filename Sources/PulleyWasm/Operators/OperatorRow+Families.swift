import PulleyIR

/// Rows of operators that have much in common: each function states what all its operators share.
///
/// All of them take the code, the encoding and the mnemonic, then what tells the operators apart.
extension OperatorRow {
  /// An operator that has the same types everywhere.
  private static func plain(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ signature: FixedSignature,
    _ translation: TranslationRule, immediates: ImmediateKind = .none,
    typing: OperatorTyping = .fixed, laneCount: Int = 0, isConstant: Bool = false
  ) -> OperatorRow {
    OperatorRow(
      code: code, encoding: encoding, mnemonic: mnemonic, immediates: immediates, typing: typing,
      signature: signature, naturalAlignment: 0, isAtomic: false,
      laneCount: UInt8(truncatingIfNeeded: laneCount), special: .nop,
      arity: .fixed(signature.operandCount, signature.resultCount), translation: translation,
      isConstant: isConstant)
  }

  static func special(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ immediates: ImmediateKind,
    _ rule: SpecialRule, _ arity: OperatorArity, isConstant: Bool = false
  ) -> OperatorRow {
    OperatorRow(
      code: code, encoding: encoding, mnemonic: mnemonic, immediates: immediates,
      typing: .special, signature: .nullary(to: .none), naturalAlignment: 0, isAtomic: false,
      laneCount: 0, special: rule, arity: arity, translation: .special(rule),
      isConstant: isConstant)
  }

  static func constant(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ immediates: ImmediateKind,
    _ translation: TranslationRule, to type: Type
  ) -> OperatorRow {
    plain(
      code, encoding, mnemonic, .nullary(to: type.number), translation, immediates: immediates)
  }

  // MARK: Numbers

  static func unary(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ operation: Operation
  ) -> OperatorRow {
    plain(code, encoding, mnemonic, .unary(type.number, to: type.number), .unary(operation, type))
  }

  static func binary(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ operation: Operation,
    isConstant: Bool = false
  ) -> OperatorRow {
    let number = type.number
    return plain(
      code, encoding, mnemonic, .binary(number, number, to: number), .binary(operation, type),
      isConstant: isConstant)
  }

  static func compare(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ condition: IntCondition
  ) -> OperatorRow {
    plain(
      code, encoding, mnemonic, .binary(type.number, type.number, to: .i32),
      .compare(condition, type))
  }

  static func compareFloats(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ condition: FloatCondition
  ) -> OperatorRow {
    plain(
      code, encoding, mnemonic, .binary(type.number, type.number, to: .i32),
      .compareFloats(condition, type))
  }

  static func testZero(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type
  ) -> OperatorRow {
    plain(code, encoding, mnemonic, .unary(type.number, to: .i32), .testZero)
  }

  static func signExtend(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type, from narrow: Type
  ) -> OperatorRow {
    plain(
      code, encoding, mnemonic, .unary(type.number, to: type.number),
      .signExtend(narrow, to: type))
  }

  static func convert(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ from: Type, _ to: Type,
    _ operation: Operation
  ) -> OperatorRow {
    plain(code, encoding, mnemonic, .unary(from.number, to: to.number), .unary(operation, to))
  }

  static func widen(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ operation: Operation
  ) -> OperatorRow {
    plain(code, encoding, mnemonic, .unary(.i32, to: .i64), .widen(operation))
  }

  static func wrap(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String
  ) -> OperatorRow {
    plain(code, encoding, mnemonic, .unary(.i64, to: .i32), .wrap)
  }

  // MARK: Memory

  /// - Parameter bytes: how many bytes the operator accesses.
  private static func access(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ bytes: Int,
    _ signature: FixedSignature, _ translation: TranslationRule, isAtomic: Bool = false,
    laneCount: Int = 0
  ) -> OperatorRow {
    OperatorRow(
      code: code, encoding: encoding, mnemonic: mnemonic,
      immediates: laneCount > 0 ? .memoryArgumentAndLane : .memoryArgument,
      typing: .access, signature: signature,
      naturalAlignment: UInt8(truncatingIfNeeded: bytes.trailingZeroBitCount), isAtomic: isAtomic,
      laneCount: UInt8(truncatingIfNeeded: laneCount), special: .nop,
      arity: .fixed(1 + signature.operandCount, signature.resultCount), translation: translation,
      isConstant: false)
  }

  static func load(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type, bytes: Int,
    _ operation: Operation
  ) -> OperatorRow {
    access(code, encoding, mnemonic, bytes, .nullary(to: type.number), .load(operation, type))
  }

  static func store(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type, bytes: Int,
    _ operation: Operation
  ) -> OperatorRow {
    access(
      code, encoding, mnemonic, bytes, .unary(type.number, to: .none), .store(operation, type))
  }

  private static func atomic(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ memory: Type,
    _ signature: FixedSignature, _ rule: AtomicRule
  ) -> OperatorRow {
    access(
      code, encoding, mnemonic, memory.laneBits / 8, signature, .atomic(rule), isAtomic: true)
  }

  static func atomicLoad(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type, memory: Type
  ) -> OperatorRow {
    atomic(
      code, encoding, mnemonic, memory, .nullary(to: type.number),
      .load(type, memory: memory))
  }

  static func atomicStore(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type, memory: Type
  ) -> OperatorRow {
    atomic(
      code, encoding, mnemonic, memory, .unary(type.number, to: .none),
      .store(type, memory: memory))
  }

  static func atomicReadModifyWrite(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ operation: AtomicOperation,
    _ type: Type, memory: Type
  ) -> OperatorRow {
    atomic(
      code, encoding, mnemonic, memory, .unary(type.number, to: type.number),
      .readModifyWrite(operation, type, memory: memory))
  }

  static func atomicCompareExchange(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type, memory: Type
  ) -> OperatorRow {
    atomic(
      code, encoding, mnemonic, memory, .binary(type.number, type.number, to: type.number),
      .compareExchange(type, memory: memory))
  }

  static func atomicNotify(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String
  ) -> OperatorRow {
    atomic(
      code, encoding, mnemonic, .i32, .unary(.i32, to: .i32),
      .builtin(.memoryAtomicNotify, operands: 1))
  }

  /// - Parameter type: what is compared with the value in memory.
  static func atomicWait(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ builtin: Builtin
  ) -> OperatorRow {
    atomic(
      code, encoding, mnemonic, type, .binary(type.number, .i64, to: .i32),
      .builtin(builtin, operands: 2))
  }

  // MARK: Vectors

  /// An operator on vectors only.
  static func vector(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, operands: Int,
    _ rule: VectorRule
  ) -> OperatorRow {
    let signature: FixedSignature =
      switch operands {
      case 1: .unary(.v128, to: .v128)
      case 2: .binary(.v128, .v128, to: .v128)
      default: .ternary(.v128, .v128, .v128, to: .v128)
      }
    return plain(code, encoding, mnemonic, signature, .vector(rule))
  }

  static func vectorUnary(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ operation: Operation
  ) -> OperatorRow {
    vector(code, encoding, mnemonic, operands: 1, .apply(operation, type, operands: type))
  }

  static func vectorBinary(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ operation: Operation
  ) -> OperatorRow {
    vector(code, encoding, mnemonic, operands: 2, .apply(operation, type, operands: type))
  }

  static func vectorTernary(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ operation: Operation
  ) -> OperatorRow {
    vector(code, encoding, mnemonic, operands: 3, .apply(operation, type, operands: type))
  }

  static func vectorConvert(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ from: Type, _ to: Type,
    _ operation: Operation
  ) -> OperatorRow {
    vector(code, encoding, mnemonic, operands: 1, .apply(operation, to, operands: from))
  }

  static func vectorShift(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ operation: Operation
  ) -> OperatorRow {
    plain(
      code, encoding, mnemonic, .binary(.v128, .i32, to: .v128),
      .vector(.shift(operation, type)))
  }

  static func vectorCompare(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ condition: IntCondition
  ) -> OperatorRow {
    vector(code, encoding, mnemonic, operands: 2, .compare(condition, type))
  }

  static func vectorCompareFloats(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ condition: FloatCondition
  ) -> OperatorRow {
    vector(code, encoding, mnemonic, operands: 2, .compareFloats(condition, type))
  }

  /// A vector to an i32.
  static func vectorTest(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ rule: VectorRule
  ) -> OperatorRow {
    plain(code, encoding, mnemonic, .unary(.v128, to: .i32), .vector(rule))
  }

  static func shuffle(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String
  ) -> OperatorRow {
    plain(
      code, encoding, mnemonic, .binary(.v128, .v128, to: .v128), .vector(.shuffle),
      immediates: .shuffle, typing: .shuffle)
  }

  static func splat(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type
  ) -> OperatorRow {
    plain(code, encoding, mnemonic, .unary(type.lane.number, to: .v128), .lane(.splat(type)))
  }

  private static func lane(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ signature: FixedSignature, _ rule: LaneRule
  ) -> OperatorRow {
    plain(
      code, encoding, mnemonic, signature, .lane(rule), immediates: .lane, typing: .lane,
      laneCount: type.laneCount)
  }

  static func extractLane(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type
  ) -> OperatorRow {
    lane(
      code, encoding, mnemonic, type, .unary(.v128, to: type.lane.number), .extract(type))
  }

  static func extractExtendedLane(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type,
    _ operation: Operation
  ) -> OperatorRow {
    lane(
      code, encoding, mnemonic, type, .unary(.v128, to: .i32),
      .extractExtended(operation, type))
  }

  static func replaceLane(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type
  ) -> OperatorRow {
    lane(
      code, encoding, mnemonic, type, .binary(.v128, type.lane.number, to: .v128),
      .replace(type))
  }

  static func vectorLoad(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, bytes: Int,
    _ rule: LaneRule
  ) -> OperatorRow {
    access(code, encoding, mnemonic, bytes, .nullary(to: .v128), .lane(rule))
  }

  static func loadLane(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type
  ) -> OperatorRow {
    access(
      code, encoding, mnemonic, type.laneBits / 8, .unary(.v128, to: .v128), .lane(.loadLane(type)),
      laneCount: type.laneCount)
  }

  static func storeLane(
    _ code: OperatorCode, _ encoding: UInt32, _ mnemonic: String, _ type: Type
  ) -> OperatorRow {
    access(
      code, encoding, mnemonic, type.laneBits / 8, .unary(.v128, to: .none),
      .lane(.storeLane(type)),
      laneCount: type.laneCount)
  }
}

extension Type {
  /// The type that a value has on the operand stack.
  fileprivate var number: FixedSignature.Number {
    if isVector { return .v128 }
    switch self {
    case .i64: return .i64
    case .f32: return .f32
    case .f64: return .f64
    default: return .i32
    }
  }
}
