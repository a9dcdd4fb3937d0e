import CPulley
import Pulley
import PulleyWasm

extension TypeCode {
  /// The name of a type, for messages.
  static func name(_ type: pulley_type_t) -> String {
    switch type {
    case i8: "i8"
    case i16: "i16"
    case i32: "i32"
    case i64: "i64"
    case i128: "i128"
    case f32: "f32"
    case f64: "f64"
    case v128: "v128"
    case funcref: "funcref"
    case externref: "externref"
    case anyref: "anyref"
    case exnref: "exnref"
    default: "value of type \(type)"
    }
  }

  /// Whether values take two words.
  @inline(__always)
  static func isWide(_ type: pulley_type_t) -> Bool { type == v128 || type == i128 }
}

extension ValueType {
  init?(_ type: pulley_type_t) {
    switch type {
    case TypeCode.i32: self = .i32
    case TypeCode.i64: self = .i64
    case TypeCode.f32: self = .f32
    case TypeCode.f64: self = .f64
    case TypeCode.v128: self = .v128
    case TypeCode.funcref: self = .funcref
    case TypeCode.externref: self = .externref
    case TypeCode.anyref: self = .ref(nullable: true, HeapType(.any))
    case TypeCode.exnref: self = .ref(nullable: true, HeapType(.exn))
    default: return nil
    }
  }

  /// The C interface's number of the type. References to functions of a known type are funcrefs
  /// there; those to structures and arrays must have been described as such.
  var code: pulley_type_t {
    switch kind {
    case .i32: TypeCode.i32
    case .i64: TypeCode.i64
    case .f32: TypeCode.f32
    case .f64: TypeCode.f64
    case .v128: TypeCode.v128
    case .reference:
      switch heapType.abstract {
      case .func, .nofunc, nil: TypeCode.funcref
      case .extern, .noextern: TypeCode.externref
      case .exn, .noexn: TypeCode.exnref
      default: TypeCode.anyref
      }
    }
  }
}

extension GuestValue {
  /// The caller's value.
  init(_ value: pulley_value_t) throws(Failure) {
    switch value.type {
    case TypeCode.i32: self = .i32(value.of.i32)
    case TypeCode.i64: self = .i64(value.of.i64)
    case TypeCode.f32: self = .f32(value.of.f32.bitPattern)
    case TypeCode.f64: self = .f64(value.of.f64.bitPattern)
    case TypeCode.funcref: self = .funcref(UInt(bitPattern: value.of.ref))
    case TypeCode.externref: self = .externref(UInt(bitPattern: value.of.ref))
    case TypeCode.anyref: self = .anyref(UInt(bitPattern: value.of.ref))
    case TypeCode.exnref: self = .exnref(UInt(bitPattern: value.of.ref))
    case TypeCode.v128:
      self = .v128(withUnsafeBytes(of: value.of.v128) { $0.loadUnaligned(as: SIMD16<UInt8>.self) })
    default: throw .argument("there is no type of values \(value.type)")
    }
  }
}

extension pulley_value_t {
  init(_ value: GuestValue) {
    self.init()
    type = value.type.code
    switch value {
    case .i32(let value): of.i32 = value
    case .i64(let value): of.i64 = value
    case .f32(let bits): of.f32 = Float(bitPattern: bits)
    case .f64(let bits): of.f64 = Double(bitPattern: bits)
    case .v128(let bytes):
      withUnsafeMutableBytes(of: &of.v128) { $0.storeBytes(of: bytes, as: SIMD16<UInt8>.self) }
    case .funcref(let word), .externref(let word), .anyref(let word), .exnref(let word):
      of.ref = UnsafeMutableRawPointer(bitPattern: word)
    }
  }

  /// The value in the form of a call's slot: narrow values in the low bits, with zeros above.
  @inline(__always)
  var slot: UInt64 {
    switch type {
    case TypeCode.i32: UInt64(UInt32(bitPattern: of.i32))
    case TypeCode.i64: UInt64(bitPattern: of.i64)
    case TypeCode.f32: UInt64(of.f32.bitPattern)
    case TypeCode.i8: UInt64(UInt8(bitPattern: of.i8))
    case TypeCode.i16: UInt64(UInt16(bitPattern: of.i16))
    default: UInt64(bitPattern: of.i64)
    }
  }

  /// The value of a call's slot.
  @inline(__always)
  init(slot: UInt64, _ type: pulley_type_t) {
    self.init()
    self.type = type
    switch type {
    case TypeCode.i32: of.i32 = Int32(truncatingIfNeeded: slot)
    case TypeCode.f32: of.f32 = Float(bitPattern: UInt32(truncatingIfNeeded: slot))
    case TypeCode.i8: of.i8 = Int8(truncatingIfNeeded: slot)
    case TypeCode.i16: of.i16 = Int16(truncatingIfNeeded: slot)
    default: of.i64 = Int64(bitPattern: slot)
    }
  }

  /// Stores the value of a call's slot, which has zeros above a narrow value, in a variable of C. A value
  /// that is assembled on the stack first would cost twice as much as the check of its type.
  @inline(__always)
  static func store(
    _ slot: UInt64, _ type: pulley_type_t, at place: UnsafeMutablePointer<pulley_value_t>
  ) {
    #if _endian(little)
      place.pointee.type = type
      let union = MemoryLayout<pulley_value_t>.size - 16
      let bytes = UnsafeMutableRawPointer(place)
      bytes.storeBytes(of: slot, toByteOffset: union, as: UInt64.self)
      bytes.storeBytes(of: 0, toByteOffset: union + 8, as: UInt64.self)
    #else
      place.pointee = pulley_value_t(slot: slot, type)
    #endif
  }

  /// A value of 128 bits from two slots.
  init(slots low: UInt64, _ high: UInt64, _ type: pulley_type_t) {
    self.init()
    self.type = type
    guard type == TypeCode.v128 else {
      of.i128 = (low, high)
      return
    }
    let halves = SIMD2(low.littleEndian, high.littleEndian)
    withUnsafeMutableBytes(of: &of.v128) { $0.storeBytes(of: halves, as: SIMD2<UInt64>.self) }
  }

  /// The two slots of a value of 128 bits.
  var wideSlots: (low: UInt64, high: UInt64) {
    guard type == TypeCode.v128 else { return (of.i128.0, of.i128.1) }
    return withUnsafeBytes(of: of.v128) {
      (
        UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)),
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }
}
