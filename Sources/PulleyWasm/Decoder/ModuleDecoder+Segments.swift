extension ModuleDecoder {
  mutating func decodeElements(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try readCount(
      &cursor, elementSize: 2, ImplementationLimits.elementSegments, "element segments")
    module.elementSegments.reserve(count)
    for _ in 0..<count { module.elementSegments.append(try decodeElementSegment(&cursor)) }
  }

  private mutating func decodeElementSegment(
    _ cursor: inout ByteCursor
  ) throws(WasmError) -> ElementSegment {
    let start = cursor.offset
    let flags = try cursor.readU32()
    guard flags < 8 else {
      throw cursor.malformed("malformed elements segment kind", at: start)
    }
    // Bit 0: the segment is not active. Bit 1: an active segment has a table index; another one is
    // declarative. Bit 2: the elements are expressions.
    let mode: SegmentMode
    if flags & 1 == 0 {
      let table = flags & 2 != 0 ? try cursor.readU32() : 0
      mode = .active(index: table, offset: try decodeConstantExpression(&cursor))
    } else {
      mode = flags & 2 != 0 ? .declared : .passive
    }
    let isTyped = flags & 3 != 0
    if flags & 4 == 0 {
      if isTyped, try cursor.readByte() != 0 {
        throw cursor.malformed("malformed element kind", at: cursor.offset - 1)
      }
      return ElementSegment(
        mode: mode, type: .ref(nullable: false, .func),
        items: .functions(try decodeFunctionIndices(&cursor)), offset: start)
    }
    let typeStart = cursor.offset
    let type = isTyped ? canonical(try cursor.readReferenceType(), at: typeStart) : .funcref
    return ElementSegment(
      mode: mode, type: type, items: try decodeElementExpressions(&cursor), offset: start)
  }

  private func decodeFunctionIndices(_ cursor: inout ByteCursor) throws(WasmError) -> [UInt32] {
    let count = try readCount(
      &cursor, ImplementationLimits.elementSegmentLength, "elements in a segment")
    var functions: [UInt32] = []
    functions.reserve(count)
    for _ in 0..<count { functions.append(try cursor.readU32()) }
    return functions
  }

  private func decodeElementExpressions(
    _ cursor: inout ByteCursor
  ) throws(WasmError) -> ElementSegment.Items {
    let count = try readCount(
      &cursor, elementSize: 2, ImplementationLimits.elementSegmentLength,
      "elements in a segment")
    // Most segments contain only functions, which take a fourteenth of the memory of expressions.
    // If there is another element, the segment is read again as expressions.
    let beginning = cursor
    var functions: [UInt32] = []
    functions.reserve(count)
    for _ in 0..<count {
      guard let function = try decodeConstantExpression(&cursor).onlyFunction else { break }
      functions.append(function)
    }
    if functions.count == count { return .functions(functions) }
    cursor = beginning
    var expressions: [ConstantExpression] = []
    for _ in 0..<count { expressions.append(try decodeConstantExpression(&cursor)) }
    return .expressions(expressions)
  }

  mutating func decodeData(_ cursor: inout ByteCursor) throws(WasmError) {
    let start = cursor.offset
    let count = try readCount(
      &cursor, elementSize: 2, ImplementationLimits.dataSegments, "data segments")
    if let dataCount = module.dataCount, dataCount != count {
      throw cursor.malformed(
        "data count and data section have inconsistent lengths", at: start)
    }
    module.dataSegments.reserve(count)
    for _ in 0..<count {
      let start = cursor.offset
      let mode: SegmentMode
      switch try cursor.readU32() {
      case 0: mode = .active(index: 0, offset: try decodeConstantExpression(&cursor))
      case 1: mode = .passive
      case 2:
        let memory = try cursor.readU32()
        mode = .active(index: memory, offset: try decodeConstantExpression(&cursor))
      default: throw cursor.malformed("malformed data segment kind", at: start)
      }
      let size = try cursor.readU32()
      module.dataSegments.append(
        DataSegment(mode: mode, bytes: try cursor.skip(size), offset: start))
    }
  }
}
