import CWasm
import Pulley
import PulleyC
import PulleyVM

// A handle of the program is the address of an object that the handle retains. Copies of a handle are the same
// address, retained once more. The program keeps to the rules of ownership in wasm.h: unlike those of pulley.h,
// these handles are not checked.

/// A new handle, which the program owns.
func owned(_ object: AnyObject) -> OpaquePointer {
  OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// The address of an object that something else keeps as long as the program may use it.
func lent(_ object: AnyObject) -> OpaquePointer {
  OpaquePointer(Unmanaged.passUnretained(object).toOpaque())
}

/// The object of a handle; nil if the handle is NULL.
@inline(__always)
func object<Object: AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) -> Object? {
  handle.map { Unmanaged<Object>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
}

/// The object of a handle that the program gives away.
func taken<Object: AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) -> Object? {
  handle.map { Unmanaged<Object>.fromOpaque(UnsafeRawPointer($0)).takeRetainedValue() }
}

/// Another handle for the object of a handle.
func copied(_ handle: OpaquePointer?) -> OpaquePointer? {
  if let handle { _ = Unmanaged<AnyObject>.fromOpaque(UnsafeRawPointer(handle)).retain() }
  return handle
}

/// Ends a handle. The objects that end with it may be many.
func delete(_ handle: OpaquePointer?) {
  guard let handle else { return }
  doWithRoom { Unmanaged<AnyObject>.fromOpaque(UnsafeRawPointer(handle)).release() }
}

/// A new handle for what `make` makes; nil if it fails or if there is no memory.
func newHandle<Object: AnyObject>(_ make: () throws(PulleyError) -> Object?) -> OpaquePointer? {
  made {
    guard let object = try? make() else { return nil }
    return owned(object)
  }
}
