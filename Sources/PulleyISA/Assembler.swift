/// The result of assembling a text.
public struct Assembly: Hashable, Sendable {
  public var bytes: [UInt8] = []
  /// The offset of each label in `bytes`.
  public var labels: [String: Int] = [:]
}

/// An error in an assembly text.
public struct AssemblyError: Error, Hashable, Sendable {
  /// The rule that a line breaks.
  public enum Reason: Hashable, Sendable {
    case unknownMnemonic(String)
    case wrongOperandCount(expected: Int, found: Int)
    /// The operand is invalid for its field.
    case badOperand(String, wanted: OperandField.Kind)
    case unknownLabel(String)
    case duplicateLabel(String)
    /// The text ends before the last entry of a branch table.
    case missingTableEntries(Int)
    /// The distance to a label does not fit 32 bits.
    case labelOutOfReach(String)
  }

  public let reason: Reason
  /// Counted from 1.
  public let line: Int

  public init(reason: Reason, line: Int) {
    self.reason = reason
    self.line = line
  }
}

extension AssemblyError: CustomStringConvertible {
  public var description: String {
    switch reason {
    case .unknownMnemonic(let name): "line \(line): unknown instruction '\(name)'"
    case .wrongOperandCount(let expected, let found):
      "line \(line): \(found) operands instead of \(expected)"
    case .badOperand(let text, let kind):
      "line \(line): '\(text)' is not an operand of kind \(kind)"
    case .unknownLabel(let name): "line \(line): there is no label '\(name)'"
    case .duplicateLabel(let name): "line \(line): label '\(name)' is defined twice"
    case .missingTableEntries(let count): "line \(line): \(count) branch table entries missing"
    case .labelOutOfReach(let name): "line \(line): label '\(name)' is out of reach"
    }
  }
}

/// Assembles text in the format of the disassembler.
///
/// A line holds a label (`name:`), an instruction, an entry of a branch table, or nothing; `//` starts a
/// comment. The lines after `br_table32 x0, n` are its n entries. A label's name may be written instead
/// of a distance.
public struct Assembler {
  private var encoder = Encoder()
  private var labels: [String: Int] = [:]
  private var references: [Reference] = []
  private var line = 0
  private var missingEntries: Int64 = 0

  /// A distance to a label, which is filled in at the end.
  private struct Reference {
    var label: String
    /// The offset of the four bytes.
    var position: Int
    /// The offset from which the distance counts.
    var origin: Int
    var line: Int
  }

  private init() {}

  public static func assemble(_ source: String) throws(AssemblyError) -> Assembly {
    var assembler = Assembler()
    for line in source.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      assembler.line += 1
      try assembler.take(trimmed(withoutComment(line)))
    }
    guard assembler.missingEntries == 0 else {
      throw assembler.error(.missingTableEntries(Int(assembler.missingEntries)))
    }
    try assembler.resolve()
    return Assembly(bytes: assembler.encoder.bytes, labels: assembler.labels)
  }

  private func error(_ reason: AssemblyError.Reason) -> AssemblyError {
    AssemblyError(reason: reason, line: line)
  }

  private mutating func take(_ line: Substring) throws(AssemblyError) {
    if line.isEmpty { return }
    if missingEntries > 0 {
      missingEntries -= 1
      let origin = encoder.offset
      encoder.branchTableEntry(
        try distance(line, at: origin, from: origin, kind: .pcRel))
    } else if line.last == ":" {
      let name = String(trimmed(line.dropLast()))
      guard labels.updateValue(encoder.offset, forKey: name) == nil else {
        throw error(.duplicateLabel(name))
      }
    } else {
      try instruction(line)
    }
  }

  private mutating func instruction(_ line: Substring) throws(AssemblyError) {
    let mnemonic = line.prefix { !$0.isWhitespace }
    guard let opcode = Assembler.opcodes[mnemonic] else {
      throw error(.unknownMnemonic(String(mnemonic)))
    }
    let rest = trimmed(line.dropFirst(mnemonic.count))
    let texts = rest.isEmpty ? [] : rest.split(separator: ",", omittingEmptySubsequences: false)
    let instruction = try operands(of: opcode, texts.map(trimmed))
    encoder.encode(instruction)
    missingEntries = Int64(instruction.tableEntryCount)
  }

  private mutating func operands(
    of opcode: Opcode, _ texts: [Substring]
  ) throws(AssemblyError) -> Instruction {
    var instruction = Instruction(opcode)
    let fields = opcode.fields
    var next = 0
    // In text the offset of a bound in memory is part of the register's operand.
    let boundSlot =
      switch opcode.info.shape {
      case .g32bneLoad: 2
      case .g32bneStore: 1
      default: -1
      }
    let expected = boundSlot < 0 ? fields.count : fields.count - 1
    for field in fields where boundSlot < 0 || field.slot != boundSlot + 3 {
      if field.kind == .upperRegs {
        instruction[field.slot] = Int64(try registerSet(texts[min(next, texts.count)...]).rawValue)
        return instruction
      }
      guard next < texts.count else {
        throw error(.wrongOperandCount(expected: expected, found: texts.count))
      }
      let text = texts[next]
      next += 1
      if field.slot == boundSlot {
        let (register, offset) = try boundInMemory(text)
        instruction[field.slot] = register
        instruction[field.slot + 3] = offset
      } else if field.kind == .pcRel {
        let origin = encoder.offset
        let position = origin + opcode.length - 4
        instruction[field.slot] = Int64(
          try distance(text, at: position, from: origin, kind: .pcRel))
      } else if field.kind == .u128 {
        guard let value = integer(text), !value.isNegative else {
          throw error(.badOperand(String(text), wanted: .u128))
        }
        instruction[field.slot] = Int64(truncatingIfNeeded: value.magnitude)
        instruction[field.slot + 1] = Int64(truncatingIfNeeded: value.magnitude >> 64)
      } else {
        instruction[field.slot] = try operand(text, field.kind)
      }
    }
    guard next == texts.count else {
      throw error(.wrongOperandCount(expected: expected, found: texts.count))
    }
    return instruction
  }

  private func operand(
    _ text: Substring, _ kind: OperandField.Kind
  ) throws(AssemblyError) -> Int64 {
    if let registerClass = kind.registerClass {
      guard let number = register(text, registerClass) else {
        throw error(.badOperand(String(text), wanted: kind))
      }
      return number
    }
    guard let value = integer(text), let bits = value.bits(for: kind) else {
      throw error(.badOperand(String(text), wanted: kind))
    }
    return bits
  }

  /// The distance: a number, or 0 for a label, whose distance is filled in at the end.
  private mutating func distance(
    _ text: Substring, at position: Int, from origin: Int, kind: OperandField.Kind
  ) throws(AssemblyError) -> Int32 {
    if let value = integer(text) {
      guard let bits = value.bits(for: kind) else {
        throw error(.badOperand(String(text), wanted: kind))
      }
      return Int32(truncatingIfNeeded: bits)
    }
    references.append(
      Reference(label: String(text), position: position, origin: origin, line: line))
    return 0
  }

  /// `*[x5 + 64]`
  private func boundInMemory(_ text: Substring) throws(AssemblyError) -> (Int64, Int64) {
    guard text.hasPrefix("*["), text.hasSuffix("]") else {
      throw error(.badOperand(String(text), wanted: .xRead))
    }
    let parts = text.dropFirst(2).dropLast().split(separator: "+")
    guard parts.count == 2 else { throw error(.badOperand(String(text), wanted: .xRead)) }
    return (try operand(trimmed(parts[0]), .xRead), try operand(trimmed(parts[1]), .u8))
  }

  private func registerSet(_ texts: ArraySlice<Substring>) throws(AssemblyError) -> UpperRegSet {
    var bits: UInt16 = 0
    for text in texts where !(text.isEmpty && texts.count == 1) {
      guard let number = register(text, .x), number >= 16 else {
        throw error(.badOperand(String(text), wanted: .upperRegs))
      }
      bits |= 1 << UInt16(number - 16)
    }
    return UpperRegSet(rawValue: bits)
  }

  private mutating func resolve() throws(AssemblyError) {
    for reference in references {
      guard let target = labels[reference.label] else {
        throw AssemblyError(reason: .unknownLabel(reference.label), line: reference.line)
      }
      guard let distance = Int32(exactly: target - reference.origin) else {
        throw AssemblyError(reason: .labelOutOfReach(reference.label), line: reference.line)
      }
      encoder.patch32(at: reference.position, distance)
    }
  }

  private static let opcodes: [Substring: Opcode] = {
    var opcodes: [Substring: Opcode] = [:]
    for opcode in Opcode.allCases { opcodes[Substring(opcode.mnemonic)] = opcode }
    return opcodes
  }()
}

private func register(_ text: Substring, _ registerClass: RegisterClass) -> Int64? {
  let letter: Character
  switch registerClass {
  case .x:
    if text == "sp" { return 30 }
    if text == "spilltmp0" { return 31 }
    letter = "x"
  case .f: letter = "f"
  case .v: letter = "v"
  }
  guard text.first == letter, text.dropFirst().utf8.allSatisfy(isDigit),
    let number = UInt8(text.dropFirst()), number < 32
  else { return nil }
  return Int64(number)
}

/// An integer in the text.
private struct SignedMagnitude {
  var isNegative: Bool
  var magnitude: UInt128

  /// The operand slot's value; nil if a field of this kind does not admit the number.
  func bits(for kind: OperandField.Kind) -> Int64? {
    if kind == .u64 {
      guard !isNegative, magnitude <= UInt128(UInt64.max) else { return nil }
      return Int64(truncatingIfNeeded: magnitude)
    }
    guard magnitude <= 1 << 63, isNegative || magnitude < 1 << 63 else { return nil }
    let value = Int64(truncatingIfNeeded: isNegative ? 0 &- magnitude : magnitude)
    return kind.admits(value) ? value : nil
  }
}

private func integer(_ text: Substring) -> SignedMagnitude? {
  let isNegative = text.first == "-"
  var digits = isNegative ? text.dropFirst() : text
  var radix = 10
  if digits.hasPrefix("0x") {
    digits = digits.dropFirst(2)
    radix = 16
  }
  // `init?(_:radix:)` would accept another sign.
  guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-"),
    let magnitude = UInt128(digits, radix: radix)
  else { return nil }
  return SignedMagnitude(isNegative: isNegative, magnitude: magnitude)
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

private func withoutComment(_ line: Substring) -> Substring {
  var previous = line.startIndex
  for index in line.utf8.indices.dropFirst() {
    if line.utf8[index] == UInt8(ascii: "/"), line.utf8[previous] == UInt8(ascii: "/") {
      return line[..<previous]
    }
    previous = index
  }
  return line
}

private func trimmed(_ text: Substring) -> Substring {
  var text = text
  while let first = text.first, first.isWhitespace { text.removeFirst() }
  while let last = text.last, last.isWhitespace { text.removeLast() }
  return text
}
