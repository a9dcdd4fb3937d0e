import PulleySpec

/// A step: what a cell, or a part of a fused cell, does.
private struct Step {
  var template: Template?
  var name: String
  var words: Int
}

private let baseTemplates =
  controlRows + integerRows + memoryRows + floatRows + branchRows + vectorRows + vectorFloatRows
  + atomicRows
private let variants = baseTemplates.flatMap { $0.accumulatorVariants.map(\.template) }
private let templates = Dictionary(
  uniqueKeysWithValues: (baseTemplates + variants).map { ($0.name, $0) })

/// In the order of their numbers: plain ones first, so that a short branch's wide form follows it.
private let steps: [Step] =
  specialHandlers.map { Step(template: nil, name: $0.name, words: $0.words) }
  + baseTemplates.map { Step(template: $0, name: $0.name, words: $0.words) }
  + variants.map { Step(template: $0, name: $0.name, words: $0.words) }

private let fusions: [(name: String, parts: [Template])] = fusionNames.map { names in
  (names.joined(separator: "__"), names.map(part))
}

/// The part of a joined handler with this name: a template, or one and the source it takes from the
/// part before it.
private func part(_ name: String) -> Template {
  let base = name.firstRange(of: taking).map { String(name[..<$0.lowerBound]) } ?? name
  guard let template = templates[base] else { preconditionFailure("no handler \(base)") }
  if base == name { return template }
  return template.taking(String(name.dropFirst(base.count + taking.count)))
}

private let numbers = Dictionary(
  uniqueKeysWithValues: (steps.map(\.name) + fusions.map(\.name)).enumerated().map { ($1, $0) })

/// The names of all handlers, in the order of their steps' numbers.
public let handlerNames: [String] = steps.map(\.name) + fusions.map(\.name)

private func number(_ name: String) -> Int {
  guard let number = numbers[name] else { preconditionFailure("no step \(name)") }
  return number
}

/// The handlers without a body of their own, and whose they use: a load of an integer and one of a
/// float's bits are the same. (LLVM would make one jump to the other.)
private let aliases: [String: String] = {
  var names: [[String]: String] = [:]
  var aliases: [String: String] = [:]
  let lists =
    (baseTemplates + variants).map { ($0.name, [$0]) } + fusions.map { ($0.name, $0.parts) }
  for (name, parts) in lists {
    let body = statements(parts)
    if let other = names[body] { aliases[name] = other } else { names[body] = name }
  }
  return aliases
}()

/// The texts of the handlers that have one.
private func texts(_ list: [(name: String, parts: [Template])]) -> [String] {
  list.filter { aliases[$0.name] == nil }.map { handler($0.name, statements($0.parts)) }
}

/// Every file that the rows determine.
func handlerFiles() -> [GeneratedFile] {
  var files: [GeneratedFile] = []
  for (name, list) in [
    ("Control", controlRows), ("Integer", integerRows), ("Memory", memoryRows),
    ("Float", floatRows), ("Branch", branchRows), ("Vector", vectorRows),
    ("VectorFloat", vectorFloatRows), ("Atomic", atomicRows), ("Accumulator", variants),
  ] {
    files.append(file("\(name)Handlers", texts(list.map { ($0.name, [$0]) })))
  }
  files.append(file("FusedHandlers", texts(fusions)))
  files.append(file("Steps", [stepNumbers(), handlerTable(), stepTable(), fusionTable()]))
  files.append(file("Lowerings", [loweringTable()]))
  return files
}

private func file(_ name: String, _ texts: [String]) -> GeneratedFile {
  // Calls of C functions; the names of handlers begin with `pulley_h_`.
  let isCalling = texts.contains { text in
    ["= pulley_", "pulley_atomic_", "pulley_load_"].contains { text.contains($0) }
  }
  let imports = isCalling ? ["import CSupport\n"] : []
  return GeneratedFile(
    path: "Sources/PulleyVM/Generated/\(name).swift",
    content: ([swiftHeader] + imports + texts).joined(separator: "\n"))
}

private func stepNumbers() -> String {
  // Of the variants that read the accumulator only one is named in the machine's own text.
  let named = steps.filter { $0.template?.accumulated == nil || $0.name == "br_table32_x" }
  return """
    extension Step {
    \(named.map { "  static let \($0.name) = Step(\(number($0.name)))" }.joined(separator: "\n"))
      /// How many there are.
      static let total = \(numbers.count)
    }

    """
}

private func handlerTable() -> String {
  let names = (steps.map(\.name) + fusions.map(\.name)).map { aliases[$0] ?? $0 }
  return """
    /// The handler of each step that serves every processor.
    let portableHandlers: [Handler] = [
    \(names.map { "  h_\($0)," }.joined(separator: "\n"))
    ]

    """
}

/// Per step two words, for `StepInfo` to read. A table of numbers compiles in no time.
private func stepTable() -> String {
  let rows = steps.map { step -> String in
    var low = UInt64(step.words)
    var high: UInt64 = 0
    if let template = step.template {
      if let result = template.result, result.kind.accumulatorWidth > 0 {
        low |= UInt64(result.at) << 8 | UInt64(result.kind.accumulatorWidth) << 16
      }
      if template.commutes { low |= 1 << 24 }
      let sources = template.accumulated == nil ? template.accumulatorVariants : []
      for (index, (source, variant)) in sources.enumerated().prefix(3) {
        low |= UInt64(source.at) << UInt64(32 + 8 * index)
        if source.kind == .w64 { low |= 1 << UInt64(56 + index) }
        high |= UInt64(number(variant.name)) << UInt64(16 * index)
      }
    }
    return "  0x\(String(low, radix: 16)), 0x\(String(high, radix: 16)),"
  }
  return """
    let packedStepInfos: [UInt64] = [
    \(rows.joined(separator: "\n"))
    ]

    """
}

/// Joined steps, sorted, the longest first among those that begin alike, and those first that pass
/// on most.
private func fusionTable() -> String {
  let rows = fusions.map { fusion in
    (
      parts: fusion.parts.map { number($0.name) }, step: number(fusion.name),
      taken: fusion.parts.map { part in part.sources.first { $0.name == part.forwarded }?.at ?? 0 }
    )
  }.sorted { one, other in
    func key(_ parts: [Int], _ taken: [Int]) -> (Int, Int, Int) {
      (parts[0], -parts.count, taken.count { $0 == 0 })
    }
    return key(one.parts, one.taken) < key(other.parts, other.taken)
  }
  let lines = rows.map { row in
    let padded = row.parts + Array(repeating: 0, count: 4 - row.parts.count)
    let word = padded.enumerated().reduce(UInt64(0)) {
      $0 | UInt64($1.element) << UInt64(16 * $1.offset)
    }
    var rest = row.parts.count << 16 | row.step
    for (index, at) in row.taken.enumerated().dropFirst() { rest |= at << (16 + 8 * index) }
    return "  0x\(String(word, radix: 16)), 0x\(String(rest, radix: 16)),"
  }
  return """
    let packedFusions: [UInt64] = [
    \(lines.joined(separator: "\n"))
    ]

    """
}

// MARK: - From instructions to steps

/// Instructions that Lowering.swift turns into steps by name.
private let special: Set<String> = [
  "nop", "ret", "call", "call1", "call2", "call3", "call4", "jump", "br_table32", "xone",
  "push_frame", "pop_frame", "push_frame_save", "pop_frame_restore", "stack_alloc32",
  "stack_free32", "trap", "call_indirect_host", "xpcadd",
]

/// Instructions whose step has another name.
private let renamed: [String: String] = [
  "xconst8": "xconst", "xconst16": "xconst", "xconst32": "xconst", "fmov": "fmov64",
  "xextractv64x2": "xmov", "fextractv32x4": "fmov32", "fextractv64x2": "fmov64",
]

private func stepName(_ name: String) -> String {
  if let other = renamed[name] { return other }
  if let suffix = ["_u6", "_u8", "_u32", "_s8", "_s32", "_i8", "_i32"].first(where: {
    name.hasSuffix($0)
  }), numbers["\(name.dropLast(suffix.count))_i"] != nil {
    return "\(name.dropLast(suffix.count))_i"
  }
  return name
}

/// How an operation's operands are laid out in its cell: a case of `Packing`.
private func packing(_ operation: NumberedOperation) -> String {
  let kinds = operation.fields.map(\.kind)
  let registers = kinds.filter { $0.rawValue <= Field.Kind.vRead.rawValue }.count
  switch operation.shape {
  case .g32Load: return "loadG32"
  case .g32Store: return "storeG32"
  case .g32bneLoad: return "loadG32Bne"
  case .g32bneStore: return "storeG32Bne"
  default: break
  }
  if kinds.last == .pcRel { return registers == kinds.count - 1 ? "branch" : "branchImmediate" }
  if registers == kinds.count { return "registers" }
  if kinds.last == .i64 || kinds.last == .u64 { return "constant64" }
  if kinds.last == .u128 { return "constant128" }
  if operation.fields.last?.name == "lane" {
    // The first number in the name is the lane's size.
    return "lane\(operation.name.drop { !$0.isNumber }.prefix { $0.isNumber })"
  }
  return operation.operation.stores > 0 ? "store" : "registersAndImmediate"
}

private func loweringTable() -> String {
  let rows = operations.map { operation -> String in
    let name = operation.name
    if special.contains(name) { return "  OpcodeLowering(.special, .trap)," }
    return "  OpcodeLowering(.\(packing(operation)), .\(stepName(name))),  // \(name)"
  }
  // The opcode byte 220 and up to 255 are not operations.
  let base = operations.filter { !$0.isExtended }.count
  let gap = Array(repeating: "  OpcodeLowering(.unsupported, .trap),", count: 256 - base)
  return """
    /// Per opcode, by raw value: its step and how its operands are laid out.
    let opcodeLowerings: [OpcodeLowering] = [
    \((rows[..<base] + gap + rows[base...]).joined(separator: "\n"))
    ]

    """
}
