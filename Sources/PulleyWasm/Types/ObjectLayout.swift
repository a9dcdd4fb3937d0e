/// Where an object of the heap has its fields: offsets in bytes from its address, which is a multiple of 8.
///
/// The first word is the object's type. Fields follow in their order, each at a multiple of its size, at
/// most 8, so the fields of a supertype are at the same places in all its subtypes. An array has its
/// length in 32 bits, and then its elements.
public struct ObjectLayout: Hashable, Sendable {
  public static let headerSize = 8
  public static let arrayLength = 8
  public static let arrayElements = 16
  /// The 64-bit number of an exception's tag. Its payload follows.
  public static let exceptionTag = 8

  /// By field.
  public private(set) var offsets: [Int] = []
  /// The size of the object, a multiple of 8.
  public private(set) var size = headerSize

  /// The layout of a structure.
  public init(fields: [FieldType]) {
    for field in fields { append(field.storage) }
    end()
  }

  /// The layout of an exception whose tag has these parameters.
  public init(payload: [ValueType]) {
    size = Self.exceptionTag + 8
    for type in payload { append(.value(type)) }
    end()
  }

  private mutating func append(_ storage: StorageType) {
    let alignment = min(storage.size, 8)
    let offset = (size + alignment - 1) & -alignment
    offsets.append(offset)
    size = offset + storage.size
  }

  private mutating func end() { size = (size + 7) & -8 }
}

extension StorageType {
  /// The size of a field or an element in bytes, a power of two.
  public var size: Int {
    switch self {
    case .i8: 1
    case .i16: 2
    case .value(let type):
      switch type.kind {
      case .i32, .f32: 4
      case .i64, .f64, .reference: 8
      case .v128: 16
      }
    }
  }
}

extension StorageType {
  /// Whether it holds references that the collector must know.
  public var isCollected: Bool {
    guard case .value(let type) = self else { return false }
    return type.isCollected
  }
}

extension ValueType {
  /// Whether values are references to objects of the heap, or external references. A reference to a
  /// defined type counts, though the type may be of functions: `WasmModule.isCollected` is exact.
  public var isCollected: Bool {
    guard isReference else { return false }
    switch heapType.abstract {
    case .func, .nofunc: return false
    default: return true
    }
  }
}

extension StorageType {
  /// The type of values that are read from or written to the field.
  public var unpacked: ValueType {
    switch self {
    case .value(let type): type
    case .i8, .i16: .i32
    }
  }

  var isPacked: Bool {
    switch self {
    case .value: false
    case .i8, .i16: true
    }
  }
}
