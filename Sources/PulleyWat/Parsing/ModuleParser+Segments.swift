import PulleySource
import PulleyWasm

extension ModuleParser {
  // MARK: Tables and memories

  private mutating func parseAddressType() -> AddressType {
    if cursor.take(.i64) { return .i64 }
    _ = cursor.take(.i32)
    return .i32
  }

  /// Reads and encodes the limits of a table or memory.
  private mutating func parseLimits(
    _ bytes: inout [UInt8], _ addressType: AddressType, isMemory: Bool
  ) throws(TextError) {
    let minimum = try cursor.readUnsigned(bits: 64)
    let maximum = cursor.isAt(.number) ? try cursor.readUnsigned(bits: 64) : nil
    let isShared = isMemory && (cursor.take(.shared))
    let pageSize = isMemory ? try parsePageSize() : nil
    appendLimits(
      &bytes, minimum, maximum, addressType, isShared: isShared, pageSizeLog2: pageSize)
  }

  private func appendLimits(
    _ bytes: inout [UInt8], _ minimum: UInt64, _ maximum: UInt64?, _ addressType: AddressType,
    isShared: Bool = false, pageSizeLog2: UInt8? = nil
  ) {
    bytes.append(
      (maximum == nil ? 0 : 1) | (isShared ? 2 : 0) | (addressType == .i64 ? 4 : 0)
        | (pageSizeLog2 == nil ? 0 : 8))
    bytes.append(u64: minimum)
    if let maximum { bytes.append(u64: maximum) }
    if let pageSizeLog2 { bytes.append(pageSizeLog2) }
  }

  /// Reads the page size, if there is one, and returns its binary logarithm.
  private mutating func parsePageSize() throws(TextError) -> UInt8? {
    guard cursor.takeOpening(.pagesize) else { return nil }
    let start = cursor.offset
    let size = try cursor.readUnsigned(bits: 64)
    guard size.nonzeroBitCount == 1 else {
      throw TextError("invalid custom page size", at: start)
    }
    try cursor.expect(.rightParen)
    return UInt8(truncatingIfNeeded: size.trailingZeroBitCount)
  }

  mutating func parseTableType(_ bytes: inout [UInt8]) throws(TextError) {
    let addressType = parseAddressType()
    var limits: [UInt8] = []
    try parseLimits(&limits, addressType, isMemory: false)
    bytes.append(try parseReferenceType())
    bytes += limits
  }

  mutating func parseMemoryType(_ bytes: inout [UInt8]) throws(TextError) {
    let addressType = parseAddressType()
    try parseLimits(&bytes, addressType, isMemory: true)
  }

  mutating func parseTable(_ index: UInt32, at start: Int) throws(TextError) {
    let head = cursor.position
    let addressType = parseAddressType()
    var type: [UInt8] = []
    if isAtReferenceType() {
      let element = try parseReferenceType()
      guard cursor.takeOpening(.elem) else { throw cursor.unexpectedToken() }
      let count = try parseElements(ofTable: index, element, addressType)
      try cursor.expect(.rightParen)
      type.append(element)
      appendLimits(&type, UInt64(count), UInt64(count), addressType)
    } else {
      cursor.move(to: head)
      try parseTableType(&type)
    }
    sections[SectionKind.table.rawValue].begin(start)
    if cursor.isAt(.rightParen) {
      sections[SectionKind.table.rawValue].bytes += type
    } else {
      sections[SectionKind.table.rawValue].bytes += [0x40, 0x00]
      sections[SectionKind.table.rawValue].bytes += type
      try parseExpression(into: .table)
    }
  }

  mutating func parseMemory(_ index: UInt32, at start: Int) throws(TextError) {
    let head = cursor.position
    let addressType = parseAddressType()
    var type: [UInt8] = []
    let pageSize = try parsePageSize()
    if cursor.takeOpening(.data) {
      let dataStart = cursor.peek(-1).offset
      let contents = try cursor.readStrings()
      try cursor.expect(.rightParen)
      let shift = UInt64(pageSize ?? 16)
      let pageMask: UInt64 = shift < 64 ? (1 << shift) - 1 : .max
      let pages =
        shift < 64 ? (UInt64(contents.count) + pageMask) >> shift : contents.isEmpty ? 0 : 1
      appendLimits(&type, pages, pages, addressType, pageSizeLog2: pageSize)
      beginActiveSegment(.data, dataStart, flags: index == 0 ? 0 : 2, index, addressType)
      sections[SectionKind.data.rawValue].bytes.append(counted: contents)
    } else {
      cursor.move(to: head)
      try parseMemoryType(&type)
    }
    sections[SectionKind.memory.rawValue].begin(start)
    sections[SectionKind.memory.rawValue].bytes += type
  }

  /// Encodes the head of an active segment with the offset 0.
  private mutating func beginActiveSegment(
    _ section: SectionKind, _ start: Int, flags: UInt8, _ index: UInt32,
    _ addressType: AddressType
  ) {
    var bytes: [UInt8] = [flags]
    if flags & 2 != 0 { bytes.append(u32: index) }
    bytes.append(addressType == .i64 ? .i64Const : .i32Const)
    bytes.append(0)
    bytes.append(.end)
    sections[section.rawValue].begin(start)
    sections[section.rawValue].bytes += bytes
  }

  // MARK: Data segments

  /// Reads a data segment after `(data`.
  mutating func parseDataSegment() throws(TextError) {
    sections[SectionKind.data.rawValue].begin(cursor.peek(-1).offset)
    skipIdentifierAndName()
    var memory: UInt32?
    if cursor.takeOpening(.memory) {
      memory = try readIndex(.memory)
      try cursor.expect(.rightParen)
    } else if isAtIndex() {
      memory = try readIndex(.memory)
    }
    if memory != nil || cursor.isAt(.leftParen) {
      sections[SectionKind.data.rawValue].bytes.append(memory ?? 0 == 0 ? 0 : 2)
      if let memory, memory != 0 {
        sections[SectionKind.data.rawValue].bytes.append(u32: memory)
      }
      try parseOffset(into: .data)
    } else {
      sections[SectionKind.data.rawValue].bytes.append(1)
    }
    sections[SectionKind.data.rawValue].bytes.append(counted: try cursor.readStrings())
  }

  /// Reads `(offset …)` or one folded instruction.
  private mutating func parseOffset(into section: SectionKind) throws(TextError) {
    if cursor.takeOpening(.offset) {
      try parseExpression(into: section)
      try cursor.expect(.rightParen)
    } else {
      try parseFoldedExpression(into: section)
    }
  }

  // MARK: Element segments

  /// Reads an element segment after `(elem`.
  mutating func parseElementSegment() throws(TextError) {
    sections[SectionKind.element.rawValue].begin(cursor.peek(-1).offset)
    skipIdentifierAndName()
    if cursor.take(.declare) {
      try parseElementList(flags: 3)
      return
    }
    var table: UInt32?
    if cursor.takeOpening(.table) {
      table = try readIndex(.table)
      try cursor.expect(.rightParen)
    } else if isAtIndex() {
      table = try readIndex(.table)
    }
    // A parenthesised reference type starts the elements of a segment that is not active.
    guard table != nil || cursor.isAt(.leftParen) && !cursor.opens(.ref) else {
      try parseElementList(flags: 1)
      return
    }
    // The elements determine the encoding, and come after the offset.
    let offset = cursor.position
    try cursor.expect(.leftParen)
    try cursor.skipToClosingParenthesis()
    // An explicit table in the text is explicit in the encoding, as in other tools.
    var flags: UInt8 = table == nil ? 0 : 2
    if isAtReferenceType() {
      let list = cursor.position
      let type = try parseReferenceType()
      cursor.move(to: list)
      flags = table == nil && type == .funcref ? 4 : 6
    }
    cursor.move(to: offset)
    sections[SectionKind.element.rawValue].bytes.append(flags)
    if flags & 2 != 0 { sections[SectionKind.element.rawValue].bytes.append(u32: table ?? 0) }
    try parseOffset(into: .element)
    if isAtReferenceType() {
      let type = try parseReferenceType()
      if flags & 2 != 0 { sections[SectionKind.element.rawValue].bytes.append(type) }
      try parseElementExpressions()
    } else {
      if flags & 2 != 0 { sections[SectionKind.element.rawValue].bytes.append(0) }
      _ = cursor.take(.func)
      _ = try parseFunctionIndices(of: nil)
    }
  }

  /// Reads the type and the elements of a segment that is not active.
  private mutating func parseElementList(flags: UInt8) throws(TextError) {
    if isAtReferenceType() {
      let type = try parseReferenceType()
      sections[SectionKind.element.rawValue].bytes.append(flags | 4)
      sections[SectionKind.element.rawValue].bytes.append(type)
      try parseElementExpressions()
    } else {
      try cursor.expect(.func)
      sections[SectionKind.element.rawValue].bytes += [flags, 0]
      _ = try parseFunctionIndices(of: nil)
    }
  }

  /// Reads functions. They are encoded as expressions if the type of the elements is not `funcref`.
  private mutating func parseFunctionIndices(of type: ValueType?) throws(TextError) -> Int {
    var bytes: [UInt8] = []
    var count = 0
    while isAtIndex() {
      let index = try readIndex(.function)
      if type != nil { bytes.append(.refFunc) }
      bytes.append(u32: index)
      if type != nil { bytes.append(.end) }
      count += 1
    }
    sections[SectionKind.element.rawValue].bytes.append(u32: count)
    sections[SectionKind.element.rawValue].bytes += bytes
    return count
  }

  private mutating func parseElementExpressions() throws(TextError) {
    // The count comes first in the encoding, so the elements are counted before they are read.
    let start = cursor.position
    var count = 0
    while cursor.take(.leftParen) {
      try cursor.skipToClosingParenthesis()
      count += 1
    }
    cursor.move(to: start)
    sections[SectionKind.element.rawValue].bytes.append(u32: count)
    for _ in 0..<count {
      if cursor.takeOpening(.item) {
        try parseExpression(into: .element)
        try cursor.expect(.rightParen)
      } else {
        try parseFoldedExpression(into: .element)
      }
    }
  }

  /// Reads the inline elements of a table and returns their number.
  private mutating func parseElements(
    ofTable index: UInt32, _ type: ValueType, _ addressType: AddressType
  ) throws(TextError) -> Int {
    let start = cursor.peek(-1).offset
    let isFunctions = !cursor.isAt(.leftParen)
    let isFuncref = type == .funcref
    let isIndices = isFunctions && isFuncref
    let isShort = index == 0 && isFuncref
    beginActiveSegment(
      .element, start, flags: (isShort ? 0 : 2) | (isIndices ? 0 : 4), index, addressType)
    if !isShort {
      if isIndices {
        sections[SectionKind.element.rawValue].bytes.append(0)
      } else {
        sections[SectionKind.element.rawValue].bytes.append(type)
      }
    }
    if isFunctions { return try parseFunctionIndices(of: isFuncref ? nil : type) }
    let head = cursor.position
    var count = 0
    while cursor.take(.leftParen) {
      try cursor.skipToClosingParenthesis()
      count += 1
    }
    cursor.move(to: head)
    try parseElementExpressions()
    return count
  }
}
