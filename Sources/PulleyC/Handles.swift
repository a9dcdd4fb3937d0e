import Pulley

// A handle is a Swift object, retained once for the client. Deleting the handle releases the
// object. An object retains the objects that it needs, so handles may be deleted in any order.
//
// The first word of every Swift object is its class. Comparing it detects handles of another kind,
// and most deleted handles, before they are used.

/// A new handle for an object.
func handle(_ object: some AnyObject) -> OpaquePointer {
  OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// The object's pointer without a retain: valid as long as its owner keeps it.
func borrowed(_ object: some AnyObject) -> OpaquePointer {
  OpaquePointer(Unmanaged.passUnretained(object).toOpaque())
}

/// The object of a handle; nil if the handle is NULL or of another kind.
@inline(__always)
func object<Object: AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) -> Object? {
  guard let handle else { return nil }
  let pointer = UnsafeRawPointer(handle)
  guard Int(bitPattern: pointer) % MemoryLayout<UnsafeRawPointer>.alignment == 0,
    pointer.load(as: UnsafeRawPointer.self) == unsafeBitCast(type, to: UnsafeRawPointer.self)
  else { return nil }
  return Unmanaged<Object>.fromOpaque(pointer).takeUnretainedValue()
}

/// As `object`, but anything other than a handle of the kind is an error of the caller. `noun`
/// names the argument.
@inline(__always)
func require<Object: AnyObject>(
  _ handle: OpaquePointer?, _ type: Object.Type, _ noun: StaticString
) throws(Failure) -> Object {
  guard let object = object(handle, type) else {
    throw handle == nil
      ? .argument("\(noun) is NULL") : .argument("\(noun) is a handle of another kind, or deleted")
  }
  return object
}

/// Releases the client's reference to an object. Does nothing to anything other than a handle of
/// the kind. The destroyed objects may be many, and their finalizers may run.
func delete<Object: AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) {
  doWithRoom {
    guard let object = object(handle, type) else { return }
    Unmanaged.passUnretained(object).release()
  }
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
