import Pulley

// A handle of the program owns an object: deleting the handle releases it. An object retains the
// objects that it needs, so handles may be deleted in any order.
//
// The library lends some objects under their own addresses: imports and exports, which belong to a
// module, the instance that a host function gets, and the linker that a resolver gets.

/// A new handle for an object; nil if there is no memory for it.
func handle(_ object: some AnyObject) -> OpaquePointer? { HandleRegistry.add(object) }

/// The object's address, which is valid as long as its owner keeps it.
func borrowed(_ object: some AnyObject) -> OpaquePointer {
  OpaquePointer(Unmanaged.passUnretained(object).toOpaque())
}

/// The object of a handle; nil if the handle is NULL, deleted or of another kind.
@inline(__always)
func object<Object: AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) -> Object? {
  guard let found = HandleRegistry.find(UInt(bitPattern: handle)),
    HandleRegistry.isInstance(found, of: type)
  else { return lent(handle, type) }
  return Unmanaged<Object>.fromOpaque(found).takeUnretainedValue()
}

/// The object that the library has lent under its address; nil if the pointer cannot be one.
@inline(never)
private func lent<Object: AnyObject>(_ pointer: OpaquePointer?, _ type: Object.Type) -> Object? {
  guard type == Instance.self || type == ExternObject.self || type == Linker.self, let pointer
  else { return nil }
  let address = UnsafeRawPointer(pointer)
  guard Int(bitPattern: address) % MemoryLayout<UnsafeRawPointer>.alignment == 0,
    HandleRegistry.isInstance(address, of: type)
  else { return nil }
  return Unmanaged<Object>.fromOpaque(address).takeUnretainedValue()
}

/// As `object`, but anything other than a handle of the kind is an error of the caller. `noun`
/// names the argument.
@inline(__always)
func require<Object: AnyObject>(
  _ handle: OpaquePointer?, _ type: Object.Type, _ noun: StaticString
) throws(Failure) -> Object {
  guard let object = object(handle, type) else { throw wrongHandle(handle, noun) }
  return object
}

@inline(never)
private func wrongHandle(_ handle: OpaquePointer?, _ noun: StaticString) -> Failure {
  let word = UInt(bitPattern: handle)
  return if word == 0 {
    .argument("\(noun) is NULL")
  } else if HandleRegistry.isDeleted(word) {
    .argument("\(noun) is a handle that has been deleted")
  } else if HandleRegistry.find(word) != nil {
    .argument("\(noun) is a handle of another kind")
  } else {
    .argument("\(noun) is not a handle")
  }
}

/// Deletes a handle and releases its object. Does nothing to anything other than a living handle of
/// the kind. The destroyed objects may be many, and their finalizers may run.
func delete<Object: AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) {
  doWithRoom { HandleRegistry.remove(handle, type)?.release() }
}

/// Another handle for the object of a handle; nil if there is none, or no memory.
func retain<Object: AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) -> OpaquePointer? {
  made { object(handle, type).flatMap { PulleyC.handle($0) } }
}

/// An out-parameter for a handle.
public typealias HandleOut = UnsafeMutablePointer<OpaquePointer?>

/// Text that C may read as long as this object lives.
final class CText {
  private let bytes: UnsafeMutablePointer<CChar>
  /// Without the NUL at the end.
  let count: Int

  init(_ text: String) {
    let utf8 = text.utf8
    count = utf8.count
    bytes = .allocate(capacity: count + 1)
    for (index, byte) in utf8.enumerated() {
      bytes[index] = CChar(bitPattern: byte)
    }
    bytes[count] = 0
  }

  deinit {
    bytes.deallocate()
  }

  var pointer: UnsafePointer<CChar> { UnsafePointer(bytes) }

  /// "", which is never freed.
  nonisolated(unsafe) static let empty: UnsafePointer<CChar> = {
    let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    byte.initialize(to: 0)
    return UnsafePointer(byte)
  }()
}
