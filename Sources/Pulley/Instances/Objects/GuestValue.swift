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

  public var type: ValueType {
    switch self {
    case .i32: .i32
    case .i64: .i64
    case .f32: .f32
    case .f64: .f64
    case .v128: .v128
    case .funcref: .funcref
    case .externref: .externref
    }
  }

  /// The zero or null of a type; nil for types without values yet.
  public static func zero(of type: ValueType) -> GuestValue? {
    GuestValue(bits: 0, type: type)
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
    case .funcref(let address), .externref(let address): UInt64(address)
    }
  }

  init?(_ cell: CellBits, type: ValueType) {
    if type == .v128 { self = .v128(cell.bytes) } else { self.init(bits: cell.low, type: type) }
  }

  package init?(bits: UInt64, type: ValueType) {
    switch type.kind {
    case .i32: self = .i32(Int32(truncatingIfNeeded: bits))
    case .i64: self = .i64(Int64(bitPattern: bits))
    case .f32: self = .f32(UInt32(truncatingIfNeeded: bits))
    case .f64: self = .f64(bits)
    case .v128: self = .v128(CellBits(low: bits).bytes)
    case .reference:
      self = type.heapType.isFunctionLike ? .funcref(UInt(bits)) : .externref(UInt(bits))
    }
  }

  /// Whether the value can be used where `type` is required. `type` has the engine's numbers.
  func fits(_ type: ValueType) -> Bool {
    switch self {
    case .funcref(0): type.isNullable && type.heapType.isFunctionLike
    case .funcref(let address):
      type.isReference && Self.function(address, fits: type.heapType)
    case .externref(0): type.isNullable && !type.heapType.isFunctionLike
    case .externref:
      // A reference of the host is an externref, or has become an anyref.
      type.isReference && (type.heapType == .extern || type.heapType.abstract == .any)
    default: self.type == type
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

extension HeapType {
  /// References of this type are addresses of function records.
  package var isFunctionLike: Bool {
    switch abstract {
    case .func, .nofunc: true
    case nil: true
    default: false
    }
  }
}
