/// `OperandField.Kind(rawValue:)` as one load. Raw values without a kind map to `xRead`.
public let kindsByRawValue: [OperandField.Kind] = [
  .xRead, .xWrite, .xRead, .fWrite, .fRead, .vWrite, .vRead, .u6, .u8, .u16, .u32, .u64, .u128,
  .i8, .i16, .i32, .i64, .pcRel, .upperRegs, .xRead, .xRead, .xRead, .xRead, .xRead, .xRead,
  .xRead, .xRead, .xRead, .xRead, .xRead, .xRead, .xRead,
]

/// Properties of an operation beyond its operands.
public struct OpcodeTraits: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// May continue elsewhere in the same function.
  public static let branch = OpcodeTraits(rawValue: 1 << 0)
  /// Calls a function that returns to the next instruction.
  public static let call = OpcodeTraits(rawValue: 1 << 1)
  /// Never continues with the next instruction.
  public static let terminator = OpcodeTraits(rawValue: 1 << 2)
  public static let mayTrap = OpcodeTraits(rawValue: 1 << 3)
  /// Loads from an address operand. Loads of frame instructions do not count.
  public static let load = OpcodeTraits(rawValue: 1 << 4)
  /// Stores to an address operand.
  public static let store = OpcodeTraits(rawValue: 1 << 5)
  /// Encoded with the prefix byte 220.
  public static let extended = OpcodeTraits(rawValue: 1 << 6)
  /// Its first two source registers may be swapped.
  public static let commutes = OpcodeTraits(rawValue: 1 << 7)
  /// Its last operand is a pc-relative distance.
  public static let pcRelative = OpcodeTraits(rawValue: 1 << 8)
}

/// How the fields of an instruction share bits.
public enum EncodingShape: UInt8, Hashable, Sendable {
  /// Each field fills its own bytes.
  case plain = 0
  /// The first three fields share 16 bits; the others fill their own bytes.
  case binary = 1
  /// One separate field, then a 32-bit word of four.
  case g32Load = 2
  /// A 32-bit word of four fields, then one separate field.
  case g32Store = 3
  /// One separate field, then a 32-bit word of five.
  case g32bneLoad = 4
  /// A 32-bit word of five fields, then one separate field.
  case g32bneStore = 5
}

/// All properties of an opcode in one word, so that loops over instructions need one load.
///
/// Bits: six field kinds of 5 bits from 0 on; number of fields 30–32; length in bytes 33–37; shape
/// 38–40; 1 + log2 of the bytes loaded or stored 41–43; traits 44–59.
public struct OpcodeInfo: Hashable, Sendable {
  public let word: UInt64

  public init(word: UInt64) { self.word = word }

  public var fieldCount: Int { Int(truncatingIfNeeded: word >> 30 & 7) }

  /// The raw value of the kind of field `slot`; 0 after the last field.
  public func rawKind(_ slot: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: word >> UInt64(truncatingIfNeeded: 5 * slot) & 31)
  }

  /// The kind of field `slot`, which must be below `fieldCount`.
  public func kind(_ slot: Int) -> OperandField.Kind {
    precondition(slot >= 0 && slot < fieldCount, "no such field")
    return kindsByRawValue[Int(rawKind(slot))]
  }

  /// The instruction's length in bytes; the entries of a branch table are not part of it.
  public var length: Int { Int(truncatingIfNeeded: word >> 33 & 31) }

  public var shape: EncodingShape {
    EncodingShape(rawValue: UInt8(truncatingIfNeeded: word >> 38 & 7)) ?? .plain
  }

  /// How many bytes the operation loads or stores through its address operand; 0 if it has none.
  public var accessSize: Int {
    let code = word >> 41 & 7
    return code == 0 ? 0 : 1 << Int(truncatingIfNeeded: code - 1)
  }

  public var traits: OpcodeTraits {
    OpcodeTraits(rawValue: UInt16(truncatingIfNeeded: word >> 44))
  }
}

extension Opcode {
  public var info: OpcodeInfo { OpcodeInfo(word: packedOpcodeInfo[Int(rawValue)]) }

  public var traits: OpcodeTraits { info.traits }

  /// The length in bytes; the entries of a branch table are not part of it.
  public var length: Int { info.length }

  /// The flattened operands.
  public var fields: FieldList { FieldList(opcode: self, info: info) }

  /// The name used in text.
  public var mnemonic: String { mnemonics[Int(rawValue)].description }

  /// The offset of the four bytes of the pc-relative operand in the instruction.
  public var pcRelByteOffset: Int? {
    let info = info
    return info.traits.contains(.pcRelative) ? info.length - 4 : nil
  }

  /// The 16-bit number after the byte 220, if this is an extended operation.
  public var extendedNumber: UInt16? {
    if rawValue < 256 { return nil }
    let position = rawValue - 256
    let upstream = UInt16(Opcode.upstreamExtendedCount)
    return position < upstream ? position : 0x8000 + (position - upstream)
  }

  /// The conditional branch that is taken exactly when this one is not, and whether it has the two
  /// source registers in the other order. Nil for other operations.
  public var inverse: (opcode: Opcode, swapsSources: Bool)? {
    guard Int(rawValue) < packedInverses.count else { return nil }
    let packed = packedInverses[Int(rawValue)]
    guard packed != 0 else { return nil }
    return (opcodesByIndex[Int(packed & 0x7FFF)], packed >> 15 == 1)
  }

  /// Whether upstream lacks it.
  public var isOwn: Bool { Int(rawValue) >= 256 + Opcode.upstreamExtendedCount }

  /// Whether it is about objects of a heap, which only functions of WebAssembly have.
  public var usesHeap: Bool {
    Opcode.xobject_new.rawValue...Opcode.xreference_kind.rawValue ~= rawValue
  }

  /// The extended operation with this number.
  public init?(extendedNumber number: UInt16) {
    guard let index = Opcode.index(extendedNumber: number), let opcode = Opcode(index: index)
    else { return nil }
    self = opcode
  }

  /// The operation whose raw value is `index`: `init(rawValue:)` as one load.
  public init?(index: Int) {
    guard index >= 0, index < Opcode.tableSize, packedOpcodeInfo[index] != 0 else { return nil }
    self = opcodesByIndex[index]
  }

  /// The raw value that an operation with this extended number would have.
  private static func index(extendedNumber number: UInt16) -> Int? {
    let number = Int(number)
    if number < upstreamExtendedCount { return 256 + number }
    if number < 0x8000 { return nil }
    return 256 + upstreamExtendedCount + (number - 0x8000)
  }

  /// The byte that announces an extended operation.
  public static let extendedPrefix: UInt8 = 220
}

/// The fields of an opcode, computed on access.
public struct FieldList: RandomAccessCollection, Sendable {
  public let opcode: Opcode
  public let info: OpcodeInfo

  init(opcode: Opcode, info: OpcodeInfo) {
    self.opcode = opcode
    self.info = info
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { info.fieldCount }

  public subscript(slot: Int) -> OperandField {
    OperandField(opcode: opcode, slot: slot, kind: info.kind(slot))
  }
}
