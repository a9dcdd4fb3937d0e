/// A decoded instruction.
public struct Instruction: Sendable {
  public static let maxOperands = 8

  /// One slot per field of the opcode, then zeros: register numbers, immediates, distances. An unsigned
  /// 64-bit immediate is stored as its bit pattern, a `u128` as low and high half.
  public var operands: InlineArray<8, Int64>
  public var opcode: Opcode

  public init(_ opcode: Opcode) {
    self.opcode = opcode
    operands = InlineArray(repeating: 0)
  }

  public init(_ opcode: Opcode, _ operands: InlineArray<8, Int64>) {
    self.opcode = opcode
    self.operands = operands
  }

  /// An instruction with these operands in the first slots and zeros in the others.
  public init(_ opcode: Opcode, _ operands: [Int64]) {
    self.init(opcode)
    for (slot, operand) in operands.enumerated() { self.operands[slot] = operand }
  }

  /// The encoded length in bytes; the entries of a branch table are not part of it.
  public var length: Int { opcode.length }

  public subscript(slot: Int) -> Int64 {
    get { operands[slot] }
    set { operands[slot] = newValue }
  }
}

extension Instruction: Equatable {
  public static func == (a: Instruction, b: Instruction) -> Bool {
    guard a.opcode == b.opcode else { return false }
    for slot in 0..<maxOperands where a.operands[slot] != b.operands[slot] { return false }
    return true
  }
}

extension Instruction {
  /// How many branch table entries of four bytes follow the instruction.
  public var tableEntryCount: Int { opcode == .br_table32 ? Int(operands[1]) : 0 }

  /// The encoded length in bytes with the entries of a branch table.
  public var lengthWithTable: Int { length + 4 * tableEntryCount }
}
