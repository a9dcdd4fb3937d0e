import PulleyISA

/// How an instruction becomes a cell: which handler executes it and where its fields go. The generator
/// derives the rules from the templates of the handlers.
struct PredecodingRule {
  private let first: Int

  init(_ opcode: Opcode) { first = 3 * Int(opcode.rawValue) }

  private var word: UInt64 { packedPredecodings[first] }

  /// False for instructions that the predecoder handles by name.
  var isInTable: Bool { word >> 40 & 1 == 1 }
  /// The handler for every instruction with this opcode.
  var handler: HandlerID { HandlerID(number: UInt16(truncatingIfNeeded: word)) }
  var copies: OperandCopies { OperandCopies(bits: packedPredecodings[first + 1]) }

  /// The handler for instructions that meet the condition.
  var specialHandler: HandlerID { HandlerID(number: UInt16(truncatingIfNeeded: word >> 16)) }
  var specialCopies: OperandCopies { OperandCopies(bits: packedPredecodings[first + 2]) }
  var condition: Condition {
    Condition(rawValue: UInt8(truncatingIfNeeded: word >> 32 & 0xF)) ?? .never
  }
  /// The field that the condition tests, or the first of two.
  var conditionSlot: Int { Int(truncatingIfNeeded: word >> 36 & 0xF) }

  enum Condition: UInt8 {
    case never
    /// Base and bound are in the registers that handlers have in parameters.
    case usesMemoryRegisters
    /// The immediate fits 16 bits, signed.
    case isShortSigned
    /// The immediate fits 16 bits, unsigned.
    case isShortUnsigned
  }

  /// Whether the special handler can execute the instruction.
  func meetsCondition(_ instruction: Instruction) -> Bool {
    let value = instruction[conditionSlot]
    switch condition {
    case .never: return false
    case .usesMemoryRegisters:
      return value == Int64(RegisterRoles.memoryBase)
        && instruction[conditionSlot + 1] == Int64(RegisterRoles.memoryBound)
    case .isShortSigned: return value == Int64(Int16(truncatingIfNeeded: value))
    case .isShortUnsigned: return value == Int64(UInt16(truncatingIfNeeded: value))
    }
  }
}

/// Where the fields of an instruction go in its cell, 8 bits per field.
struct OperandCopies {
  let bits: UInt64

  func conversion(_ slot: Int) -> Conversion {
    Conversion(rawValue: UInt8(truncatingIfNeeded: bits >> UInt64(8 * slot)) & 0xF) ?? .none
  }

  /// The operand's first byte in the cell.
  func place(_ slot: Int) -> Int {
    8 + 2 * Int(truncatingIfNeeded: bits >> UInt64(8 * slot + 4) & 0xF)
  }

  enum Conversion: UInt8 {
    /// The handler has no use for the field.
    case none
    /// The register's offset in the state block.
    case register
    case low16, low32, word64, word128
    /// 16 bytes, each reduced to the number of one of 32 bytes.
    case byteIndices
    /// The offset of a branch.
    case target
    /// Added to the offset of the register that has the lane.
    case lane8, lane16, lane32, lane64
    /// 128 bits of which those of the lane are set.
    case laneMask8, laneMask16, laneMask32, laneMask64

    /// The width of the lane, of conversions of lanes.
    var laneBits: Int { 8 << Int(rawValue & 3) }
  }
}
