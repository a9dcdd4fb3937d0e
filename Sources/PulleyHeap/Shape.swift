#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the heap knows of a type: a record in memory, of which this is the address.
///
/// It lives longer than the heaps with objects of the type. Heaps only read it, so several may share it.
public struct Shape: Equatable, @unchecked Sendable {
  public enum Kind: UInt8, Sendable {
    case structure, array, exception
    /// An object that contains nothing but an external word of the host.
    case hostReference
  }

  /// What the elements of an array are.
  public enum Elements: UInt8, Sendable {
    case noReferences, references, externals
  }

  /// A field with a reference.
  public struct Reference: Sendable {
    /// The distance from the object's address: a multiple of 8.
    public let offset: Int
    public let isExternal: Bool

    public init(offset: Int, isExternal: Bool) {
      self.offset = offset
      self.isExternal = isExternal
    }
  }

  /// Where the parts of the record are.
  public enum Offset {
    public static let typeNumber = 0
    public static let kind = 4
    public static let elementSizeLog2 = 5
    public static let elements = 6
    public static let flags = 7
    public static let size = 8
    public static let depth = 12
    public static let references = 16
    public static let referenceCount = 24
    public static let display = 32
  }

  /// The least number of entries in the display, so that the first ones can be read without a check.
  public static let leastDisplay = 8
  /// The size of an array without its elements.
  public static let arrayHeader = 16
  /// Where the length of an array is in it.
  public static let arrayLength = 8

  public let address: UnsafeRawPointer

  @inlinable @inline(__always)
  public init(_ address: UnsafeRawPointer) { self.address = address }

  @inlinable public var typeNumber: UInt32 {
    address.load(fromByteOffset: Offset.typeNumber, as: UInt32.self)
  }

  @inlinable public var kind: Kind? {
    Kind(rawValue: address.load(fromByteOffset: Offset.kind, as: UInt8.self))
  }

  @inlinable public var elementSizeLog2: Int {
    Int(address.load(fromByteOffset: Offset.elementSizeLog2, as: UInt8.self))
  }

  @inlinable public var elements: Elements? {
    Elements(rawValue: address.load(fromByteOffset: Offset.elements, as: UInt8.self))
  }

  /// The size of an object with its header; for an array, that of the header alone.
  @inlinable public var size: Int {
    Int(address.load(fromByteOffset: Offset.size, as: UInt32.self))
  }

  /// The number of supertypes.
  @inlinable public var depth: Int {
    Int(address.load(fromByteOffset: Offset.depth, as: UInt32.self))
  }

  /// Whether this is the other type or one of its subtypes.
  @inlinable public func isSubtype(of other: Shape) -> Bool {
    let place = other.depth
    guard place <= depth else { return false }
    return address.load(
      fromByteOffset: Offset.display + place * 8, as: UnsafeRawPointer?.self) == other.address
  }

  /// Makes a record, which `deallocate` gives back. Nil if memory is missing or the parts contradict one
  /// another.
  ///
  /// - Parameters:
  ///   - size: the size of an object with its header; not used for arrays and host references.
  ///   - references: the fields with references; those of a host reference are known.
  ///   - supertypes: the outermost first.
  public static func make(
    typeNumber: UInt32, kind: Kind, size: Int = 16, elementSizeLog2: Int = 0,
    elements: Elements = .noReferences, references: [Reference] = [], supertypes: [Shape] = []
  ) -> Shape? {
    var size = size
    var references = references
    switch kind {
    case .array:
      guard references.isEmpty, 0...4 ~= elementSizeLog2 else { return nil }
      guard elements == .noReferences || elementSizeLog2 == 3 else { return nil }
      size = arrayHeader
    case .hostReference:
      size = 16
      references = [Reference(offset: 8, isExternal: true)]
    case .structure, .exception:
      break
    }
    guard 8...Int(UInt32.max >> 1) ~= size, supertypes.count <= 1 << 20 else { return nil }
    for reference in references {
      guard reference.offset >= 8, reference.offset % 8 == 0, reference.offset <= size - 8 else {
        return nil
      }
    }
    let entries = max(supertypes.count + 1, leastDisplay)
    let list = Offset.display + entries * 8
    guard let record = calloc(1, list + references.count * 4) else { return nil }
    record.storeBytes(of: typeNumber, toByteOffset: Offset.typeNumber, as: UInt32.self)
    record.storeBytes(of: kind.rawValue, toByteOffset: Offset.kind, as: UInt8.self)
    record.storeBytes(
      of: UInt8(truncatingIfNeeded: elementSizeLog2), toByteOffset: Offset.elementSizeLog2,
      as: UInt8.self)
    record.storeBytes(of: elements.rawValue, toByteOffset: Offset.elements, as: UInt8.self)
    record.storeBytes(of: UInt32(size), toByteOffset: Offset.size, as: UInt32.self)
    record.storeBytes(of: UInt32(supertypes.count), toByteOffset: Offset.depth, as: UInt32.self)
    record.storeBytes(
      of: record + list, toByteOffset: Offset.references, as: UnsafeMutableRawPointer.self)
    record.storeBytes(
      of: UInt32(references.count), toByteOffset: Offset.referenceCount, as: UInt32.self)
    let shape = Shape(record)
    for (place, entry) in (supertypes + [shape]).enumerated() {
      record.storeBytes(
        of: entry.address, toByteOffset: Offset.display + place * 8, as: UnsafeRawPointer.self)
    }
    for (place, reference) in references.enumerated() {
      record.storeBytes(
        of: UInt32(reference.offset) << 1 | (reference.isExternal ? 1 : 0),
        toByteOffset: list + place * 4, as: UInt32.self)
    }
    return shape
  }

  /// Gives the record's memory back. No heap may contain an object of the shape any more.
  public func deallocate() { free(UnsafeMutableRawPointer(mutating: address)) }
}
