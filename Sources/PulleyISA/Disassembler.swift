/// Writes instructions as text, exactly as `wasmtime objdump` does. A comment marks the instructions that
/// Wasmtime lacks.
public enum Disassembler {
  /// `instruction` as text. `address` is the instruction's address, from which branch targets are
  /// computed. The entries of a branch table are not part of the text.
  public static func text(_ instruction: Instruction, at address: UInt64 = 0) -> String {
    var text = ""
    append(instruction, at: address, to: &text)
    return text
  }

  /// One entry of a branch table as text; `address` is the entry's address.
  public static func branchTableEntryText(_ distance: Int32, at address: UInt64) -> String {
    var text = ""
    appendTarget(Int64(distance), from: address, to: &text)
    return text
  }

  /// Appends the result of `text(_:at:)`.
  public static func append(
    _ instruction: Instruction, at address: UInt64, to text: inout String
  ) {
    let opcode = instruction.opcode
    let info = opcode.info
    text += opcode.mnemonic
    // In text a bound in memory is one operand: a register and the offset three slots later.
    let boundSlot =
      switch info.shape {
      case .g32bneLoad: 2
      case .g32bneStore: 1
      default: -1
      }
    var separator = " "
    for slot in 0..<info.fieldCount where boundSlot < 0 || slot != boundSlot + 3 {
      text += separator
      separator = ", "
      if slot == boundSlot {
        text += "*[\(name(.x, instruction[slot])) + \(instruction[slot + 3])]"
      } else {
        append(instruction, slot: slot, kind: info.kind(slot), at: address, to: &text)
      }
    }
    if opcode.isOwn { text += "    // libpulley" }
  }

  private static func append(
    _ instruction: Instruction, slot: Int, kind: OperandField.Kind, at address: UInt64,
    to text: inout String
  ) {
    let value = instruction[slot]
    switch kind {
    case .xWrite, .xRead: text += name(.x, value)
    case .fWrite, .fRead: text += name(.f, value)
    case .vWrite, .vRead: text += name(.v, value)
    case .u6, .u8, .u16, .u32, .i8, .i16, .i32, .i64: text += String(value)
    case .u64: text += String(UInt64(bitPattern: value))
    case .u128:
      let high = UInt128(UInt64(bitPattern: instruction[slot + 1]))
      text += String(high << 64 | UInt128(UInt64(bitPattern: value)))
    case .pcRel: appendTarget(value, from: address, to: &text)
    case .upperRegs:
      let set = UpperRegSet(rawValue: UInt16(truncatingIfNeeded: value))
      var separator = ""
      for register in set.registers {
        text += separator + register.description
        separator = ", "
      }
    }
  }

  private static func name(_ registerClass: RegisterClass, _ number: Int64) -> String {
    switch (registerClass, number) {
    case (.x, 30): "sp"
    case (.x, 31): "spilltmp0"
    case (.x, _): "x\(number)"
    case (.f, _): "f\(number)"
    case (.v, _): "v\(number)"
    }
  }

  private static func appendTarget(
    _ distance: Int64, from address: UInt64, to text: inout String
  ) {
    if distance < 0 { text += "-" }
    text += "0x" + String(distance.magnitude, radix: 16)
    text += "    // target = 0x"
    text += String(address &+ UInt64(bitPattern: distance), radix: 16)
  }
}
