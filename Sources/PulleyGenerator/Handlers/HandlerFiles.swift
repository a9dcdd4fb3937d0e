/// Every file that the templates and the lists of fusions determine.
func handlerFiles() -> [GeneratedFile] {
  var files: [GeneratedFile] = []
  for (name, templates) in [
    ("Control", controlRows), ("Window", windowRows), ("Integer", integerRows),
    ("Memory", memoryRows),
    ("Float", floatRows), ("Branch", branchRows), ("Vector", vectorRows),
    ("VectorFloat", vectorFloatRows), ("Atomic", atomicRows), ("Object", objectRows),
    ("Accumulator", accumulatorTemplates),
  ] {
    files.append(file("\(name)Handlers", bodies(templates.map { ($0.name, [$0]) })))
  }
  files.append(file("FusedHandlers", bodies(fusions.map { ($0.name, $0.templates) })))
  files.append(
    machineFile(
      "Predecoding", "HandlerTable",
      [handlerNumbers(), handlerFamilies(), handlerInfoTable(), fusionTable()]))
  files.append(machineFile("Predecoding", "HandlerNames", [handlerNameList()]))
  files.append(machineFile("Predecoding", "CellPlaces", [cellPlaces()]))
  files.append(machineFile("Predecoding", "PredecodingTable", [predecodingTable()]))
  files.append(machineFile("Runtime", "PortableHandlers", [portableHandlers()]))
  files.append(cHeader())
  return files
}

/// The texts of the handlers that have a body.
private func bodies(_ list: [(name: String, parts: [Template])]) -> [String] {
  list.filter { handlerAliases[$0.name] == nil }.map { handler($0.name, statements($0.parts)) }
}

/// A file of handlers; some call functions of CSupport.
private func file(_ name: String, _ texts: [String]) -> GeneratedFile {
  machineFile("Handlers", name, ["import CSupport\n"] + texts)
}

private func machineFile(_ folder: String, _ name: String, _ texts: [String]) -> GeneratedFile {
  GeneratedFile(
    path: "Sources/PulleyVM/\(folder)/Generated/\(name).swift",
    content: ([swiftHeader] + texts).joined(separator: "\n"))
}

private func handlerNumbers() -> String {
  // Code that is not generated names only one of the variants that read the accumulator.
  let named =
    specialHandlers.map(\.name)
    + templates.filter { $0.accumulated.isEmpty || $0.name == "br_table32_x" }.map(\.name)
  return """
    extension HandlerID {
    \(named.map { "  static let \($0) = HandlerID(\(handlerNumber($0)))" }.joined(separator: "\n"))
      /// How many there are.
      static let total = \(handlerList.count)
    }

    """
}

/// One text, because an array of strings takes long to compile.
private func handlerNameList() -> String {
  """
  let joinedHandlerNames = \"""
  \(handlerNames.map { "  \($0)" }.joined(separator: "\n"))
    \"""

  """
}

private func handlerFamilies() -> String {
  let families =
    (controlFamilies + windowFamilies).map { ($0.name, $0.members.map(\.name)) }
    + [unboundFamily]
  let lines = families.map { name, members in
    let first = handlerNumber(members[0])
    for (index, member) in members.enumerated() {
      precondition(handlerNumber(member) == first + index, "\(name) is not consecutive")
    }
    return "  static let \(name) = HandlerFamily(first: \(first), count: \(members.count))"
  }
  return """
    extension HandlerFamily {
    \(lines.joined(separator: "\n"))
    }

    """
}

private func portableHandlers() -> String {
  let names = handlerNames.map { handlerAliases[$0] ?? $0 }
  return """
    /// The function of each handler that works on every processor.
    let portableHandlers: [Handler] = [
    \(names.map { "  h_\($0)," }.joined(separator: "\n"))
    ]

    """
}

/// Two words per handler, which `HandlerInfo` reads. A table of numbers compiles fast.
private func handlerInfoTable() -> String {
  let rows =
    specialHandlers.map { (UInt64($0.cell.words), UInt64(0)) } + templates.map(packedInfo)
  return """
    let packedHandlerInfos: [UInt64] = [
    \(rows.map { "  \(hexadecimal($0)), \(hexadecimal($1))," }.joined(separator: "\n"))
    ]

    """
}

private func packedInfo(_ template: Template) -> (UInt64, UInt64) {
  var low = UInt64(template.cell.words)
  var high: UInt64 = 0
  if let view = template.result?.resultView {
    low |= UInt64(template.cell.place("result")) << 8 | UInt64(view.accumulatorWidth) << 16
    if view.isFloat { high |= 1 << 60 }
  }
  if template.commutes { low |= 1 << 24 }
  if template.cell.operands.contains(where: \.isTarget) {
    low |= UInt64(template.cell.place("target")) << 25
  }
  let variants = template.accumulatorVariants
  precondition(variants.count <= 3, "there is room for three variants")
  for (index, (source, variant)) in variants.enumerated() {
    low |= UInt64(template.cell.place(source.name)) << UInt64(32 + 8 * index)
    high |= UInt64(handlerNumber(variant.name)) << UInt64(16 * index)
    if let view = source.sourceView {
      let kind = UInt64(view.accumulatorWidth / 64) | (view.isFloat ? 4 : 0)
      high |= kind << UInt64(48 + 4 * index)
    }
  }
  return (low, high)
}

/// Fusions sorted by their first handler; of those that begin alike the longest comes first, then the one
/// that reads most operands from the accumulators.
private func fusionTable() -> String {
  func precedence(_ fusion: Fusion) -> (Int, Int, Int) {
    let accumulated = fusion.parts.reduce(0) { $0 + $1.accumulated.count }
    return (handlerNumber(fusion.templates[0].name), -fusion.parts.count, -accumulated)
  }
  var parts: [Int] = []
  var lines: [String] = []
  for fusion in fusions.sorted(by: { precedence($0) < precedence($1) }) {
    let word =
      UInt64(parts.count) << 32 | UInt64(fusion.parts.count << 16 | handlerNumber(fusion.name))
    lines.append("  \(hexadecimal(word)),")
    parts += fusion.templates.map { handlerNumber($0.name) }
  }
  return """
    /// Where the parts of each begin in `fusionParts`, how many they are, and its number.
    let packedFusions: [UInt64] = [
    \(lines.joined(separator: "\n"))
    ]

    let fusionParts: [UInt16] = [
    \(parts.map { "  \($0)," }.joined(separator: "\n"))
    ]

    """
}

func hexadecimal(_ word: UInt64) -> String { "0x" + String(word, radix: 16) }
