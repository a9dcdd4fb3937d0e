import CWasm
import Pulley
import PulleyWasm

extension wasm_val_t {
  /// The zero or null of a kind.
  init(zeroOf kind: wasm_valkind_t) {
    self.init()
    self.kind = kind
    of.i64 = 0
  }

  /// A reference, which the value owns; nil means null.
  init(_ kind: wasm_valkind_t, _ reference: Reference?) {
    self.init(zeroOf: kind)
    of.ref = reference.map(owned)
  }

  var reference: OpaquePointer? { KindCode.isReference(kind) ? of.ref : nil }

  /// A value that owns another handle.
  var copied: wasm_val_t {
    _ = PulleyWasmC.copied(reference)
    return self
  }

  func delete() { PulleyWasmC.delete(reference) }
}

/// The types of a function's values, with their kinds.
final class ValueList {
  let types: [ValueType]
  let kinds: UnsafePointer<wasm_valkind_t>
  let count: Int
  /// Whether C can hold all of them.
  let canPass: Bool

  init(_ types: [ValueType]) {
    self.types = types
    count = types.count
    let place = UnsafeMutablePointer<wasm_valkind_t>.allocate(capacity: max(count, 1))
    for index in types.indices { (place + index).initialize(to: types[index].cKind) }
    kinds = UnsafePointer(place)
    canPass = types.allSatisfy { KindCode.type($0.cKind) != nil }
  }

  deinit { kinds.deallocate() }
}

extension Store {
  /// The word by which guests have a value of C; nil if the value is not of the type. What it refers to lives at
  /// least as long as the value.
  @inline(__always)
  func word(_ value: UnsafePointer<wasm_val_t>, _ kind: wasm_valkind_t) -> UInt64? {
    // References have two kinds, but short forms of C write only one of them.
    guard value.pointee.kind == kind else {
      guard KindCode.isReference(kind), KindCode.isReference(value.pointee.kind) else { return nil }
      return word(referring: value.pointee, kind)
    }
    return switch kind {
    // A float is read as bits, because a conversion could change a NaN.
    case KindCode.i32, KindCode.f32: UInt64(UInt32(bitPattern: value.pointee.of.i32))
    case KindCode.i64, KindCode.f64: UInt64(bitPattern: value.pointee.of.i64)
    default: word(referring: value.pointee, kind)
    }
  }

  @inline(never)
  private func word(referring value: wasm_val_t, _ kind: wasm_valkind_t) -> UInt64? {
    guard let reference = object(value.of.ref, Reference.self) else { return 0 }
    return guestValue(reference, kind)?.bits
  }

  /// What guests get for a reference; nil if it is not of the kind.
  func guestValue(_ reference: Reference, _ kind: wasm_valkind_t) -> GuestValue? {
    switch kind {
    case KindCode.externref: return reference.hostReference.value
    case KindCode.funcref:
      guard case .function(let function) = reference.target else { return nil }
      return (try? function.callable())?.reference
    default: return nil
    }
  }

  /// What guests get for a value; nil if it is not of the type.
  func guestValue(_ value: UnsafePointer<wasm_val_t>, _ type: ValueType) -> GuestValue? {
    word(value, type.cKind).flatMap { GuestValue(bits: $0, type: type, engine) }
  }

  /// The value that a guest has as a word.
  @inline(__always)
  func value(_ word: UInt64, _ kind: wasm_valkind_t) -> wasm_val_t {
    guard KindCode.isReference(kind) else {
      var value = wasm_val_t(zeroOf: kind)
      value.of.i64 = Int64(bitPattern: word)
      return value
    }
    return wasm_val_t(kind, word == 0 ? nil : reference(word, kind))
  }

  @inline(never)
  private func reference(_ word: UInt64, _ kind: wasm_valkind_t) -> Reference? {
    switch kind {
    case KindCode.funcref: reference(to: .funcref(UInt(word)))
    case KindCode.externref: reference(to: .externref(UInt(word)))
    default: nil
    }
  }

  /// A reference to what a guest's value refers to; nil if that is null or nothing that C can have.
  func reference(to value: GuestValue) -> Reference? {
    switch value {
    case .funcref:
      return (try? Callable.referenced(by: value)).map {
        Reference(self, .function(FunctionObject(self, $0)))
      }
    case .externref: return HostReference(value).map { Reference(self, held: $0) }
    case .i32, .i64, .f32, .f64, .v128, .anyref, .exnref: return nil
    }
  }
}

@c @implementation
public func wasm_val_delete(_ value: UnsafeMutablePointer<wasm_val_t>?) {
  guard let value else { return }
  value.pointee.delete()
  // A second deletion would be the program's mistake, but an easy one.
  if KindCode.isReference(value.pointee.kind) { value.pointee.of.ref = nil }
}

@c @implementation
public func wasm_val_copy(
  _ out: UnsafeMutablePointer<wasm_val_t>?, _ value: UnsafePointer<wasm_val_t>?
) {
  guard let out, let value else { return }
  out.pointee = value.pointee.copied
}
