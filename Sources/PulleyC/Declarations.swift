import CPulley
import Pulley
import PulleyVM

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

@c @implementation
public func pulley_declare(
  _ linker: OpaquePointer?, _ text: UnsafePointer<CChar>?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, needing: HostStack.roomToCompile) { () throws(Failure) in
    let linker = try require(linker, Linker.self, "linker")
    guard let text else { throw .argument("text is NULL") }
    try requireMemory()
    let count = strlen(text)
    let bytes = try require(bytes: text, count: count)
    try engine(linker.declare(bytes))
  }
}

@c @implementation
public func pulley_declare_file(
  _ linker: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error, needing: HostStack.roomToCompile) { () throws(Failure) in
    let linker = try require(linker, Linker.self, "linker")
    try requireMemory()
    guard let path else { throw .argument("path is NULL") }
    let text = try readFile(path)
    try engine(linker.declare(text, name: PulleyC.text(path)))
  }
}

@c @implementation
public func pulley_bind(
  _ linker: OpaquePointer?, _ module: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ function: pulley_host_t?, _ userdata: UnsafeMutableRawPointer?,
  _ finalizer: pulley_finalizer_t?, _ error: ErrorOut?
) -> pulley_status_t {
  let status = attempt(error) { () throws(Failure) in
    let linker = try require(linker, Linker.self, "linker")
    try requireMemory()
    let module = try require(text: module, "module")
    let name = try require(text: name, "name")
    guard let function else { throw .argument("function is NULL") }
    try engine(
      linker.bind(
        module: module, name: name,
        function: unsafeBitCast(function, to: UnsafeMutableRawPointer.self), userData: userdata,
        finalizer: finalizer))
  }
  // A definition runs the finalizer itself.
  if status != Status.ok { finalizer?(userdata) }
  return status
}

/// Opens the library on this thread, because its constructors are not the library's own code.
@c @implementation
public func pulley_bind_library(
  _ linker: OpaquePointer?, _ module: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attemptHere(error) { () throws(Failure) in
    let linker = try require(linker, Linker.self, "linker")
    try requireMemory()
    let module = try require(text: module, "module")
    try engine(linker.bindLibrary(module: module, path: path.map(bytes(of:))))
  }
}

@c @implementation
public func pulley_signature_for(_ item: OpaquePointer?) -> UnsafePointer<CChar>? {
  object(item, ExternObject.self)?.proposedSignature?.pointer
}
