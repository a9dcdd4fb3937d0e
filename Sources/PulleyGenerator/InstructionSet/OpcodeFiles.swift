import PulleySpec

/// The enumeration of all opcodes.
func opcodeFile(_ operations: [NumberedOperation]) -> GeneratedFile {
  var text = swiftHeader
  text += """

    /// The number of a bytecode instruction. The raw value is its index in tables, not its encoding: the
    /// opcode byte, or 256 plus its position among the extended operations.
    public enum Opcode: UInt16, Hashable, Sendable, CaseIterable {

    """
  for operation in operations {
    text += "  /// \(operation.operation.meaning)\n"
    text += "  case \(operation.name) = \(operation.index)\n"
  }
  text += "}\n"
  return GeneratedFile(path: "Sources/PulleyISA/Generated/Opcode.swift", content: text)
}

/// The packed properties of each opcode and the names used in text.
func opcodeTableFile(_ operations: [NumberedOperation]) -> GeneratedFile {
  let size = operations.map(\.index).max().map { $0 + 1 } ?? 0
  var words = [UInt64](repeating: 0, count: size)
  var mnemonics = [String](repeating: "", count: size)
  var fieldNames = [String](repeating: "", count: size)
  for operation in operations {
    words[operation.index] = packedInfo(operation)
    mnemonics[operation.index] = operation.name
    fieldNames[operation.index] = operation.fields.map(\.name).joined(separator: " ")
  }
  let upstream = operations.filter { $0.isExtended && $0.number < firstOwnNumber }.count
  var text = swiftHeader
  text += """

    extension Opcode {
      /// Every raw value is below this, so that arrays can be indexed by raw value.
      public static let tableSize = \(size)
      /// How many extended operations upstream defines, numbered from 0.
      public static let upstreamExtendedCount = \(upstream)
      /// How many extended operations are ours, numbered from 0x8000.
      public static let ownExtendedCount = \(operations.filter(\.isExtended).count - upstream)
    }

    /// Per raw value the word of `OpcodeInfo`.
    public let packedOpcodeInfo: [UInt64] = [

    """
  for word in words { text += "  0x\(String(word, radix: 16)),\n" }
  text += "]\n\n/// Per raw value the opcode. If there is none, `packedOpcodeInfo` holds 0.\n"
  text += "public let opcodesByIndex: [Opcode] = [\n"
  for name in mnemonics { text += "  .\(name.isEmpty ? "nop" : name),\n" }
  text += "]\n\n/// Per raw value the name used in text.\nlet mnemonics: [StaticString] = [\n"
  for name in mnemonics { text += "  \"\(name)\",\n" }
  text += "]\n\n/// Per raw value the names of the fields, with spaces between.\n"
  text += "let fieldNames: [StaticString] = [\n"
  for names in fieldNames { text += "  \"\(names)\",\n" }
  text += "]\n\n" + inverseTable(operations)
  return GeneratedFile(path: "Sources/PulleyISA/Generated/OpcodeTable.swift", content: text)
}

/// Per raw value, up to the last conditional branch, the inverse branch.
private func inverseTable(_ operations: [NumberedOperation]) -> String {
  let indices = Dictionary(uniqueKeysWithValues: operations.map { ($0.name, $0.index) })
  let inverses = operations.compactMap { operation in
    operation.operation.inverse.map { (operation.index, $0) }
  }
  let last = inverses.map(\.0).max() ?? 0
  var words = [Int](repeating: 0, count: last + 1)
  for (index, inverse) in inverses {
    guard let other = indices[inverse.name] else {
      preconditionFailure("there is no branch \(inverse.name)")
    }
    words[index] = other | (inverse.swapsSources ? 1 << 15 : 0)
  }
  var text = """
    /// Per raw value that of the inverse branch, with the top bit set if the sources are swapped; 0 if
    /// there is no inverse. No operation from the end of the table on has one.
    let packedInverses: [UInt16] = [

    """
  for word in words { text += "  0x\(String(word, radix: 16)),\n" }
  return text + "]\n"
}

/// The layout that `OpcodeInfo` in PulleyISA describes.
private func packedInfo(_ operation: NumberedOperation) -> UInt64 {
  let fields = operation.fields
  let row = operation.operation
  precondition(fields.count <= 6, "a row has more fields than the packed word has room for")
  var word: UInt64 = 0
  for (position, field) in fields.enumerated() {
    word |= UInt64(field.kind.rawValue) << UInt64(5 * position)
  }
  word |= UInt64(fields.count) << 30
  word |= UInt64(operation.byteCount) << 33
  word |= UInt64(operation.shape.rawValue) << 38
  let accessSize = max(row.loads, row.stores)
  if accessSize > 0 { word |= UInt64(accessSize.trailingZeroBitCount + 1) << 41 }
  var traits: UInt64 = 0
  if row.traits.contains(.branch) { traits |= 1 << 0 }
  if row.traits.contains(.call) { traits |= 1 << 1 }
  if row.traits.contains(.terminator) { traits |= 1 << 2 }
  if !row.traps.isEmpty { traits |= 1 << 3 }
  if row.loads > 0 { traits |= 1 << 4 }
  if row.stores > 0 { traits |= 1 << 5 }
  if operation.isExtended { traits |= 1 << 6 }
  if row.traits.contains(.commutes) { traits |= 1 << 7 }
  if fields.contains(where: { $0.kind == .pcRel }) { traits |= 1 << 8 }
  return word | traits << 44
}
