/// The field of an instruction that one operand slot holds.
///
/// Operands are flattened: an address becomes its registers and offsets, three packed registers become
/// three fields. Slot i of `Instruction.operands` belongs to field i; a `u128`, always last, takes two.
public struct OperandField: Hashable, Sendable {
  /// The register file and direction, or the width, of a field.
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    case xWrite = 1
    case xRead, fWrite, fRead, vWrite, vRead
    case u6, u8, u16, u32, u64, u128, i8, i16, i32, i64
    /// A signed 32-bit distance from the instruction's first byte.
    case pcRel
    /// An `UpperRegSet`.
    case upperRegs
  }

  /// The opcode whose field this is.
  public let opcode: Opcode
  /// The operand slot.
  public let slot: Int
  public let kind: Kind

  /// The operand's name in docs/isa.md.
  public var name: String {
    let names = fieldNames[Int(opcode.rawValue)].description.split(separator: " ")
    return slot < names.count ? String(names[slot]) : ""
  }
}

extension OperandField.Kind {
  /// Whether the slot holds a register's number.
  public var isRegister: Bool { rawValue <= OperandField.Kind.vRead.rawValue }

  /// Whether the instruction writes the register.
  public var isWrite: Bool { isRegister && rawValue & 1 == 1 }

  /// Whether the instruction reads the register.
  public var isRead: Bool { isRegister && rawValue & 1 == 0 }

  /// The register file, if the slot holds a register's number.
  public var registerClass: RegisterClass? {
    switch self {
    case .xWrite, .xRead: .x
    case .fWrite, .fRead: .f
    case .vWrite, .vRead: .v
    default: nil
    }
  }

  /// Whether `value` can be encoded. A `u64` and each half of a `u128` admit any bit pattern.
  public func admits(_ value: Int64) -> Bool {
    switch self {
    case .xWrite, .xRead, .fWrite, .fRead, .vWrite, .vRead: value >> 5 == 0
    case .u6: value >> 6 == 0
    case .u8: value >> 8 == 0
    case .u16, .upperRegs: value >> 16 == 0
    case .u32: value >> 32 == 0
    case .u64, .u128, .i64: true
    case .i8: value == Int64(Int8(truncatingIfNeeded: value))
    case .i16: value == Int64(Int16(truncatingIfNeeded: value))
    case .i32, .pcRel: value == Int64(Int32(truncatingIfNeeded: value))
    }
  }
}
