import PulleyIR

/// All facts about an operator, for the decoder, the validator, the translation and the text format.
///
/// Validation and translation load what they need from the row of each operator, so its fields are
/// plain bytes, not payloads of an enumeration.
package struct OperatorRow: Sendable {
  let code: OperatorCode
  /// The opcode byte, or a prefix byte shifted left by 12 bits plus the number that follows it.
  let encoding: UInt32
  /// The operator's name in the text format. Some operators share a name.
  let mnemonic: String
  let immediates: ImmediateKind
  let typing: OperatorTyping
  /// The types, unless `typing` is `special`. Of a memory access: the operands above the address,
  /// and the result.
  package let signature: FixedSignature
  /// Memory accesses only: the binary logarithm of the number of bytes, which is the largest
  /// alignment, too.
  package let naturalAlignment: UInt8
  /// Whether the operator is a memory access for which no other alignment is allowed.
  let isAtomic: Bool
  /// How many lanes the vector has that an immediate selects a lane of; 0 without such an immediate.
  let laneCount: UInt8
  /// How `special` operators are validated.
  let special: SpecialRule
  let arity: OperatorArity
  package let translation: TranslationRule
  /// Whether constant expressions may contain the operator. Whether a `global.get`, a `ref.func` or
  /// a constant is allowed also depends on the module, which `ModuleContext` looks up.
  let isConstant: Bool
  /// False for the row of an encoding that no operator has.
  package var isAssigned = true
}

/// How an operator is validated.
enum OperatorTyping: UInt8, Sendable {
  /// `signature` holds everywhere.
  case fixed
  /// The same, and `Operator.index` must be less than `laneCount`.
  case lane
  /// The same, and all of `Operator.shuffleLanes` must be less than 32.
  case shuffle
  /// The address of a memory access comes before the operands of `signature`.
  case access
  case special
}

extension OperatorCode {
  /// The operator's name in the text format.
  public var mnemonic: String { Operators.row(self).pointee.mnemonic }

  /// The immediates that follow the opcode.
  public var immediates: ImmediateKind { Operators.row(self).pointee.immediates }

  /// The opcode byte, or a prefix byte shifted left by 12 bits plus the number that follows it.
  public var encoding: UInt32 { Operators.row(self).pointee.encoding }

  /// The binary logarithm of the number of bytes that a memory access reads or writes; 0 for other
  /// operators.
  public var naturalAlignment: UInt8 { Operators.row(self).pointee.naturalAlignment }

  /// How many operands the operator takes and how many results it leaves.
  public var arity: OperatorArity { Operators.row(self).pointee.arity }

  /// Whether an `end` or `delegate` belongs to the operator.
  public var opensBlock: Bool {
    let immediates = immediates
    return immediates == .blockType || immediates == .tryTable
  }

  /// Whether the operator ends the innermost block.
  public var closesBlock: Bool { self == .end || self == .delegate }
}
