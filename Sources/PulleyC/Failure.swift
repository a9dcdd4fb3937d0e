import CPulley
import Pulley
import PulleyText
import PulleyVM

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// An out-parameter for an error.
public typealias ErrorOut = UnsafeMutablePointer<OpaquePointer?>

/// The failure of an exported function.
struct Failure: Error {
  let status: pulley_status_t
  /// Contains no control characters: see `VisibleText`.
  let message: String
  /// The engine's error, if the engine has failed.
  var cause: PulleyError?
  /// The offending byte or character, if the engine's error does not tell it.
  var offset: Int?

  init(_ status: pulley_status_t, _ message: String, offset: Int? = nil) {
    self.status = status
    self.message = VisibleText.lines(message)
    self.offset = offset
  }

  init(_ cause: PulleyError) {
    status = cause.kind.rawValue
    message = cause.message
    self.cause = cause
  }

  /// The caller's mistake.
  static func argument(_ message: String) -> Failure {
    Failure(Status.argument, message)
  }
}

/// Runs the body of an exported function, sets `*out` and returns the status. `*result` is NULL
/// unless the body succeeds. The body runs on another thread if less than `room` is left of this
/// thread's stack, so it calls functions of the embedder through `HostStack.callHost`.
func attempt(
  _ out: ErrorOut?, clearing result: HandleOut? = nil, needing room: Int = HostStack.roomForObjects,
  _ body: () throws(Failure) -> Void
) -> pulley_status_t {
  result?.pointee = nil
  var status = Status.limit
  let isDone = HostStack.run(needing: room) { status = attemptHere(out, body) }
  if !isDone { out?.pointee = nil }
  return status
}

/// As `attempt`, for a body that calls functions of the embedder itself, or needs little of the
/// stack.
@inline(__always)
func attemptHere(_ out: ErrorOut?, _ body: () throws(Failure) -> Void) -> pulley_status_t {
  out?.pointee = nil
  do throws(Failure) {
    try body()
    return Status.ok
  } catch {
    return report(error, out)
  }
}

/// As `attempt`, for a body that makes the object of the handle `*result`. `noun` names the out-parameter.
func attempt(
  _ out: ErrorOut?, giving result: HandleOut?, _ noun: StaticString,
  _ make: () throws(Failure) -> some AnyObject
) -> pulley_status_t {
  attempt(out, clearing: result) { () throws(Failure) in
    let result = try require(out: result, noun)
    result.pointee = try newHandle(try make())
  }
}

/// Stores an error object. It is made on another thread if too little of this thread's stack is
/// left. If no thread can be made, the caller gets the status only.
@inline(never)
func report(_ failure: Failure, _ out: ErrorOut?) -> pulley_status_t {
  if let out {
    _ = HostStack.run(needing: HostStack.roomForObjects) {
      out.pointee = handle(ErrorObject(failure))
    }
  }
  return failure.status
}

/// Makes an object, on another thread if too little of this thread's stack is left. Nil if no
/// thread can be made, or if the process has only a reserve of memory left.
package func made<Result>(_ make: () -> Result?) -> Result? {
  guard HostMemory.allowsSmall else { return nil }
  var result: Result?
  _ = HostStack.run(needing: HostStack.roomForObjects) { result = make() }
  return result
}

/// Runs `body`, on another thread if too little of this thread's stack is left. Does nothing if no
/// thread can be made.
package func doWithRoom(_ body: () -> Void) {
  _ = HostStack.run(needing: HostStack.roomForObjects, body)
}

/// Converts errors of the engine.
@inline(__always)
func engine<Result>(
  _ body: @autoclosure () throws(PulleyError) -> Result
) throws(Failure) -> Result {
  do throws(PulleyError) {
    return try body()
  } catch {
    throw Failure(error)
  }
}

/// An out-parameter that the caller must pass.
@inline(__always)
func require<Pointee>(
  out pointer: UnsafeMutablePointer<Pointee>?, _ noun: StaticString
) throws(Failure) -> UnsafeMutablePointer<Pointee> {
  guard let pointer else { throw .argument("\(noun), where the result goes, is NULL") }
  return pointer
}

/// A new handle for an object. Throws if there is no memory for it.
func newHandle(_ object: some AnyObject) throws(Failure) -> OpaquePointer {
  guard let handle = handle(object) else {
    throw Failure(
      Status.limit, "no memory for a handle, of which the process has \(HandleRegistry.count)")
  }
  return handle
}

/// Throws unless there is memory for a few small objects.
func requireMemory() throws(Failure) {
  guard HostMemory.allowsSmall else {
    throw Failure(Status.limit, "the process has no memory left but a reserve")
  }
}

/// The bytes of the caller's string, which need not be UTF-8.
func require(
  textBytes pointer: UnsafePointer<CChar>?, _ noun: StaticString
) throws(Failure) -> [UInt8] {
  guard let pointer else { throw .argument("\(noun) is NULL") }
  return bytes(of: pointer)
}

/// The bytes of the caller's string, without the NUL.
func bytes(of pointer: UnsafePointer<CChar>) -> [UInt8] {
  UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map { UInt8(bitPattern: $0) }
}

/// The caller's string, which must be UTF-8.
func require(text pointer: UnsafePointer<CChar>?, _ noun: StaticString) throws(Failure) -> String {
  guard let pointer else { throw .argument("\(noun) is NULL") }
  guard let text = String(validatingCString: pointer) else {
    throw .argument("\(noun) is not UTF-8")
  }
  return text
}

/// The caller's string where no error can be returned. Bytes other than UTF-8 are escaped.
func text(_ pointer: UnsafePointer<CChar>) -> String {
  String(validatingCString: pointer) ?? VisibleText.name(bytes(of: pointer))
}

/// A copy of the caller's bytes.
func require(bytes pointer: UnsafeRawPointer?, count: Int) throws(Failure) -> [UInt8] {
  try checkInput(pointer, count)
  return Array(UnsafeRawBufferPointer(start: pointer, count: count))
}

private func checkInput(_ pointer: UnsafeRawPointer?, _ count: Int) throws(Failure) {
  guard pointer != nil || count == 0 else { throw .argument("bytes is NULL") }
  // A size_t above half of its range is negative here.
  guard 0...largestInput ~= count else {
    throw Failure(Status.limit, "\(UInt(bitPattern: count)) bytes are more than \(largestInput)")
  }
  try engine(HostMemory.require(count, for: "copying the bytes"))
}

/// A copy of the caller's bytes, of which a module needs no other.
func require(stable pointer: UnsafeRawPointer?, count: Int) throws(Failure) -> StableBytes {
  try checkInput(pointer, count)
  return StableBytes(copying: UnsafeRawBufferPointer(start: pointer, count: count))
}

/// The largest input, in bytes. A file without an end must not fill the memory.
package let largestInput = 1 << 30
