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

/// Why an exported function fails.
struct Failure: Error {
  let status: pulley_status_t
  /// Nothing in it is obeyed by a terminal: see `VisibleText`.
  let message: String
  /// What the engine said, if it was the engine that failed.
  var cause: PulleyError?
  /// The offending byte or character, where the engine did not say.
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

/// Runs the body of an exported function; sets `*out` and returns the status. A handle that is to go
/// to `*result` is NULL until all is well. The body runs on another thread if less than `room` is left
/// of this one's stack: what it calls of the caller's goes through `HostStack.callHost`.
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

/// The same for a body that calls functions of the caller's itself, or needs little of the stack.
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

/// Stores an error object, for which there may be room on another stack only. Where there is none at
/// all, the status has to do.
@inline(never)
func report(_ failure: Failure, _ out: ErrorOut?) -> pulley_status_t {
  if let out {
    _ = HostStack.run(needing: HostStack.roomForObjects) {
      out.pointee = handle(ErrorObject(failure))
    }
  }
  return failure.status
}

/// What is made on another thread if too little of this one's stack is left; nil if there can be none, or
/// if there is no memory left but a reserve.
func made<Result>(_ make: () -> Result?) -> Result? {
  guard HostMemory.allowsSmall else { return nil }
  var result: Result?
  _ = HostStack.run(needing: HostStack.roomForObjects) { result = make() }
  return result
}

/// Does something on another thread if too little of this one's stack is left, or not at all if there
/// can be none.
func doWithRoom(_ body: () -> Void) {
  _ = HostStack.run(needing: HostStack.roomForObjects, body)
}

/// Passes an error of the engine's on.
@inline(__always)
func engine<Result>(_ body: () throws(PulleyError) -> Result) throws(Failure) -> Result {
  do throws(PulleyError) {
    return try body()
  } catch {
    throw Failure(error)
  }
}

/// An out-parameter that the caller must give.
@inline(__always)
func require<Pointee>(
  out pointer: UnsafeMutablePointer<Pointee>?, _ noun: StaticString
) throws(Failure) -> UnsafeMutablePointer<Pointee> {
  guard let pointer else { throw .argument("\(noun), where the result goes, is NULL") }
  return pointer
}

/// An error unless there is memory for a few small objects.
func requireMemory() throws(Failure) {
  guard HostMemory.allowsSmall else {
    throw Failure(Status.limit, "the process has no memory left but a reserve")
  }
}

/// A string of the caller's, which need not be UTF-8.
func require(
  textBytes pointer: UnsafePointer<CChar>?, _ noun: StaticString
) throws(Failure) -> [UInt8] {
  guard let pointer else { throw .argument("\(noun) is NULL") }
  return bytes(of: pointer)
}

/// The bytes of a string of the caller's, without the NUL.
func bytes(of pointer: UnsafePointer<CChar>) -> [UInt8] {
  UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map { UInt8(bitPattern: $0) }
}

/// A string of the caller's.
func require(text pointer: UnsafePointer<CChar>?, _ noun: StaticString) throws(Failure) -> String {
  guard let pointer else { throw .argument("\(noun) is NULL") }
  guard let text = String(validatingCString: pointer) else {
    throw .argument("\(noun) is not UTF-8")
  }
  return text
}

/// A string of the caller's where nothing can be refused: bytes that are no UTF-8 are written out.
func text(_ pointer: UnsafePointer<CChar>) -> String {
  String(validatingCString: pointer) ?? VisibleText.name(bytes(of: pointer))
}

/// A copy of bytes of the caller's.
func require(bytes pointer: UnsafeRawPointer?, count: Int) throws(Failure) -> [UInt8] {
  guard pointer != nil || count == 0 else { throw .argument("bytes is NULL") }
  // A size_t of the upper half is negative here.
  guard 0...largestInput ~= count else {
    throw Failure(Status.limit, "\(UInt(bitPattern: count)) bytes are more than \(largestInput)")
  }
  try engine { () throws(PulleyError) in try HostMemory.require(count, for: "copying the bytes") }
  return Array(UnsafeRawBufferPointer(start: pointer, count: count))
}

/// What is larger than this, in bytes, is no module; a device that never ends must not fill memory.
let largestInput = 1 << 30
