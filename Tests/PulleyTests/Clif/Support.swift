import Glibc
@testable import Pulley
import PulleyIR
import PulleyVM

/// The userdata of the C functions of a test.
final class HostState {
  var instance: Instance?
  var calls: [Int64] = []

  var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  static func of(_ pointer: UnsafeMutableRawPointer?) -> HostState {
    Unmanaged<HostState>.fromOpaque(pointer!).takeUnretainedValue()
  }
}

/// A text of CLIF, instantiated with the C library's functions and a few of the test's.
struct ClifProgram {
  let instance: Instance
  let state = HostState()

  /// Throws an exception with tag 7 and payloads x and 2 x if x is above 10; else returns x + 1.
  private static let check: @convention(c) (UnsafeMutableRawPointer?, Int64) -> Int64 = {
    let state = HostState.of($0)
    state.calls.append($1)
    if $1 > 10 {
      state.instance?.requestThrow(
        GuestException(
          tag: 7, payload0: UInt64(bitPattern: $1), payload1: UInt64(bitPattern: 2 * $1)))
    }
    return $1 + 1
  }

  private static let narrow: @convention(c) (Int8, UInt16, Float) -> Int16 = {
    Int16($0) + Int16(truncatingIfNeeded: $1) + Int16($2)
  }

  private static let length: @convention(c) (UnsafePointer<CChar>) -> Int = { strlen($0) }

  init(_ text: String, optimizes: Bool = true, fromArtifact: Bool = false) throws {
    var options = Engine.Options()
    options.optimizes = optimizes
    options.acceptsClif = true
    let engine = Engine(options)
    let linker = Linker(engine: engine)
    try linker.define(
      module: "env", name: "check", signature: "i64(userdata, i64)",
      function: unsafeBitCast(Self.check, to: UnsafeMutableRawPointer.self),
      userData: state.pointer)
    try linker.define(
      module: "env", name: "narrow", signature: "i16(i8, u16, f32)",
      function: unsafeBitCast(Self.narrow, to: UnsafeMutableRawPointer.self))
    try linker.define(
      module: "env", name: "length", signature: "size_t(cstr)",
      function: unsafeBitCast(Self.length, to: UnsafeMutableRawPointer.self))
    linker.resolver = { dlsym(nil, $0) }
    var module = try Module(engine: engine, bytes: Array(text.utf8))
    if fromArtifact { module = try Module(engine: engine, artifact: try module.artifact()) }
    instance = try linker.instantiate(module)
    state.instance = instance
  }

  /// Calls a function with values in CLIF's text form. Returns the results in the same form.
  func call(_ name: String, _ arguments: String...) throws -> [String] {
    let function = try instance.function(named: name)
    let values = zip(arguments, function.signature.parameters).map {
      ClifValue($0, type: $1.type)!
    }
    return try function.call(clif: values).map(\.description)
  }

  func trap(_ name: String, _ arguments: String...) -> PulleyError? { trap(name, arguments) }

  func trap(_ name: String, _ arguments: [String]) -> PulleyError? {
    do throws(PulleyError) {
      let function = try instance.function(named: name)
      let values = zip(arguments, function.signature.parameters).map {
        ClifValue($0, type: $1.type)!
      }
      _ = try function.call(clif: values)
      return nil
    } catch {
      return error
    }
  }
}

/// The same text compiled in every way.
func programs(_ text: String) throws -> [ClifProgram] {
  try [(true, false), (false, false), (true, true)].map { optimizes, fromArtifact in
    try ClifProgram(text, optimizes: optimizes, fromArtifact: fromArtifact)
  }
}

extension Engine {
  /// With otherwise default options.
  static var acceptingClif: Engine {
    var options = Options()
    options.acceptsClif = true
    return Engine(options)
  }
}

extension Callable {
  /// Of a function in CLIF.
  var signature: Signature {
    if case .clif(let signature) = type { signature } else { Signature() }
  }
}

extension Instance {
  /// Of an instance of WebAssembly.
  var wasm: WasmInstanceState { state as! WasmInstanceState }
}
