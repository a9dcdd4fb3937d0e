/// Appends instructions to a buffer of bytes.
///
/// Each operation has a method with its name. `encode` encodes any operation from operands as numbers.
public struct Encoder: Sendable {
  public var bytes: [UInt8] = []

  public init() {}

  /// Where the next instruction will start.
  public var offset: Int { bytes.count }

  public mutating func encode(_ instruction: Instruction) {
    encode(instruction.opcode, instruction.operands)
  }

  public mutating func encode(_ opcode: Opcode, _ operands: [Int64]) {
    encode(Instruction(opcode, operands))
  }

  /// Appends one instruction. Each operand must be valid for its field.
  public mutating func encode(_ opcode: Opcode, _ operands: InlineArray<8, Int64>) {
    let info = opcode.info
    if let number = opcode.extendedNumber {
      extended(number)
    } else {
      byte(UInt8(truncatingIfNeeded: opcode.rawValue))
    }
    for slot in 0..<info.fieldCount {
      precondition(info.kind(slot).admits(operands[slot]), "operand out of range")
    }
    switch info.shape {
    case .plain:
      field(from: 0, info, operands)
    case .binary:
      word16(
        UInt16(truncatingIfNeeded: operands[0] | operands[1] << 5 | operands[2] << 10))
      field(from: 3, info, operands)
    case .g32Load:
      byte(UInt8(truncatingIfNeeded: operands[0]))
      g32(operands[1], operands[2], operands[3], operands[4])
    case .g32Store:
      g32(operands[0], operands[1], operands[2], operands[3])
      byte(UInt8(truncatingIfNeeded: operands[4]))
    case .g32bneLoad:
      byte(UInt8(truncatingIfNeeded: operands[0]))
      g32bne(operands[1], operands[2], operands[3], operands[4], operands[5])
    case .g32bneStore:
      g32bne(operands[0], operands[1], operands[2], operands[3], operands[4])
      byte(UInt8(truncatingIfNeeded: operands[5]))
    }
  }

  /// Appends an entry of a branch table: the distance to the target from the entry's first byte.
  public mutating func branchTableEntry(_ distance: Int32) {
    word32(UInt32(bitPattern: distance))
  }

  /// Overwrites the eight bytes at `position`, which must exist.
  public mutating func patch64(at position: Int, _ value: UInt64) {
    patch32(at: position, Int32(truncatingIfNeeded: value))
    patch32(at: position + 4, Int32(truncatingIfNeeded: value >> 32))
  }

  /// Overwrites the four bytes at `position`, which must exist.
  public mutating func patch32(at position: Int, _ value: Int32) {
    let bits = UInt32(bitPattern: value)
    bytes[position] = UInt8(truncatingIfNeeded: bits)
    bytes[position + 1] = UInt8(truncatingIfNeeded: bits >> 8)
    bytes[position + 2] = UInt8(truncatingIfNeeded: bits >> 16)
    bytes[position + 3] = UInt8(truncatingIfNeeded: bits >> 24)
  }

  /// Appends the fields from `first` on, each of which has its own bytes.
  private mutating func field(
    from first: Int, _ info: OpcodeInfo, _ operands: InlineArray<8, Int64>
  ) {
    for slot in first..<max(first, info.fieldCount) {
      let value = operands[slot]
      switch info.kind(slot) {
      case .xWrite, .xRead, .fWrite, .fRead, .vWrite, .vRead, .u6, .u8, .i8:
        byte(UInt8(truncatingIfNeeded: value))
      case .u16, .i16, .upperRegs:
        word16(UInt16(truncatingIfNeeded: value))
      case .u32, .i32, .pcRel:
        word32(UInt32(truncatingIfNeeded: value))
      case .u64, .i64:
        word64(UInt64(bitPattern: value))
      case .u128:
        word64(UInt64(bitPattern: value))
        word64(UInt64(bitPattern: operands[slot + 1]))
      }
    }
  }
}

// The operations that generated methods use.
extension Encoder {
  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func extended(_ number: UInt16) {
    bytes.append(Opcode.extendedPrefix)
    word16(number)
  }

  mutating func word16(_ value: UInt16) {
    bytes.append(UInt8(truncatingIfNeeded: value))
    bytes.append(UInt8(truncatingIfNeeded: value >> 8))
  }

  mutating func word32(_ value: UInt32) {
    word16(UInt16(truncatingIfNeeded: value))
    word16(UInt16(truncatingIfNeeded: value >> 16))
  }

  mutating func word64(_ value: UInt64) {
    word32(UInt32(truncatingIfNeeded: value))
    word32(UInt32(truncatingIfNeeded: value >> 32))
  }

  mutating func word128(_ value: UInt128) {
    word64(UInt64(truncatingIfNeeded: value))
    word64(UInt64(truncatingIfNeeded: value >> 64))
  }

  mutating func registers(_ dst: UInt8, _ src1: UInt8, _ src2: UInt8) {
    word16(UInt16(dst) | UInt16(src1) << 5 | UInt16(src2) << 10)
  }

  mutating func registers(_ dst: UInt8, _ src1: UInt8, u6 src2: UInt8) {
    precondition(src2 < 64, "the immediate has six bits")
    word16(UInt16(dst) | UInt16(src1) << 5 | UInt16(src2) << 10)
  }

  mutating func g32(_ base: XReg, _ bound: XReg, _ addr: XReg, _ offset: UInt16) {
    g32(Int64(base.number), Int64(bound.number), Int64(addr.number), Int64(offset))
  }

  mutating func g32(_ base: Int64, _ bound: Int64, _ addr: Int64, _ offset: Int64) {
    word32(UInt32(truncatingIfNeeded: offset | addr << 16 | bound << 21 | base << 26))
  }

  mutating func g32bne(
    _ base: XReg, _ boundAddress: XReg, _ addr: XReg, _ offset: UInt8, _ boundOffset: UInt8
  ) {
    g32bne(
      Int64(base.number), Int64(boundAddress.number), Int64(addr.number), Int64(offset),
      Int64(boundOffset))
  }

  mutating func g32bne(
    _ base: Int64, _ boundAddress: Int64, _ addr: Int64, _ offset: Int64, _ boundOffset: Int64
  ) {
    word32(
      UInt32(
        truncatingIfNeeded: offset | boundOffset << 8 | addr << 16 | boundAddress << 21
          | base << 26))
  }
}
