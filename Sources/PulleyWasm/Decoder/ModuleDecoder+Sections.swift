extension ModuleDecoder {
  mutating func decodeImports(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.readCount(
      elementSize: 3, limit: ImplementationLimits.imports, "imports")
    module.imports.reserve(count)
    for _ in 0..<count {
      let start = cursor.offset
      let moduleName = try cursor.readName()
      let name = try cursor.readName()
      let type = try decodeImportType(&cursor)
      module.imports.append(
        Import(module: moduleName, name: name, type: type, offset: start))
    }
    module.importedFunctionCount = module.functions.count
    module.importedTableCount = module.tables.count
    module.importedMemoryCount = module.memories.count
    module.importedGlobalCount = module.globals.count
    module.importedTagCount = module.tags.count
  }

  private mutating func decodeImportType(
    _ cursor: inout ByteCursor
  ) throws(WasmError) -> ImportType {
    let start = cursor.offset
    switch try cursor.readByte() {
    case 0x7E, 0x7F:
      throw cursor.unsupported(.compactImports, at: start)
    case 0:
      let typeIndex = try cursor.readU32()
      module.functions.append(typeIndex)
      return .function(typeIndex: typeIndex)
    case 1:
      let type = try decodeTableType(&cursor)
      module.tables.append(type)
      return .table(type)
    case 2:
      let type = try cursor.readMemoryType()
      module.memories.append(type)
      return .memory(type)
    case 3:
      let type = try decodeGlobalType(&cursor)
      module.globals.append(type)
      return .global(type)
    case 4:
      let typeIndex = try decodeTagType(&cursor)
      module.tags.append(typeIndex)
      return .tag(typeIndex: typeIndex)
    default:
      throw cursor.malformed("malformed import kind", at: start)
    }
  }

  mutating func decodeFunctions(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try readCount(&cursor, ImplementationLimits.functions, "functions")
    module.functions.reserve(count)
    for _ in 0..<count { module.functions.append(try cursor.readU32()) }
  }

  mutating func decodeTables(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try readCount(
      &cursor, elementSize: 3, ImplementationLimits.tables - module.tables.count, "tables")
    for _ in 0..<count {
      let start = cursor.offset
      let hasInitializer = cursor.peek() == 0x40
      if hasInitializer {
        _ = try cursor.readByte()
        guard try cursor.readByte() == 0 else {
          throw cursor.malformed("malformed table", at: cursor.offset - 1)
        }
      }
      let type = try decodeTableType(&cursor)
      let initializer = hasInitializer ? try decodeConstantExpression(&cursor) : nil
      module.tables.append(type)
      module.tableDefinitions.append(
        TableDefinition(type: type, initializer: initializer, offset: start))
    }
  }

  private mutating func decodeTableType(_ cursor: inout ByteCursor) throws(WasmError) -> TableType {
    let start = cursor.offset
    var type = try cursor.readTableType()
    type.element = canonical(type.element, at: start)
    return type
  }

  mutating func decodeMemories(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try readCount(
      &cursor, elementSize: 2, ImplementationLimits.memories - module.memories.count, "memories")
    for _ in 0..<count {
      module.memoryOffsets.append(cursor.offset)
      module.memories.append(try cursor.readMemoryType())
    }
  }

  mutating func decodeTags(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try readCount(
      &cursor, elementSize: 2, ImplementationLimits.tags - module.tags.count, "tags")
    for _ in 0..<count {
      module.tagOffsets.append(cursor.offset)
      module.tags.append(try decodeTagType(&cursor))
    }
  }

  private func decodeTagType(_ cursor: inout ByteCursor) throws(WasmError) -> UInt32 {
    guard try cursor.readByte() == 0 else {
      throw cursor.malformed("malformed tag attribute", at: cursor.offset - 1)
    }
    return try cursor.readU32()
  }

  mutating func decodeGlobals(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try readCount(
      &cursor, elementSize: 3, ImplementationLimits.globals - module.globals.count, "globals")
    module.globals.reserve(count)
    module.globalDefinitions.reserve(count)
    for _ in 0..<count {
      let type = try decodeGlobalType(&cursor)
      let initializer = try decodeConstantExpression(&cursor)
      module.globals.append(type)
      module.globalDefinitions.append(GlobalDefinition(type: type, initializer: initializer))
    }
  }

  private mutating func decodeGlobalType(
    _ cursor: inout ByteCursor
  ) throws(WasmError) -> GlobalType {
    let start = cursor.offset
    var type = try cursor.readGlobalType()
    type.value = canonical(type.value, at: start)
    return type
  }

  mutating func decodeExports(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try readCount(&cursor, elementSize: 3, ImplementationLimits.exports, "exports")
    module.exports.reserve(count)
    for _ in 0..<count {
      let start = cursor.offset
      let name = try cursor.readName()
      let byte = try cursor.readByte()
      guard let kind = ExternalKind(rawValue: byte) else {
        throw cursor.malformed("malformed export kind", at: cursor.offset - 1)
      }
      let index = try cursor.readU32()
      module.exports.append(Export(name: name, kind: kind, index: index, offset: start))
    }
  }

  mutating func decodeStart(_ cursor: inout ByteCursor) throws(WasmError) {
    let start = cursor.offset
    module.start = StartFunction(functionIndex: try cursor.readU32(), offset: start)
  }

  mutating func decodeCode(_ cursor: inout ByteCursor) throws(WasmError) {
    let start = cursor.offset
    let count = try cursor.readU32()
    guard Int(count) == module.functions.count - module.importedFunctionCount else {
      throw cursor.malformed(
        "function and code section have inconsistent lengths", at: start)
    }
    module.bodies.reserve(Int(count))
    for _ in 0..<count {
      let start = cursor.offset
      let size = try cursor.readU32()
      let body = try cursor.skip(size)
      guard size <= ImplementationLimits.functionBodySize else {
        let limit = ImplementationLimits.functionBodySize
        throw WasmError(
          .limit, "function body too large: \(size) bytes, at most \(limit)", at: start,
          functionIndex: module.importedFunctionCount + module.bodies.count)
      }
      module.bodies.append(body)
    }
  }

  mutating func decodeCustom(_ cursor: inout ByteCursor) throws(WasmError) {
    let name = try cursor.readName()
    module.customSections.append(CustomSection(name: name, bytes: cursor.skipRest()))
  }

  /// Reads a section's number of entries.
  func readCount(
    _ cursor: inout ByteCursor, elementSize: Int = 1, _ limit: Int, _ what: String
  ) throws(WasmError) -> Int {
    try cursor.readCount(elementSize: elementSize, limit: max(limit, 0), what)
  }

  /// Reads a constant expression and its `end`.
  func decodeConstantExpression(
    _ cursor: inout ByteCursor
  ) throws(WasmError) -> ConstantExpression {
    let start = cursor.offset
    var expression = ConstantExpression(offset: start)
    var reader = OperatorReader(cursor)
    var openBlocks = 0
    while true {
      let op = try reader.next()
      if op.code == .end {
        if openBlocks == 0 { break }
        openBlocks -= 1
      } else if op.code.opensBlock {
        openBlocks += 1
      } else if op.code.closesBlock, openBlocks > 0 {
        openBlocks -= 1
      }
      guard expression.count < ImplementationLimits.constantExpressionOperators else {
        let limit = ImplementationLimits.constantExpressionOperators
        throw WasmError(
          .limit, "constant expression too long: at most \(limit) operators",
          at: Int(op.offset))
      }
      expression.append(op)
    }
    cursor = reader.cursor
    return expression
  }
}
