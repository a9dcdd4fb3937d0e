import PulleyWasm

/// An instruction of a function's body in the text format, on one line.
public struct InstructionLine: Sendable {
  /// The position of the instruction in the module.
  public var offset: UInt32
  /// The number of enclosing blocks.
  public var depth: Int
  public var text: String
}

/// Writes the instructions of a module's functions one by one, with their positions.
///
/// Identifiers are those of `WatPrinter`. The module must be well-formed; it need not be valid.
public struct InstructionPrinter {
  private var printer: ModulePrinter
  /// For each defined function the bytes of its locals and instructions.
  private var bodies: [Range<Int>] = []

  public init(_ bytes: ModuleBytes) throws(WasmError) {
    printer = try ModulePrinter(bytes, WatPrinter.Options())
    bodies = try printer.readDeclarations()
  }

  /// The number of defined functions.
  public var functionCount: Int { bodies.count }

  /// - Parameter function: the index of the function, not counting imported functions.
  public mutating func instructions(
    of function: Int
  ) throws(WasmError) -> [InstructionLine] {
    guard bodies.indices.contains(function) else { return [] }
    return try printer.instructions(of: function, bodies[function])
  }
}

extension ModulePrinter {
  /// Reads the sections that instructions refer to.
  ///
  /// - Returns: the bodies of functions.
  fileprivate mutating func readDeclarations() throws(WasmError) -> [Range<Int>] {
    var bodies: [Range<Int>] = []
    for section in sections {
      switch section.kind {
      case .custom, .data, .element, .export, .start, .dataCount: continue
      case .code:
        var cursor = ByteCursor(bytes, section.contents)
        for _ in 0..<(try cursor.readU32()) {
          var body = try cursor.part(cursor.readU32())
          bodies.append(body.skipRest())
        }
      default:
        try printSection(section)
        // The text of the section is not needed, only its properties.
        out.removeAll()
      }
    }
    return bodies
  }

  fileprivate mutating func instructions(
    of function: Int, _ range: Range<Int>
  ) throws(WasmError) -> [InstructionLine] {
    var cursor = ByteCursor(bytes, range)
    for _ in 0..<(try cursor.readU32()) {
      _ = try cursor.readU32()
      _ = try cursor.readValueType()
    }
    let index = function + importedFunctionCount
    guard index < functions.count else { return [] }
    let number = UInt32(truncatingIfNeeded: index)
    body.start(
      function: number, locals: names.locals.identifiers(number),
      labels: names.labels.repeatedIdentifiers(number))
    let type = functionType(functions[index]) ?? FunctionType()
    body.openBody(resultCount: type.results.count)
    var reader = OperatorReader(cursor)
    var lines: [InstructionLine] = []
    while !body.blocks.isEmpty {
      let op = try reader.next()
      var depth = body.blocks.count
      out.removeAll()
      switch op.code {
      case .end, .delegate:
        try body.close(op)
        append(op, reader)
        depth -= 1
      case .else, .catch, .catchAll:
        try body.openPart(op)
        append(op, reader)
        depth -= 1
      default:
        append(op, reader)
        if op.code.opensBlock { body.open(op.code, blockType(op)) }
      }
      lines.append(
        InstructionLine(
          offset: op.offset, depth: max(depth - 1, 0),
          text: String(decoding: out.bytes, as: UTF8.self)))
    }
    return lines
  }
}
