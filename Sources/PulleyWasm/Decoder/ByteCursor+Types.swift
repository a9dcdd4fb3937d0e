extension ByteCursor {
  /// A heap type: an abstract one or the index of a defined one, which is not checked here.
  mutating func readHeapType() throws(WasmError) -> HeapType {
    let start = offset
    if let byte = peek(), byte >= 0x40 && byte < 0x80 {
      _ = try readByte()
      guard let abstract = HeapType.Abstract(rawValue: byte) else {
        if byte == 0x65 { throw unsupported(.threads, at: start) }
        throw malformed("malformed heap type", at: start)
      }
      return HeapType(abstract)
    }
    return try definedHeapType(readS33(), at: start)
  }

  private func definedHeapType(_ number: Int64, at start: Int) throws(WasmError) -> HeapType {
    guard number >= 0 else { throw malformed("malformed heap type", at: start) }
    return .defined(UInt32(min(number, Int64(HeapType.definedBit - 1))))
  }

  package mutating func readValueType() throws(WasmError) -> ValueType {
    let start = offset
    let byte = try readByte()
    guard let type = try valueType(startingWith: byte, at: start) else {
      throw malformed("malformed value type", at: start)
    }
    return type
  }

  package mutating func readReferenceType() throws(WasmError) -> ValueType {
    let start = offset
    let byte = try readByte()
    guard let type = try valueType(startingWith: byte, at: start), type.isReference else {
      throw malformed("malformed reference type", at: start)
    }
    return type
  }

  /// The type whose first byte has been read; nil if no type starts with it.
  private mutating func valueType(
    startingWith byte: UInt8, at start: Int
  ) throws(WasmError) -> ValueType? {
    switch byte {
    case 0x7F: return .i32
    case 0x7E: return .i64
    case 0x7D: return .f32
    case 0x7C: return .f64
    case 0x7B: throw unsupported(.simd, at: start)
    case 0x64: return .ref(nullable: false, try readHeapType())
    case 0x63: return .ref(nullable: true, try readHeapType())
    default:
      return HeapType.Abstract(rawValue: byte).map { .ref(nullable: true, HeapType($0)) }
    }
  }

  mutating func readBlockType() throws(WasmError) -> BlockType {
    let start = offset
    if let byte = peek(), byte >= 0x40 && byte < 0x80 {
      _ = try readByte()
      if byte == 0x40 { return .empty }
      guard let type = try valueType(startingWith: byte, at: start) else {
        throw malformed("malformed block type", at: start)
      }
      return .result(type)
    }
    let number = try readS33()
    guard number >= 0 else { throw malformed("malformed block type", at: start) }
    return .function(UInt32(truncatingIfNeeded: number))
  }

  mutating func readStorageType() throws(WasmError) -> StorageType {
    switch peek() {
    case 0x78:
      _ = try readByte()
      return .i8
    case 0x77:
      _ = try readByte()
      return .i16
    default:
      return .value(try readValueType())
    }
  }

  mutating func readMutability() throws(WasmError) -> Bool {
    let byte = try readByte()
    guard byte <= 1 else { throw malformed("malformed mutability", at: offset - 1) }
    return byte == 1
  }

  package mutating func readFieldType() throws(WasmError) -> FieldType {
    let storage = try readStorageType()
    return FieldType(storage: storage, isMutable: try readMutability())
  }

  package mutating func readGlobalType() throws(WasmError) -> GlobalType {
    let value = try readValueType()
    return GlobalType(value: value, isMutable: try readMutability())
  }

  package mutating func readTableType() throws(WasmError) -> TableType {
    let element = try readReferenceType()
    let start = offset
    let flags = try readByte()
    switch flags {
    case 0, 1: break
    case 4, 5: throw unsupported(.memory64, at: start)
    default: throw malformed("malformed limits flags", at: start)
    }
    return TableType(element: element, limits: try readLimits(hasMaximum: flags & 1 != 0))
  }

  package mutating func readMemoryType() throws(WasmError) -> MemoryType {
    let start = offset
    let flags = try readByte()
    switch flags {
    case 0, 1: break
    case 2, 3, 6, 7: throw unsupported(.threads, at: start)
    case 4, 5: throw unsupported(.memory64, at: start)
    case 8...15: throw unsupported(.customPageSizes, at: start)
    default: throw malformed("malformed limits flags", at: start)
    }
    return MemoryType(limits: try readLimits(hasMaximum: flags & 1 != 0))
  }

  private mutating func readLimits(hasMaximum: Bool) throws(WasmError) -> Limits {
    // 64 bits whatever the address type is; what is too large is invalid, not malformed.
    let minimum = try readU64()
    return Limits(minimum: minimum, maximum: hasMaximum ? try readU64() : nil)
  }
}
