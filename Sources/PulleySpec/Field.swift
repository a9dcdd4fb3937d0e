/// One operand after flattening: the content of an operand slot.
public struct Field: Hashable, Sendable {
  /// The case names of `OperandField.Kind` in PulleyISA, in the order of their raw values.
  public enum Kind: Int, Hashable, Sendable, CaseIterable {
    case xWrite = 1
    case xRead, fWrite, fRead, vWrite, vRead
    case u6, u8, u16, u32, u64, u128, i8, i16, i32, i64
    case pcRel, upperRegs
  }

  public let name: String
  public let kind: Kind
  /// The width of the lane that the field numbers, if it numbers one.
  public var laneBits: Int?
}

/// How the fields of an instruction share bits. The case names and raw values are those of
/// `EncodingShape` in PulleyISA.
public enum Shape: Int, Hashable, Sendable {
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

extension Operand {
  /// The operand's flattened fields.
  public var fields: [Field] {
    switch self {
    case .read(let file, let name): [Field(name: name, kind: file.readKind)]
    case .write(let file, let name): [Field(name: name, kind: file.writeKind)]
    case .registers(let dst, let src1, let src2):
      [
        Field(name: "dst", kind: dst.writeKind), Field(name: "src1", kind: src1.readKind),
        Field(name: "src2", kind: src2.readKind),
      ]
    case .registersAndU6(let dst, let src1):
      [
        Field(name: "dst", kind: dst.writeKind), Field(name: "src1", kind: src1.readKind),
        Field(name: "src2", kind: .u6),
      ]
    case .immediate(let type, let name): [Field(name: name, kind: type.fieldKind)]
    case .lane(let bits): [Field(name: "lane", kind: .u8, laneBits: bits)]
    case .target(let name): [Field(name: name, kind: .pcRel)]
    case .upperRegisters(let name): [Field(name: name, kind: .upperRegs)]
    case .addressO32, .addressZ:
      [Field(name: "addr", kind: .xRead), Field(name: "offset", kind: .i32)]
    case .addressG32:
      [
        Field(name: "base", kind: .xRead), Field(name: "bound", kind: .xRead),
        Field(name: "addr", kind: .xRead), Field(name: "offset", kind: .u16),
      ]
    case .addressG32Bne:
      [
        Field(name: "base", kind: .xRead), Field(name: "bound_addr", kind: .xRead),
        Field(name: "addr", kind: .xRead), Field(name: "offset", kind: .u8),
        Field(name: "bound_offset", kind: .u8),
      ]
    }
  }

  /// The operand's encoded length in bytes.
  public var byteCount: Int {
    switch self {
    case .read, .write, .lane: 1
    case .registers, .registersAndU6, .upperRegisters: 2
    case .immediate(let type, _): type.byteCount
    case .target, .addressG32, .addressG32Bne: 4
    case .addressO32, .addressZ: 5
    }
  }
}

extension RegisterFile {
  var readKind: Field.Kind {
    switch self {
    case .x: .xRead
    case .f: .fRead
    case .v: .vRead
    }
  }

  var writeKind: Field.Kind {
    switch self {
    case .x: .xWrite
    case .f: .fWrite
    case .v: .vWrite
    }
  }
}

extension ImmediateType {
  var fieldKind: Field.Kind {
    switch self {
    case .u8: .u8
    case .u16: .u16
    case .u32: .u32
    case .u64: .u64
    case .u128: .u128
    case .i8: .i8
    case .i16: .i16
    case .i32: .i32
    case .i64: .i64
    }
  }

  var byteCount: Int {
    switch self {
    case .u8, .i8: 1
    case .u16, .i16: 2
    case .u32, .i32: 4
    case .u64, .i64: 8
    case .u128: 16
    }
  }
}

extension NumberedOperation {
  public var name: String { operation.name }

  /// The flattened operands, in the order of an instruction's operand slots.
  public var fields: [Field] { operation.operands.flatMap(\.fields) }

  /// The whole instruction's length in bytes, without the entries of a branch table.
  public var byteCount: Int {
    operation.operands.reduce(isExtended ? 3 : 1) { $0 + $1.byteCount }
  }

  public var shape: Shape {
    let operands = operation.operands
    for (position, operand) in operands.enumerated() {
      switch operand {
      case .registers, .registersAndU6: return .binary
      case .addressG32: return position == 0 ? .g32Store : .g32Load
      case .addressG32Bne: return position == 0 ? .g32bneStore : .g32bneLoad
      default: continue
      }
    }
    return .plain
  }
}
