/// Parameters and results of a function, a block or (without results) a tag.
public struct FunctionType: Hashable, Sendable {
  public var parameters: [ValueType]
  public var results: [ValueType]

  public init(parameters: [ValueType] = [], results: [ValueType] = []) {
    self.parameters = parameters
    self.results = results
  }
}

/// The type of a field of a structure or array: a value type, or a packed integer type.
public enum StorageType: Hashable, Sendable {
  case value(ValueType)
  case i8
  case i16
}

/// The type and mutability of a field of a structure, or of the elements of an array.
public struct FieldType: Hashable, Sendable {
  public var storage: StorageType
  public var isMutable: Bool

  public init(storage: StorageType, isMutable: Bool) {
    self.storage = storage
    self.isMutable = isMutable
  }
}

/// The body of a defined type.
public enum CompositeType: Hashable, Sendable {
  case function(FunctionType)
  case structure([FieldType])
  case array(FieldType)
}

/// A type as the type section defines it.
public struct DefinedType: Hashable, Sendable {
  public var composite: CompositeType
  /// The index of the declared supertype.
  public var supertype: UInt32?
  /// Whether no other type may be declared a subtype of this one.
  public var isFinal: Bool

  public init(_ composite: CompositeType, supertype: UInt32? = nil, isFinal: Bool = true) {
    self.composite = composite
    self.supertype = supertype
    self.isFinal = isFinal
  }
}

/// The type of addresses into a memory or of indices into a table.
public enum AddressType: Hashable, Sendable {
  case i32
  case i64

  /// The value type of an address.
  public var valueType: ValueType {
    switch self {
    case .i32: .i32
    case .i64: .i64
    }
  }
}

/// The smallest and largest size of a memory (in pages) or table (in elements).
public struct Limits: Hashable, Sendable {
  public var minimum: UInt64
  public var maximum: UInt64?

  public init(minimum: UInt64, maximum: UInt64? = nil) {
    self.minimum = minimum
    self.maximum = maximum
  }
}

/// The type of a table.
public struct TableType: Hashable, Sendable {
  /// A reference type.
  public var element: ValueType
  public var limits: Limits
  public var addressType: AddressType

  public init(element: ValueType, limits: Limits, addressType: AddressType = .i32) {
    self.element = element
    self.limits = limits
    self.addressType = addressType
  }
}

/// The type of a memory.
public struct MemoryType: Hashable, Sendable {
  /// In pages of `1 << pageSizeLog2` bytes.
  public var limits: Limits
  public var addressType: AddressType
  public var isShared: Bool
  public var pageSizeLog2: UInt8

  public init(
    limits: Limits, addressType: AddressType = .i32, isShared: Bool = false,
    pageSizeLog2: UInt8 = 16
  ) {
    self.limits = limits
    self.addressType = addressType
    self.isShared = isShared
    self.pageSizeLog2 = pageSizeLog2
  }

  /// The largest number of pages that the address type can address.
  public var addressablePages: UInt64 {
    let bits = UInt64(addressType == .i32 ? 32 : 64) - UInt64(min(pageSizeLog2, 32))
    return bits == 64 ? .max : pageSizeLog2 == 0 ? 1 << bits - 1 : 1 << bits
  }
}

/// The type of a global variable.
public struct GlobalType: Hashable, Sendable {
  public var value: ValueType
  public var isMutable: Bool

  public init(value: ValueType, isMutable: Bool) {
    self.value = value
    self.isMutable = isMutable
  }
}
