import CPulley
import Foundation

/// The tests use only the header, as a C program does.

/// A copy of an error object, which is deleted.
struct CError: Error, Equatable {
  var status: Int32
  var message: String
  var trap: Int32 = 0
  var frames: [String] = []
  var offset: UInt64 = .max

  init(taking error: OpaquePointer?, status: Int32) {
    self.status = pulley_error_status(error)
    if error == nil { self.status = status }
    message = String(cString: pulley_error_message(error))
    trap = pulley_error_trap_code(error)
    offset = pulley_error_offset(error)
    frames = (0..<pulley_error_frame_count(error)).map {
      String(cString: pulley_error_frame_name(error, $0))
    }
    pulley_error_delete(error)
  }
}

/// Calls a function of the interface with an error to fill in, and throws that.
func attempt(_ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32) throws(CError) {
  // The previous content of the variable must not matter.
  var error = OpaquePointer(bitPattern: 0xDEAD0)
  let status = body(&error)
  if status != 0 { throw CError(taking: error, status: status) }
  if error != nil { throw CError(taking: nil, status: -1) }
}

/// The error of a call; nil if it succeeds.
func failure(_ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32) -> CError? {
  do throws(CError) {
    try attempt(body)
    return nil
  } catch {
    return error
  }
}

/// An engine that accepts CLIF; it lives as long as the tests.
nonisolated(unsafe) let clifEngine: OpaquePointer? = {
  let options = pulley_options_new()
  defer { pulley_options_delete(options) }
  _ = pulley_options_set_clif(options, true, nil)
  return pulley_engine_new(options)
}()

func guest(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "examples-c/guests/\(name).wasm").path
}

/// A linker and an instance, deleted with this object.
final class Guest {
  /// Objects that finalizers use when the instance is deleted.
  var keepsAlive: [AnyObject] = []
  let linker: OpaquePointer?
  var instance: OpaquePointer?

  init(_ name: String, _ define: (OpaquePointer?) throws -> Void = { _ in }) throws {
    linker = pulley_linker_new(nil)
    try define(linker)
    try attempt { pulley_instantiate_file(linker, guest(name), &instance, $0) }
  }

  init(linker: OpaquePointer?, module: OpaquePointer?) throws {
    self.linker = linker
    try attempt { pulley_instantiate(linker, module, &instance, $0) }
  }

  init(bytes: [UInt8], _ define: (OpaquePointer?) throws -> Void = { _ in }) throws {
    linker = pulley_linker_new(nil)
    try define(linker)
    try attempt { pulley_instantiate_bytes(linker, bytes, bytes.count, &instance, $0) }
  }

  deinit {
    pulley_instance_delete(instance)
    pulley_linker_delete(linker)
  }

  func run(_ name: String, _ arguments: pulley_value_t..., results: Int = 1) throws
    -> [pulley_value_t]
  {
    var values = [pulley_value_t](repeating: pulley_value_t(), count: results)
    try attempt {
      pulley_run(instance, name, arguments, arguments.count, &values, results, $0)
    }
    return values
  }
}

func register<F>(
  _ linker: OpaquePointer?, _ module: String, _ name: String, _ signature: String, _ function: F,
  userData: UnsafeMutableRawPointer? = nil, finalizer: pulley_finalizer_t? = nil
) throws {
  try attempt {
    pulley_register(
      linker, module, name, signature, unsafeBitCast(function, to: pulley_host_t.self), userData,
      finalizer, $0)
  }
}

extension Int32 {
  static let argumentError = Int32(PULLEY_ERROR_ARGUMENT)
}

/// A module with a memory of 1 to 3 pages, a mutable i32 global "count" of 7, an immutable i64 "big",
/// a table "table" of 2 to 4 funcrefs whose first is "add", an externref global "extern", and
/// functions "add" (i32, i32) -> i32, "swap" (i32, f64) -> (f64, i32), "same" externref ->
/// externref, "callIndirect" (i32 a, i32 b, i32 index) -> i32.
let sampleModule: [UInt8] =
  [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]
  // Types.
  + section(
    1,
    [4] + [0x60, 2, 0x7F, 0x7F, 1, 0x7F] + [0x60, 2, 0x7F, 0x7C, 2, 0x7C, 0x7F]
      + [0x60, 1, 0x6F, 1, 0x6F] + [0x60, 3, 0x7F, 0x7F, 0x7F, 1, 0x7F])
  + section(3, [4, 0, 1, 2, 3])
  + section(4, [1, 0x70, 1, 2, 4])
  + section(5, [1, 1, 1, 3])
  + section(6, [3, 0x7F, 1, 0x41, 7, 0x0B, 0x7E, 0, 0x42, 42, 0x0B, 0x6F, 1, 0xD0, 0x6F, 0x0B])
  + section(
    7,
    [9] + export("add", 0, 0) + export("swap", 0, 1) + export("same", 0, 2)
      + export("callIndirect", 0, 3) + export("table", 1, 0) + export("memory", 2, 0)
      + export("count", 3, 0) + export("big", 3, 1) + export("extern", 3, 2))
  + section(9, [1, 0, 0x41, 0, 0x0B, 1, 0])
  + section(
    10,
    [4] + body([0x20, 0, 0x20, 1, 0x6A]) + body([0x20, 1, 0x20, 0]) + body([0x20, 0])
      + body([0x20, 0, 0x20, 1, 0x20, 2, 0x11, 0, 0]))

private func section(_ id: UInt8, _ content: [UInt8]) -> [UInt8] {
  [id, UInt8(content.count & 0x7F | 0x80), UInt8(content.count >> 7)] + content
}

private func export(_ name: String, _ kind: UInt8, _ index: UInt8) -> [UInt8] {
  [UInt8(name.utf8.count)] + Array(name.utf8) + [kind, index]
}

private func body(_ code: [UInt8]) -> [UInt8] {
  [UInt8(code.count + 2), 0] + code + [0x0B]
}
