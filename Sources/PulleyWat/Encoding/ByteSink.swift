import PulleyWasm

/// Appends elements of the binary format, each in its shortest encoding.
extension [UInt8] {
  @inline(__always)
  mutating func append(u32 value: UInt32) { append(u64: UInt64(value)) }

  @inline(__always)
  mutating func append(u32 value: Int) { append(u64: UInt64(value)) }

  @inline(__always)
  mutating func append(u64 value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  @inline(__always)
  mutating func append(s64 value: Int64) {
    var rest = value
    while !(-0x40..<0x40 ~= rest) {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest) & 0x7F)
  }

  mutating func append(fixed32 value: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func append(fixed64 value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Appends a count and that many bytes.
  mutating func append(counted bytes: [UInt8]) {
    append(u32: bytes.count)
    append(contentsOf: bytes)
  }

  // MARK: Types

  mutating func append(_ type: ValueType) {
    guard type.isReference else {
      append(UInt8(truncatingIfNeeded: 0x80 - type.rawValue))
      return
    }
    if type.isNullable, let abstract = type.heapType.abstract {
      append(abstract.rawValue)
    } else {
      append(type.isNullable ? 0x63 : 0x64)
      append(type.heapType)
    }
  }

  mutating func append(_ type: HeapType) {
    if let index = type.typeIndex {
      append(s64: Int64(index))
    } else {
      append(UInt8(truncatingIfNeeded: type.rawValue))
    }
  }

  mutating func append(_ types: [ValueType]) {
    append(u32: types.count)
    for type in types { append(type) }
  }

  mutating func append(_ field: FieldType) {
    switch field.storage {
    case .value(let type): append(type)
    case .i8: append(0x78)
    case .i16: append(0x77)
    }
    append(field.isMutable ? 1 : 0)
  }

  mutating func append(_ type: GlobalType) {
    append(type.value)
    append(type.isMutable ? 1 : 0)
  }

  mutating func append(_ type: TypeDefinition) {
    if !type.isFinal || !type.supertypes.isEmpty {
      append(type.isFinal ? 0x4F : 0x50)
      append(u32: type.supertypes.count)
      for supertype in type.supertypes { append(u32: supertype) }
    }
    switch type.composite {
    case .function(let function):
      append(0x60)
      append(function.parameters)
      append(function.results)
    case .structure(let fields):
      append(0x5F)
      append(u32: fields.count)
      for field in fields { append(field) }
    case .array(let element):
      append(0x5E)
      append(element)
    }
  }

  // MARK: Operators

  @inline(__always)
  mutating func append(_ code: OperatorCode) {
    let encoding = code.encoding
    if encoding < 0x100 {
      append(UInt8(truncatingIfNeeded: encoding))
    } else {
      append(UInt8(truncatingIfNeeded: encoding >> 12))
      append(u32: encoding & 0xFFF)
    }
  }
}
