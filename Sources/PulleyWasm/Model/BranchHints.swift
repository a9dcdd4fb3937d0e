/// The branch hints of a module, from its `metadata.code.branch_hint` section.
///
/// The section does not affect the meaning of a module, so a malformed one is not an error.
/// Meaningless hints are skipped, and reading stops at the first malformed part. `check` reports
/// errors in the section.
public struct BranchHints: Sendable {
  struct Hint {
    /// The position of the `if` or `br_if` in the module.
    var offset: UInt32
    /// Whether the condition is likely to hold; otherwise it is unlikely to.
    var isLikely: Bool
  }

  /// Sorted by offset.
  private(set) var hints: [Hint] = []

  static let sectionName = "metadata.code.branch_hint"

  init() {}

  init(_ module: WasmModule) {
    guard let section = Self.section(of: module) else { return }
    var reader = Reader(module, section, isStrict: false)
    try? reader.read()
    hints = reader.hints
    var isSorted = true
    for index in hints.indices.dropFirst() where hints[index - 1].offset >= hints[index].offset {
      isSorted = false
    }
    if !isSorted { hints.sort { $0.offset < $1.offset } }
  }

  /// The index of the first hint at or after a position in the module.
  func firstIndex(from offset: Int) -> Int {
    var low = 0
    var high = hints.count
    while low < high {
      let middle = (low + high) / 2
      if Int(hints[middle].offset) < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func section(of module: WasmModule) -> CustomSection? {
    module.customSections.first { $0.name == sectionName }
  }

  /// Checks that the section, if there is one, is well-formed and that its hints are for `if` and
  /// `br_if` only.
  public static func check(_ module: WasmModule) throws(WasmError) {
    guard let section = section(of: module) else { return }
    var reader = Reader(module, section, isStrict: true)
    try reader.read()
    var next = 0
    for index in module.bodies.indices where next < reader.hints.count {
      guard Int(reader.hints[next].offset) < module.bodies[index].upperBound else { continue }
      var operators = try module.body(index).operators
      while next < reader.hints.count, !operators.isAtEnd {
        let op = try operators.next()
        guard op.offset >= reader.hints[next].offset else { continue }
        guard op.offset == reader.hints[next].offset,
          op.code == .if || op.code == .brIf
        else {
          throw WasmError(
            .invalid, "@metadata.code.branch_hint annotation: invalid target",
            at: Int(reader.hints[next].offset))
        }
        next += 1
      }
    }
  }
}

extension BranchHints {
  /// Reads the section, which has the hints of each function, in order, by their offset in the body.
  private struct Reader {
    var hints: [Hint] = []
    private let module: WasmModule
    private let isStrict: Bool
    private var cursor: ByteCursor

    init(_ module: WasmModule, _ section: CustomSection, isStrict: Bool) {
      self.module = module
      self.isStrict = isStrict
      cursor = ByteCursor(module.bytes, section.bytes)
    }

    mutating func read() throws(WasmError) {
      let count = try cursor.readU32()
      var last: UInt32?
      for _ in 0..<count {
        let start = cursor.offset
        let function = try cursor.readU32()
        if let last, last >= function { try refuse("functions out of order", at: start) }
        last = function
        try readFunction(Int(function))
      }
      if !cursor.isAtEnd { try refuse("unexpected end", at: cursor.offset) }
    }

    private mutating func readFunction(_ function: Int) throws(WasmError) {
      let definedIndex = function - module.importedFunctionCount
      let body = module.bodies.indices.contains(definedIndex) ? module.bodies[definedIndex] : nil
      if body == nil { try refuse("not in a function", at: cursor.offset) }
      let count = try cursor.readU32()
      var last: UInt32?
      for _ in 0..<count {
        let start = cursor.offset
        let offset = try cursor.readU32()
        if let last, last >= offset { try refuse("duplicate annotation", at: start) }
        last = offset
        let size = try cursor.readU32()
        guard size == 1 else {
          try refuse("invalid value", at: start)
          _ = try cursor.skip(size)
          continue
        }
        let value = try cursor.readByte()
        guard value <= 1, let body, Int(offset) < body.count else {
          try refuse("invalid value", at: start)
          continue
        }
        hints.append(Hint(offset: UInt32(body.lowerBound) + offset, isLikely: value == 1))
      }
    }

    private func refuse(_ what: String, at offset: Int) throws(WasmError) {
      guard isStrict else { return }
      throw WasmError(
        .malformed, "@metadata.code.branch_hint annotation: \(what)", at: offset)
    }
  }
}
