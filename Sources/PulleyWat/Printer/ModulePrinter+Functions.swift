import PulleyWasm

/// The state of the function being written, up to the next operator.
struct PrintedBody {
  struct Block {
    let identifier: String?
    /// The outer block with the same identifier.
    let hiddenBlock: Int?
    /// The number of values that a branch to the block takes, and that its end leaves.
    let branchArity: Int
    let resultCount: Int
    var part = BlockPart.last
  }

  /// The index of the function, counting imported functions.
  private(set) var function: UInt32 = 0
  private(set) var locals = Identifiers()
  /// The names of blocks in order of appearance.
  private(set) var labels = Identifiers()
  /// The open blocks. The first one is the body of the function.
  private(set) var blocks: [Block] = []
  /// The number of blocks that have been opened in the body.
  private(set) var blockCount: UInt32 = 0
  /// The innermost open block of each identifier.
  private var labelled: [ExactName: Int] = [:]

  /// Clears the state. What follows is not in a function.
  mutating func removeAll() {
    start(function: 0, locals: Identifiers(), labels: Identifiers())
  }

  mutating func start(function: UInt32, locals: Identifiers, labels: Identifiers) {
    self.function = function
    self.locals = locals
    self.labels = labels
    blocks.removeAll(keepingCapacity: true)
    blockCount = 0
    if !labelled.isEmpty { labelled.removeAll() }
  }

  /// Opens the body of the function. A branch to it takes the results.
  mutating func openBody(resultCount: Int) {
    blocks.append(
      Block(
        identifier: nil, hiddenBlock: nil, branchArity: resultCount, resultCount: resultCount))
  }

  mutating func open(_ code: OperatorCode, _ type: FunctionType) {
    let identifier = labels[blockCount]?.identifier
    var hidden: Int?
    if let identifier {
      hidden = labelled.updateValue(blocks.count, forKey: ExactName(identifier))
    }
    blockCount &+= 1
    blocks.append(
      Block(
        identifier: identifier, hiddenBlock: hidden,
        branchArity: code == .loop ? type.parameters.count : type.results.count,
        resultCount: type.results.count, part: BlockPart(opening: code)))
  }

  /// Begins the part of the innermost block that begins with this operator.
  mutating func openPart(_ op: Operator) throws(WasmError) {
    guard let next = blocks.last?.part.next(op.code) else { throw WasmError.misplaced(op) }
    blocks[blocks.count - 1].part = next
  }

  /// Closes the innermost block by this operator.
  mutating func close(_ op: Operator) throws(WasmError) {
    if op.code == .delegate, blocks.last?.part != .tried { throw WasmError.misplaced(op) }
    guard let block = blocks.popLast(), let identifier = block.identifier else { return }
    labelled[ExactName(identifier)] = block.hiddenBlock
  }

  /// The identifier of an open block; nil if an inner block has the same identifier.
  func visibleLabel(ofBlock position: Int) -> String? {
    guard let identifier = blocks[position].identifier,
      labelled[ExactName(identifier)] == position
    else { return nil }
    return identifier
  }
}

extension ModulePrinter {
  mutating func printCode(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for position in 0..<count {
      let size = try cursor.readU32()
      var code = try cursor.part(size)
      let index = Int(position) + importedFunctionCount
      guard index < functions.count else {
        throw cursor.malformed(
          "function and code section have inconsistent lengths", at: cursor.offset)
      }
      try printFunction(UInt32(truncatingIfNeeded: index), &code)
    }
  }

  private mutating func printFunction(
    _ index: UInt32, _ cursor: inout ByteCursor
  ) throws(WasmError) {
    let start = cursor.offset
    let typeIndex = functions[Int(index)]
    let type = functionType(typeIndex) ?? FunctionType()
    body.start(
      function: index, locals: names.locals.identifiers(index),
      labels: names.labels.repeatedIdentifiers(index))
    openField("func", index, names.functions)
    appendTypeUse(typeIndex, parameters: body.locals)
    try printLocals(&cursor, first: UInt32(truncatingIfNeeded: type.parameters.count))
    body.openBody(resultCount: type.results.count)
    var reader = OperatorReader(cursor)
    let isEmpty: Bool
    if options.isFolded {
      var folded = FoldedBody()
      swap(&out, &folded.text)
      try readFolded(&reader, &folded, bodyStart: start)
      swap(&out, &folded.text)
      isEmpty = folded.isEmpty
      try printFolded(folded)
    } else {
      isEmpty = try printFlat(&reader, bodyStart: start)
    }
    guard reader.isAtEnd else {
      throw WasmError(
        .malformed, "section size mismatch", at: reader.offset, functionIndex: Int(index))
    }
    if !isEmpty { out.line(1) }
    out.append(")")
  }

  private mutating func printLocals(
    _ cursor: inout ByteCursor, first: UInt32
  ) throws(WasmError) {
    let groupCount = try cursor.readU32()
    var total = 0
    // Consecutive groups of one type become one. A group may be empty.
    var run: (type: ValueType, first: UInt32, count: Int)?
    for _ in 0..<groupCount {
      let count = Int(try cursor.readU32())
      let type = try cursor.readValueType()
      guard count > 0 else { continue }
      let start = total
      total += count
      guard total <= ImplementationLimits.functionLocals else {
        throw WasmError(
          .limit,
          "too many locals: \(total), at most \(ImplementationLimits.functionLocals)",
          at: cursor.offset)
      }
      // Each group starts with a space.
      if start == 0 { out.append("\n   ") }
      if let last = run, last.type == type {
        run = (type, last.first, last.count + count)
      } else {
        if let run { appendLocals(run) }
        run = (type, first &+ UInt32(truncatingIfNeeded: start), count)
      }
      try checkSize()
    }
    if let run { appendLocals(run) }
    try checkSize()
  }

  private mutating func appendLocals(_ run: (type: ValueType, first: UInt32, count: Int)) {
    appendVariables(
      "local", repeatElement(run.type, count: run.count), first: run.first, body.locals)
  }

  /// - Returns: whether the body is empty.
  private mutating func printFlat(
    _ reader: inout OperatorReader, bodyStart: Int
  ) throws(WasmError) -> Bool {
    var isEmpty = true
    while true {
      let op = try reader.next()
      let depth = body.blocks.count
      switch op.code {
      case .end, .delegate:
        try body.close(op)
        if body.blocks.isEmpty { return isEmpty }
        out.line(depth)
        append(op, reader)
      case .else, .catch, .catchAll:
        try body.openPart(op)
        out.line(depth)
        append(op, reader)
      default:
        if let hint = takeHint(op, bodyStart: bodyStart) {
          out.line(depth + 1)
          append(hint)
        }
        out.line(depth + 1)
        append(op, reader)
        if op.code.opensBlock { body.open(op.code, blockType(op)) }
      }
      isEmpty = false
      try checkSize()
    }
  }

  func blockType(_ op: Operator) -> FunctionType {
    let type = op.blockType
    if let index = type.typeIndex { return functionType(index) ?? FunctionType() }
    return FunctionType(results: type.singleResult.map { [$0] } ?? [])
  }

  // MARK: Branch hints

  /// Takes the next hint if it is for this operator.
  mutating func takeHint(_ op: Operator, bodyStart: Int) -> BranchHints.Hint? {
    guard usedHints < hints.hints.count else { return nil }
    let hint = hints.hints[usedHints]
    guard op.code == .if || op.code == .brIf,
      Int(hint.offset) == Int(op.offset) - bodyStart,
      hint.function == body.function
    else { return nil }
    usedHints += 1
    return hint
  }

  mutating func append(_ hint: BranchHints.Hint) {
    out.append("(@metadata.code.branch_hint ")
    bytes.withBytes(in: hint.bytes) { out.append(quoted: $0) }
    out.append(")")
  }
}
