import PulleyWasm

extension ModulePrinter {
  mutating func printImports(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for _ in 0..<count {
      out.line(1)
      out.append("(import ")
      out.append(quoted: try cursor.readName())
      out.space()
      out.append(quoted: try cursor.readName())
      out.space()
      try printImportType(&cursor)
      out.append("))")
      try checkSize()
    }
    importedFunctionCount = functions.count
  }

  private mutating func printImportType(_ cursor: inout ByteCursor) throws(WasmError) {
    switch try cursor.readByte() {
    case 0:
      let index = UInt32(truncatingIfNeeded: functions.count)
      let type = try cursor.readU32()
      appendHead("func", index, names.functions)
      appendTypeUse(type, parameters: names.locals.identifiers(index))
      functions.append(type)
    case 1:
      appendHead("table", tableCount, names.tables)
      out.space()
      append(try cursor.readTableType())
      tableCount += 1
    case 2:
      appendHead("memory", memoryCount, names.memories)
      out.space()
      try printMemoryType(&cursor)
      memoryCount += 1
    case 3:
      appendHead("global", globalCount, names.globals)
      out.space()
      append(try cursor.readGlobalType())
      globalCount += 1
    case 4:
      let index = UInt32(truncatingIfNeeded: tags.count)
      appendHead("tag", index, names.tags)
      try readTagType(&cursor)
    default:
      throw cursor.malformed("malformed import kind", at: cursor.offset - 1)
    }
  }

  private mutating func readTagType(_ cursor: inout ByteCursor) throws(WasmError) {
    _ = try cursor.readByte()
    let type = try cursor.readU32()
    appendTypeUse(type)
    tags.append(type)
  }

  mutating func readFunctions(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for _ in 0..<count { functions.append(try cursor.readU32()) }
  }

  mutating func printTables(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for _ in 0..<count {
      openField("table", tableCount, names.tables)
      tableCount += 1
      let hasInitializer = cursor.peek() == 0x40
      if hasInitializer { _ = try cursor.skip(2) }
      out.space()
      append(try cursor.readTableType())
      if hasInitializer { try printExpression(&cursor) }
      out.append(")")
      try checkSize()
    }
  }

  mutating func printMemories(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for _ in 0..<count {
      openField("memory", memoryCount, names.memories)
      memoryCount += 1
      out.space()
      try printMemoryType(&cursor)
      out.append(")")
    }
  }

  private mutating func printMemoryType(_ cursor: inout ByteCursor) throws(WasmError) {
    // The encoding may have an explicit page size that is the default.
    let hasPageSize = cursor.peek().map { $0 & 8 != 0 } ?? false
    append(try cursor.readMemoryType(), hasPageSize: hasPageSize)
  }

  mutating func printTags(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for _ in 0..<count {
      openField("tag", UInt32(truncatingIfNeeded: tags.count), names.tags)
      try readTagType(&cursor)
      out.append(")")
      try checkSize()
    }
  }

  mutating func printGlobals(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for _ in 0..<count {
      openField("global", globalCount, names.globals)
      globalCount += 1
      out.space()
      append(try cursor.readGlobalType())
      try printExpression(&cursor)
      out.append(")")
      try checkSize()
    }
  }

  mutating func printExports(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for _ in 0..<count {
      out.line(1)
      out.append("(export ")
      out.append(quoted: try cursor.readName())
      let kind = try cursor.readByte()
      let index = try cursor.readU32()
      switch kind {
      case 0: appendExternal("func", index, names.functions)
      case 1: appendExternal("table", index, names.tables)
      case 2: appendExternal("memory", index, names.memories)
      case 3: appendExternal("global", index, names.globals)
      default: appendExternal("tag", index, names.tags)
      }
      out.append(")")
      try checkSize()
    }
  }

  private mutating func appendExternal(
    _ keyword: StaticString, _ index: UInt32, _ identifiers: Identifiers
  ) {
    out.append(" (")
    out.append(keyword)
    appendReference(index, identifiers)
    out.append(")")
  }

  mutating func printStart(_ cursor: inout ByteCursor) throws(WasmError) {
    out.line(1)
    out.append("(start")
    appendReference(try cursor.readU32(), names.functions)
    out.append(")")
  }

  // MARK: Segments

  mutating func printElements(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for index in 0..<count {
      openField("elem", index, names.elements)
      // Bit 0: the segment is not active. Bit 1: an active segment has a table index; another one is
      // declarative. Bit 2: the elements are expressions.
      let flags = try cursor.readU32()
      if flags & 1 == 0 {
        if flags & 2 != 0 { appendExternal("table", try cursor.readU32(), names.tables) }
        try printOffset(&cursor)
      } else if flags & 2 != 0 {
        out.append(" declare")
      }
      if flags & 4 == 0 {
        if flags & 3 != 0 { _ = try cursor.readByte() }
        try printFunctionItems(&cursor)
      } else {
        out.space()
        append(flags & 3 != 0 ? try cursor.readReferenceType() : .funcref)
        try printExpressionItems(&cursor)
      }
      out.append(")")
      try checkSize()
    }
  }

  private mutating func printFunctionItems(_ cursor: inout ByteCursor) throws(WasmError) {
    out.append(" func")
    let count = try cursor.readU32()
    for _ in 0..<count { appendReference(try cursor.readU32(), names.functions) }
  }

  private mutating func printExpressionItems(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for _ in 0..<count {
      try printExpression(&cursor, wrapper: "item")
      try checkSize()
    }
  }

  mutating func printData(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readU32()
    for index in 0..<count {
      openField("data", index, names.data)
      let kind = try cursor.readU32()
      if kind != 1 {
        let memory = kind == 2 ? try cursor.readU32() : 0
        if memory != 0 { appendExternal("memory", memory, names.memories) }
        try printOffset(&cursor)
      }
      let size = try cursor.readU32()
      appendData(try cursor.skip(size), depth: 2)
      out.append(")")
      try checkSize()
    }
  }

  private mutating func printOffset(_ cursor: inout ByteCursor) throws(WasmError) {
    try printExpression(&cursor, wrapper: "offset")
  }

  // MARK: Constant expressions

  /// Appends a constant expression. One that is not a single operator is put inside `wrapper`.
  private mutating func printExpression(
    _ cursor: inout ByteCursor, wrapper: StaticString? = nil
  ) throws(WasmError) {
    var reader = OperatorReader(cursor)
    body.removeAll()
    if Self.isSingleOperator(reader) {
      let op = try reader.next()
      out.append(" (")
      append(op, reader)
      out.append(")")
      _ = try reader.next()
    } else {
      if let wrapper {
        out.append(" (")
        out.append(wrapper)
      }
      body.openBody(resultCount: 1)
      while true {
        let op = try reader.next()
        switch op.code {
        case .end, .delegate: try body.close(op)
        case .else, .catch, .catchAll: try body.openPart(op)
        default: break
        }
        if body.blocks.isEmpty { break }
        out.space()
        append(op, reader)
        if op.code.opensBlock { body.open(op.code, blockType(op)) }
        try checkSize()
      }
      if wrapper != nil { out.append(")") }
    }
    cursor = reader.cursor
  }

  private static func isSingleOperator(_ reader: OperatorReader) -> Bool {
    var reader = reader
    guard let first = try? reader.next() else { return false }
    switch first.code {
    case .end, .else, .catch, .catchAll, .delegate: return false
    default: if first.code.opensBlock { return false }
    }
    return (try? reader.next())?.code == .end
  }
}
