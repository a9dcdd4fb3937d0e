import PulleyHeap
import PulleyWasm

/// A value that passes between host and guest.
public enum GuestValue: Hashable, Sendable {
  case i32(Int32)
  case i64(Int64)
  /// The bits: a NaN's payload survives.
  case f32(UInt32)
  case f64(UInt64)
  /// The bytes in the order of memory, lane 0 first.
  case v128(SIMD16<UInt8>)
  /// The address of a function's record in its instance, or 0 for null. Valid as long as the
  /// instance that made it lives.
  case funcref(UInt)
  /// A number with a meaning of the host's own; 0 is null.
  case externref(UInt)
  /// A structure, an array, a small integer (`i31`), or a reference of the host that a guest has
  /// converted; 0 is null. Valid until the guest runs, unless it is rooted.
  case anyref(UInt)
  /// An exception; 0 is null. Valid as an `anyref` is.
  case exnref(UInt)

  public var type: ValueType {
    switch self {
    case .i32: .i32
    case .i64: .i64
    case .f32: .f32
    case .f64: .f64
    case .v128: .v128
    case .funcref: .funcref
    case .externref: .externref
    case .anyref: .ref(nullable: true, HeapType(.any))
    case .exnref: .ref(nullable: true, HeapType(.exn))
    }
  }

  /// Why an object of a type, `a global of i32`, cannot hold the value.
  func misfit(_ place: String, _ wanted: ValueType) -> PulleyError {
    PulleyError(
      .argument,
      type == wanted
        ? "\(place) of \(wanted) cannot hold the reference: there is no such object in this group of instances any more"
        : "\(place) of \(wanted) cannot hold a value of type \(type)")
  }

  /// The zero or null of a type; nil for types without values yet.
  ///
  /// - Parameter type: one that a module defines has the engine's number.
  public static func zero(of type: ValueType, _ engine: Engine) -> GuestValue? {
    GuestValue(bits: 0, type: type, engine)
  }

  /// The value as a cell of 16 bytes holds it.
  var cell: CellBits {
    if case .v128(let bytes) = self { CellBits(bytes) } else { CellBits(low: bits) }
  }

  /// The value as a register holds it: narrow values in the low bits, with zeros above. Of a
  /// vector, the low half.
  package var bits: UInt64 {
    switch self {
    case .i32(let value): UInt64(UInt32(bitPattern: value))
    case .i64(let value): UInt64(bitPattern: value)
    case .f32(let bits): UInt64(bits)
    case .f64(let bits): bits
    case .v128(let bytes): CellBits(bytes).low
    case .funcref(let address), .externref(let address), .anyref(let address),
      .exnref(let address):
      UInt64(address)
    }
  }

  /// - Parameter type: one that a module defines has the engine's number.
  init?(_ cell: CellBits, type: ValueType, _ engine: Engine) {
    if type == .v128 {
      self = .v128(cell.bytes)
    } else {
      self.init(bits: cell.low, type: type, engine)
    }
  }

  package init?(bits: UInt64, type: ValueType, _ engine: Engine) {
    switch type.kind {
    case .i32: self = .i32(Int32(truncatingIfNeeded: bits))
    case .i64: self = .i64(Int64(bitPattern: bits))
    case .f32: self = .f32(UInt32(truncatingIfNeeded: bits))
    case .f64: self = .f64(bits)
    case .v128: self = .v128(CellBits(low: bits).bytes)
    case .reference:
      switch engine.types.referents(of: type) {
      case .functions: self = .funcref(UInt(bits))
      case .host: self = .externref(UInt(bits))
      case .objects: self = .anyref(UInt(bits))
      case .exceptions: self = .exnref(UInt(bits))
      case nil: return nil
      }
    }
  }

  /// Whether guests of the group can use the value where `type` is required, which has the engine's
  /// numbers. A null may come from another hierarchy if the type is one that a module defines, because the
  /// embedder has no name for its hierarchy.
  func fits(_ type: ValueType, in group: InstanceGroup) -> Bool {
    guard type.isReference else { return self.type == type }
    let referents = group.engine.types.referents(of: type)
    switch self {
    case .funcref(0), .externref(0), .anyref(0), .exnref(0):
      return type.isNullable
        && (type.heapType.typeIndex != nil
          || group.engine.types.referents(of: self.type) == referents)
    case .funcref(let address):
      return referents == .functions && Self.function(address, fits: type.heapType)
    case .externref(let word):
      guard type.heapType == .extern else { return false }
      guard let reference = ExternalWord.reference(in: word) else { return true }
      return group.isReference(reference, of: .ref(nullable: false, HeapType(.any)))
    case .anyref(let word): return referents == .objects && group.isReference(word, of: type)
    case .exnref(let word): return referents == .exceptions && group.isReference(word, of: type)
    default: return false
    }
  }

  private static func function(_ address: UInt, fits heapType: HeapType) -> Bool {
    if heapType.abstract == .func { return true }
    guard let number = heapType.typeIndex,
      let (owner, function) = ReferenceOwners.find(address)
    else { return false }
    return owner.module.engine.types.isSubtype(owner.typeNumber(ofFunction: function), of: number)
  }
}

/// The contents of a global's cell.
struct CellBits {
  var low: UInt64
  /// Zero except in vectors.
  var high: UInt64

  init(low: UInt64, high: UInt64 = 0) {
    self.low = low
    self.high = high
  }

  init(_ bytes: SIMD16<UInt8>) {
    let halves = unsafeBitCast(bytes, to: SIMD2<UInt64>.self)
    self.init(low: UInt64(littleEndian: halves[0]), high: UInt64(littleEndian: halves[1]))
  }

  var bytes: SIMD16<UInt8> {
    unsafeBitCast(SIMD2(low.littleEndian, high.littleEndian), to: SIMD16<UInt8>.self)
  }
}

extension UnsafeMutablePointer<UInt64> {
  /// The two words at this address.
  var cellBits: CellBits {
    get { CellBits(low: self[0], high: self[1]) }
    nonmutating set {
      self[0] = newValue.low
      self[1] = newValue.high
    }
  }
}

extension GuestValue {
  /// What an `anyref` that is not null refers to.
  public enum ObjectKind: Sendable {
    case i31, structure, array, hostReference
  }

  /// Nil for other values. The object must exist.
  public var kind: ObjectKind? {
    guard case .anyref(let word) = self, word != 0 else { return nil }
    guard word & 1 == 0 else { return .i31 }
    return switch InstanceGroup.shape(of: word)?.kind {
    case .structure: .structure
    case .array: .array
    case .hostReference: .hostReference
    case .exception, nil: nil
    }
  }

  /// The external reference that the guest has converted to this `anyref`; nil for other values.
  public var converted: GuestValue? {
    guard case .anyref(let word) = self, kind == .hostReference else { return nil }
    return .externref(InstanceGroup.hostWord(of: word))
  }

  /// The null of a reference type. If a module defines the type, any null serves.
  public static func null(of type: ValueType) -> GuestValue {
    switch type.heapType.abstract {
    case .func, .nofunc: .funcref(0)
    case .extern, .noextern: .externref(0)
    case .exn, .noexn: .exnref(0)
    default: .anyref(0)
    }
  }
}
