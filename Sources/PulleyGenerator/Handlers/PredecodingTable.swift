import PulleySpec

/// Instructions that predecoding turns into cells by name.
private let predecodedByName: Set<String> = [
  "nop", "ret", "call", "call1", "call2", "call3", "call4", "jump", "br_table32", "xone",
  "push_frame", "pop_frame", "push_frame_save", "pop_frame_restore", "stack_alloc32",
  "stack_free32", "trap", "call_indirect_host", "xpcadd",
]

/// How a field of an instruction is converted for the cell. The raw values are those of
/// `OperandCopy.Conversion` in PulleyVM.
private enum Conversion: UInt64 {
  case none, register, low16, low32, word64, word128, byteIndices, target
  case lane8, lane16, lane32, lane64
  case laneMask8, laneMask16, laneMask32, laneMask64
}

/// Three words per opcode, which `PredecodingRule` in PulleyVM reads.
func predecodingTable() -> String {
  let size = operations.map(\.index).max().map { $0 + 1 } ?? 0
  var rows = [(UInt64, UInt64, UInt64)](repeating: (0, 0, 0), count: size)
  for operation in operations { rows[operation.index] = packedPredecoding(operation) }
  return """
    let packedPredecodings: [UInt64] = [
    \(rows.map { "  \(hexadecimal($0)), \(hexadecimal($1)), \(hexadecimal($2))," }
      .joined(separator: "\n"))
    ]

    """
}

private func packedPredecoding(_ operation: NumberedOperation) -> (UInt64, UInt64, UInt64) {
  let handlers = executors[operation.name] ?? []
  guard !predecodedByName.contains(operation.name) else {
    precondition(handlers.isEmpty, "\(operation.name) has a template and is predecoded by name")
    return (UInt64(handlerNumber("trap")), 0, 0)
  }
  // The predecoder makes a trap of an instruction without a handler.
  if handlers.isEmpty { return (UInt64(handlerNumber("trap")), 0, 0) }
  let general = handlers.filter { $0.condition == .always }
  let special = handlers.filter { $0.condition != .always }
  guard let main = general.first, general.count == 1, special.count <= 1 else {
    preconditionFailure("\(operation.name) needs one handler, and may have one for a special case")
  }
  checkTraps(operation, main)
  var word = UInt64(handlerNumber(main.name)) | 1 << 40
  guard let other = special.first else { return (word, packedCopies(operation, main), 0) }
  word |= UInt64(handlerNumber(other.name)) << 16
  word |= UInt64(other.condition.rawValue) << 32
  // The condition concerns the first of two register fields, or one immediate.
  let subject = other.condition == .usesMemoryRegisters ? "base" : "b"
  guard let slot = operation.fields.firstIndex(where: { $0.name == subject }) else {
    preconditionFailure("\(operation.name) has no field \(subject)")
  }
  word |= UInt64(slot) << 36
  return (word, packedCopies(operation, main), packedCopies(operation, other))
}

/// The instructions that no handler executes: empty unless an instruction is being added.
public let instructionsWithoutHandler: [String] = operations.map(\.name).filter {
  executors[$0] == nil && !predecodedByName.contains($0)
}

/// The templates that execute each instruction.
private let executors: [String: [Template]] = {
  var executors: [String: [Template]] = [:]
  for template in templates where template.accumulated.isEmpty {
    for name in template.executes {
      precondition(rowsByName[name] != nil, "\(template.name): there is no instruction \(name)")
      executors[name, default: []].append(template)
    }
  }
  return executors
}()

/// The template traps exactly when the row says so.
private func checkTraps(_ operation: NumberedOperation, _ template: Template) {
  precondition(
    Set(template.guards.map(\.trap)) == Set(operation.operation.traps),
    "\(operation.name) and its template disagree about traps")
}

/// For each field of the instruction, in 8 bits: half of its place in the cell, less 4, and the
/// conversion.
private func packedCopies(_ operation: NumberedOperation, _ template: Template) -> UInt64 {
  let cell = template.cell
  var copies = [UInt64](repeating: 0, count: operation.fields.count)
  var places = [Int?](repeating: nil, count: operation.fields.count)
  func copy(_ slot: Int, _ operand: Int) {
    let conversion = conversion(operation.fields[slot], cell.operands[operand])
    places[slot] = cell.places[operand]
    copies[slot] = packed(cell.places[operand], conversion)
  }
  let named = Set(cell.operands.compactMap(\.field))
  var slots = operation.fields.indices.filter { !named.contains(operation.fields[$0].name) }
  for (index, operand) in cell.operands.enumerated() where !operand.isUnused {
    if let name = operand.field {
      guard let slot = operation.fields.firstIndex(where: { $0.name == name }) else {
        preconditionFailure("\(operation.name) has no field \(name)")
      }
      copy(slot, index)
    } else {
      precondition(!slots.isEmpty, "\(template.name) has more operands than \(operation.name)")
      copy(slots.removeFirst(), index)
    }
  }
  for slot in slots {
    // A lane that is read is not a separate operand: it is part of the place of the register before it.
    if let bits = operation.fields[slot].laneBits, let place = places[slot - 1] {
      copies[slot] = packed(place, lane(bits, from: .lane8))
    } else {
      precondition(
        template.condition == .usesMemoryRegisters,
        "\(template.name) has no operand for \(operation.fields[slot].name) of \(operation.name)")
    }
  }
  return copies.enumerated().reduce(0) { $0 | $1.element << UInt64(8 * $1.offset) }
}

private func packed(_ place: Int, _ conversion: Conversion) -> UInt64 {
  UInt64((place - Cell.firstPlace) / 2) << 4 | conversion.rawValue
}

/// `first`, which is for lanes of 8 bits, or one of those after it for wider lanes.
private func lane(_ bits: Int, from first: Conversion) -> Conversion {
  let wider = UInt64((bits / 8).trailingZeroBitCount)
  return Conversion(rawValue: first.rawValue + wider) ?? first
}

private func conversion(_ field: Field, _ operand: CellOperand) -> Conversion {
  switch operand.content {
  case .source, .result, .register: return .register
  case .target: return .target
  case .byteIndices: return .byteIndices
  case .laneMask:
    guard let bits = field.laneBits else { preconditionFailure("\(field.name) is not a lane") }
    return lane(bits, from: .laneMask8)
  case .immediate, .unused:
    switch operand.size {
    case 2: return .low16
    case 4: return .low32
    case 8: return .word64
    default: return .word128
    }
  }
}
