/// The reason why bytes cannot be decoded.
public struct DecodeError: Error, Hashable, Sendable {
  /// The rule that the bytes break.
  public enum Reason: Hashable, Sendable {
    /// The bytes end before the instruction does.
    case truncated
    case unknownOpcode(UInt8)
    case unknownExtendedOpcode(UInt16)
    /// A register byte above 31.
    case invalidRegister(UInt8)
  }

  public let reason: Reason
  /// The offset of the invalid byte or, if `truncated`, of the missing one.
  public let offset: Int

  public init(_ reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

extension DecodeError: CustomStringConvertible {
  public var description: String {
    let place = "at byte 0x\(String(offset, radix: 16))"
    return switch reason {
    case .truncated: "the code ends inside an instruction \(place)"
    case .unknownOpcode(let code): "unknown opcode \(code) \(place)"
    case .unknownExtendedOpcode(let code): "unknown extended opcode \(code) \(place)"
    case .invalidRegister(let number): "there is no register \(number) \(place)"
    }
  }
}

/// Decodes instructions.
///
/// The entries of `br_table32` are not part of the instruction. They follow it: `amt` 32-bit distances,
/// each from its own first byte. `branchTableEntry` reads them.
public enum Decoder {
  public static func decode(_ bytes: [UInt8], at offset: Int) throws(DecodeError) -> Instruction {
    try decode(bytes.span.bytes, at: offset)
  }

  /// The instruction that starts at `offset`.
  public static func decode(_ bytes: RawSpan, at offset: Int) throws(DecodeError) -> Instruction {
    var instruction = Instruction(.nop)
    try decode(bytes, at: offset, into: &instruction)
    return instruction
  }

  /// Replaces `instruction` by the one that starts at `offset`. A loop that reuses one instruction avoids
  /// copies.
  public static func decode(
    _ bytes: RawSpan, at offset: Int, into instruction: inout Instruction
  ) throws(DecodeError) {
    guard offset >= 0, offset < bytes.byteCount else {
      throw DecodeError(.truncated, offset: offset)
    }
    let opcode = try opcode(bytes, at: offset)
    let info = opcode.info
    guard bytes.byteCount - offset >= info.length else {
      throw DecodeError(.truncated, offset: bytes.byteCount)
    }
    var cursor = Operands(offset: offset + (opcode.rawValue < 256 ? 1 : 3))
    instruction.opcode = opcode
    instruction.operands = InlineArray(repeating: 0)
    switch info.shape {
    case .plain:
      try cursor.fields(bytes, from: 0, info, &instruction.operands)
    case .binary:
      let word = Int64(cursor.next16(bytes))
      instruction.operands[0] = word & 31
      instruction.operands[1] = word >> 5 & 31
      instruction.operands[2] = word >> 10 & (info.kind(2) == .u6 ? 63 : 31)
      try cursor.fields(bytes, from: 3, info, &instruction.operands)
    case .g32Load:
      instruction.operands[0] = try cursor.register(bytes)
      cursor.g32(bytes, first: 1, &instruction.operands)
    case .g32Store:
      cursor.g32(bytes, first: 0, &instruction.operands)
      instruction.operands[4] = try cursor.register(bytes)
    case .g32bneLoad:
      instruction.operands[0] = try cursor.register(bytes)
      cursor.g32bne(bytes, first: 1, &instruction.operands)
    case .g32bneStore:
      cursor.g32bne(bytes, first: 0, &instruction.operands)
      instruction.operands[5] = try cursor.register(bytes)
    }
  }

  /// The distance in the branch table entry at `offset`.
  public static func branchTableEntry(
    _ bytes: RawSpan, at offset: Int
  ) throws(DecodeError) -> Int32 {
    guard offset >= 0, offset <= bytes.byteCount, bytes.byteCount - offset >= 4 else {
      throw DecodeError(.truncated, offset: min(max(offset, 0), bytes.byteCount))
    }
    return Int32(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Int32.self))
  }

  public static func branchTableEntry(
    _ bytes: [UInt8], at offset: Int
  ) throws(DecodeError) -> Int32 {
    try branchTableEntry(bytes.span.bytes, at: offset)
  }

  private static func opcode(_ bytes: RawSpan, at offset: Int) throws(DecodeError) -> Opcode {
    let first = bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    if first != Opcode.extendedPrefix {
      guard let opcode = Opcode(index: Int(first)) else {
        throw DecodeError(.unknownOpcode(first), offset: offset)
      }
      return opcode
    }
    guard bytes.byteCount - offset >= 3 else {
      throw DecodeError(.truncated, offset: bytes.byteCount)
    }
    let number = UInt16(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset + 1, as: UInt16.self))
    guard let opcode = Opcode(extendedNumber: number) else {
      throw DecodeError(.unknownExtendedOpcode(number), offset: offset + 1)
    }
    return opcode
  }
}

/// Reads the operands of one instruction, whose length has been checked.
private struct Operands {
  var offset: Int

  mutating func next8(_ bytes: RawSpan) -> UInt8 {
    defer { offset += 1 }
    return bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  mutating func next16(_ bytes: RawSpan) -> UInt16 {
    defer { offset += 2 }
    return UInt16(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  mutating func next32(_ bytes: RawSpan) -> UInt32 {
    defer { offset += 4 }
    return UInt32(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  mutating func next64(_ bytes: RawSpan) -> UInt64 {
    defer { offset += 8 }
    return UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  mutating func register(_ bytes: RawSpan) throws(DecodeError) -> Int64 {
    let number = next8(bytes)
    guard number < 32 else { throw DecodeError(.invalidRegister(number), offset: offset - 1) }
    return Int64(number)
  }

  /// Reads the fields from `first` on, each of which has its own bytes.
  mutating func fields(
    _ bytes: RawSpan, from first: Int, _ info: OpcodeInfo,
    _ operands: inout InlineArray<8, Int64>
  ) throws(DecodeError) {
    for slot in first..<max(first, info.fieldCount) {
      switch info.kind(slot) {
      case .xWrite, .xRead, .fWrite, .fRead, .vWrite, .vRead:
        operands[slot] = try register(bytes)
      case .u6, .u8: operands[slot] = Int64(next8(bytes))
      case .i8: operands[slot] = Int64(Int8(bitPattern: next8(bytes)))
      case .u16, .upperRegs: operands[slot] = Int64(next16(bytes))
      case .i16: operands[slot] = Int64(Int16(bitPattern: next16(bytes)))
      case .u32: operands[slot] = Int64(next32(bytes))
      case .i32, .pcRel: operands[slot] = Int64(Int32(bitPattern: next32(bytes)))
      case .u64, .i64: operands[slot] = Int64(bitPattern: next64(bytes))
      case .u128:
        operands[slot] = Int64(bitPattern: next64(bytes))
        operands[slot + 1] = Int64(bitPattern: next64(bytes))
      }
    }
  }

  mutating func g32(_ bytes: RawSpan, first: Int, _ operands: inout InlineArray<8, Int64>) {
    let word = Int64(next32(bytes))
    operands[first] = word >> 26 & 31
    operands[first + 1] = word >> 21 & 31
    operands[first + 2] = word >> 16 & 31
    operands[first + 3] = word & 0xFFFF
  }

  mutating func g32bne(_ bytes: RawSpan, first: Int, _ operands: inout InlineArray<8, Int64>) {
    let word = Int64(next32(bytes))
    operands[first] = word >> 26 & 31
    operands[first + 1] = word >> 21 & 31
    operands[first + 2] = word >> 16 & 31
    operands[first + 3] = word & 0xFF
    operands[first + 4] = word >> 8 & 0xFF
  }
}
