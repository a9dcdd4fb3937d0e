import CWasm
import Pulley
import PulleyWasm

/// Kinds of values as C has them.
enum KindCode {
  static let i32 = wasm_valkind_t(WASM_I32.rawValue)
  static let i64 = wasm_valkind_t(WASM_I64.rawValue)
  static let f32 = wasm_valkind_t(WASM_F32.rawValue)
  static let f64 = wasm_valkind_t(WASM_F64.rawValue)
  static let v128 = wasm_valkind_t(WASM_V128.rawValue)
  static let externref = wasm_valkind_t(WASM_EXTERNREF.rawValue)
  static let funcref = wasm_valkind_t(WASM_FUNCREF.rawValue)
  static let otherref = wasm_valkind_t(WASM_OTHERREF.rawValue)

  /// The kinds of `wasm_val_t`, each with its type.
  static func type(_ kind: wasm_valkind_t) -> ValueType? {
    switch kind {
    case i32: .i32
    case i64: .i64
    case f32: .f32
    case f64: .f64
    case externref: .externref
    case funcref: .funcref
    default: nil
    }
  }

  static func isKnown(_ kind: wasm_valkind_t) -> Bool {
    type(kind) != nil || kind == v128 || kind == otherref
  }

  static func isReference(_ kind: wasm_valkind_t) -> Bool { kind >= externref }
}

extension ValueType {
  var cKind: wasm_valkind_t {
    switch kind {
    case .i32: KindCode.i32
    case .i64: KindCode.i64
    case .f32: KindCode.f32
    case .f64: KindCode.f64
    case .v128: KindCode.v128
    case .reference:
      switch heapType.abstract {
      case .func, .nofunc, nil: KindCode.funcref
      case .extern, .noextern: KindCode.externref
      default: KindCode.otherref
      }
    }
  }
}

/// The objects of `wasm_valtype_t`. A type has no state but its kind, so there is one object for each kind, which
/// deleting does not end.
enum ValueTypes {
  /// The object of a kind is the byte at the index of its number.
  nonisolated(unsafe) private static let objects: UnsafeMutablePointer<wasm_valkind_t> = {
    let objects = UnsafeMutablePointer<wasm_valkind_t>.allocate(capacity: 256)
    for kind in 0..<256 { (objects + kind).initialize(to: wasm_valkind_t(kind)) }
    return objects
  }()

  static func object(_ kind: wasm_valkind_t) -> OpaquePointer {
    OpaquePointer(objects + Int(kind))
  }

  static func kind(_ type: OpaquePointer) -> wasm_valkind_t {
    UnsafePointer<wasm_valkind_t>(type).pointee
  }
}

extension wasm_valtype_vec_t {
  init(_ types: [ValueType]) { self.init(types.map { ValueTypes.object($0.cKind) }) }

  /// The types; nil if one is NULL, or one of which values cannot be passed.
  var types: [ValueType]? {
    var types: [ValueType] = []
    for element in elements {
      guard let element, let type = KindCode.type(ValueTypes.kind(element)) else { return nil }
      types.append(type)
    }
    return types
  }
}

@c @implementation
public func wasm_valtype_new(_ kind: wasm_valkind_t) -> OpaquePointer? {
  KindCode.isKnown(kind) ? ValueTypes.object(kind) : nil
}

@c @implementation
public func wasm_valtype_copy(_ type: OpaquePointer?) -> OpaquePointer? { type }

@c @implementation
public func wasm_valtype_delete(_ type: OpaquePointer?) { /* see `ValueTypes` */  }

@c @implementation
public func wasm_valtype_kind(_ type: OpaquePointer?) -> wasm_valkind_t {
  type.map(ValueTypes.kind) ?? KindCode.i32
}
