import CPulley
import Pulley

/// An out-parameter for an error.
public typealias ErrorOut = UnsafeMutablePointer<OpaquePointer?>

/// Why an exported function fails.
struct Failure: Error {
  let status: pulley_status_t
  let message: String
  /// What the engine said, if it was the engine that failed.
  var cause: PulleyError?
  /// The offending byte or character, where the engine did not say.
  var offset: Int?

  init(_ status: pulley_status_t, _ message: String, offset: Int? = nil) {
    self.status = status
    self.message = message
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

/// Runs the body of an exported function; sets `*out` and returns the status.
@inline(__always)
func attempt(_ out: ErrorOut?, _ body: () throws(Failure) -> Void) -> pulley_status_t {
  out?.pointee = nil
  do throws(Failure) {
    try body()
    return Status.ok
  } catch {
    out?.pointee = handle(ErrorObject(error))
    return error.status
  }
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

/// An out-parameter that the caller must give; a handle in it becomes NULL until all is well.
@inline(__always)
func require<Pointee>(
  out pointer: UnsafeMutablePointer<Pointee>?, _ noun: StaticString
) throws(Failure) -> UnsafeMutablePointer<Pointee> {
  guard let pointer else { throw .argument("\(noun), where the result goes, is NULL") }
  return pointer
}

/// A string of the caller's.
func require(text pointer: UnsafePointer<CChar>?, _ noun: StaticString) throws(Failure) -> String {
  guard let pointer else { throw .argument("\(noun) is NULL") }
  guard let text = String(validatingCString: pointer) else {
    throw .argument("\(noun) is not UTF-8")
  }
  return text
}

/// A copy of bytes of the caller's.
func require(bytes pointer: UnsafeRawPointer?, count: Int) throws(Failure) -> [UInt8] {
  guard count >= 0 else { throw .argument("the length is beyond all memory") }
  guard pointer != nil || count == 0 else { throw .argument("bytes is NULL") }
  return Array(UnsafeRawBufferPointer(start: pointer, count: count))
}
