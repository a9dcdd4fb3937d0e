extension ByteCursor {
  /// Reads a heap type. The index of a defined type is not checked.
  mutating func readHeapType() throws(WasmError) -> HeapType {
    let start = offset
    if let byte = peek(), byte >= 0x40 && byte < 0x80 {
      _ = try readByte()
      guard let abstract = HeapType.Abstract(rawValue: byte) else {
        if byte == 0x65 { throw unsupported(.sharedTypes, at: start) }
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

  /// Reads the rest of a type whose first byte has been read. Returns nil if no type starts with it.
  private mutating func valueType(
    startingWith byte: UInt8, at start: Int
  ) throws(WasmError) -> ValueType? {
    switch byte {
    case 0x7F: return .i32
    case 0x7E: return .i64
    case 0x7D: return .f32
    case 0x7C: return .f64
    case 0x7B: return .v128
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
    let flags = try readLimitsFlags([.hasMaximum, .is64])
    return TableType(
      element: element, limits: try readLimits(flags), addressType: flags.addressType)
  }

  package mutating func readMemoryType() throws(WasmError) -> MemoryType {
    let flags = try readLimitsFlags([.hasMaximum, .isShared, .is64, .hasPageSize])
    let limits = try readLimits(flags)
    var pageSizeLog2: UInt32 = 16
    if flags.contains(.hasPageSize) {
      let start = offset
      pageSizeLog2 = try readU32()
      guard pageSizeLog2 < 64 else { throw malformed("invalid custom page size", at: start) }
    }
    return MemoryType(
      limits: limits, addressType: flags.addressType, isShared: flags.contains(.isShared),
      pageSizeLog2: UInt8(pageSizeLog2))
  }

  private mutating func readLimitsFlags(_ allowed: LimitsFlags) throws(WasmError) -> LimitsFlags {
    let flags = LimitsFlags(rawValue: try readByte())
    guard flags.isSubset(of: allowed) else {
      throw malformed("malformed limits flags", at: offset - 1)
    }
    return flags
  }

  private mutating func readLimits(_ flags: LimitsFlags) throws(WasmError) -> Limits {
    // 64 bits for all address types: a limit that is too large is invalid, not malformed.
    let minimum = try readU64()
    return Limits(
      minimum: minimum, maximum: flags.contains(.hasMaximum) ? try readU64() : nil)
  }
}

/// The flags before the limits of a table or memory.
private struct LimitsFlags: OptionSet {
  let rawValue: UInt8

  static let hasMaximum = LimitsFlags(rawValue: 1)
  static let isShared = LimitsFlags(rawValue: 2)
  static let is64 = LimitsFlags(rawValue: 4)
  static let hasPageSize = LimitsFlags(rawValue: 8)

  var addressType: AddressType { contains(.is64) ? .i64 : .i32 }
}
