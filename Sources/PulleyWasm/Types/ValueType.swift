/// The type of a value: a number, a vector or a reference.
///
/// It is one 32-bit word. A reference to a defined type has the canonical index of that type
/// (`WasmModule.canonicalTypes`), so two types are equal if and only if their words are.
public struct ValueType: Hashable, Sendable {
  /// A small number for numbers and vectors; `referenceBit`, `nullableBit` and the heap type for
  /// references.
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  public static let i32 = ValueType(rawValue: 1)
  public static let i64 = ValueType(rawValue: 2)
  public static let f32 = ValueType(rawValue: 3)
  public static let f64 = ValueType(rawValue: 4)
  public static let v128 = ValueType(rawValue: 5)
  public static let funcref = ref(nullable: true, .func)
  public static let externref = ref(nullable: true, .extern)

  /// The type of a value that is popped in unreachable code. It matches every type.
  static let bottom = ValueType(rawValue: 0)

  @usableFromInline static let referenceBit: UInt32 = 0x8000_0000
  @usableFromInline static let nullableBit: UInt32 = 0x4000_0000

  /// A reference to a heap type.
  @inlinable
  public static func ref(nullable: Bool, _ heapType: HeapType) -> ValueType {
    ValueType(rawValue: referenceBit | (nullable ? nullableBit : 0) | heapType.rawValue)
  }

  /// Kinds of value types.
  public enum Kind: UInt8, Sendable {
    case i32 = 1, i64, f32, f64, v128, reference
  }

  /// The kind of the type.
  @inlinable
  public var kind: Kind {
    isReference ? .reference : Kind(rawValue: UInt8(truncatingIfNeeded: rawValue)) ?? .reference
  }

  /// Whether values of this type are references.
  @inlinable
  public var isReference: Bool { rawValue & Self.referenceBit != 0 }

  /// Whether the type is a reference type that has a null.
  @inlinable
  public var isNullable: Bool { isReference && rawValue & Self.nullableBit != 0 }

  /// The heap type that a reference refers to. Only references have one.
  @inlinable
  public var heapType: HeapType {
    HeapType(rawValue: rawValue & ~(Self.referenceBit | Self.nullableBit))
  }

  /// The reference type that is not nullable.
  @inlinable
  public var nonNull: ValueType {
    isReference ? ValueType(rawValue: rawValue & ~Self.nullableBit) : self
  }

  /// Whether locals and table elements of this type have a default value.
  @inlinable
  public var hasDefault: Bool { !isReference || isNullable }
}

extension ValueType: CustomStringConvertible {
  public var description: String {
    guard isReference else {
      switch rawValue {
      case 1: return "i32"
      case 2: return "i64"
      case 3: return "f32"
      case 4: return "f64"
      case 5: return "v128"
      default: return "unknown"
      }
    }
    if isNullable, let abstract = heapType.abstract { return abstract.nullableShorthand }
    return "(ref \(isNullable ? "null " : "")\(heapType))"
  }
}

/// A heap type: an abstract one, or a type that the module defines.
public struct HeapType: Hashable, Sendable {
  /// An abstract type's byte in the binary format, or `definedBit` and a type index.
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  @usableFromInline static let definedBit: UInt32 = 0x2000_0000

  /// The abstract heap types; raw values are their bytes in the binary format.
  public enum Abstract: UInt8, Sendable {
    case exn = 0x69
    case array = 0x6A
    case `struct` = 0x6B
    case i31 = 0x6C
    case eq = 0x6D
    case any = 0x6E
    case extern = 0x6F
    case `func` = 0x70
    case none = 0x71
    case noextern = 0x72
    case nofunc = 0x73
    case noexn = 0x74
  }

  @inlinable
  public init(_ abstract: Abstract) {
    rawValue = UInt32(abstract.rawValue)
  }

  public static let `func` = HeapType(.func)
  public static let extern = HeapType(.extern)

  /// The defined type with this index.
  @inlinable
  public static func defined(_ typeIndex: UInt32) -> HeapType {
    HeapType(rawValue: definedBit | typeIndex)
  }

  /// The index of a defined type; nil for abstract types.
  @inlinable
  public var typeIndex: UInt32? {
    rawValue & Self.definedBit != 0 ? rawValue & ~Self.definedBit : nil
  }

  /// The abstract type; nil for defined types.
  @inlinable
  public var abstract: Abstract? {
    rawValue & Self.definedBit == 0 ? Abstract(rawValue: UInt8(truncatingIfNeeded: rawValue)) : nil
  }
}

extension HeapType: CustomStringConvertible {
  public var description: String {
    if let typeIndex { return "\(typeIndex)" }
    return abstract.map(\.name) ?? "unknown"
  }
}

extension HeapType.Abstract {
  /// The name in the text format.
  public var name: String {
    switch self {
    case .exn: "exn"
    case .array: "array"
    case .struct: "struct"
    case .i31: "i31"
    case .eq: "eq"
    case .any: "any"
    case .extern: "extern"
    case .func: "func"
    case .none: "none"
    case .noextern: "noextern"
    case .nofunc: "nofunc"
    case .noexn: "noexn"
    }
  }

  /// The short name of the nullable reference type.
  var nullableShorthand: String {
    switch self {
    case .none: "nullref"
    case .noextern: "nullexternref"
    case .nofunc: "nullfuncref"
    case .noexn: "nullexnref"
    default: name + "ref"
    }
  }
}
