import CPulley
import Foundation
import Testing

/// A guest whose "outer" calls "e.call", which calls another function and passes on its error.
private let outerText = """
  (module $outer
    (import "e" "call" (func $call (param i32)))
    (func $middle (param i32) (call $call (local.get 0)))
    (func (export "outer") (param i32) (call $middle (local.get 0)))
    (func (export "fails") (param i32) unreachable)
    (func (export "deep") (param i32) (call $call (i32.add (local.get 0) (i32.const 1)))))
  """

/// Functions that fail in every way.
private let innerText = """
  (module $inner
    (memory 1)
    (func $divide (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
    (func (export "divides") (param i32) (drop (call $divide (i32.const 0))))
    (func (export "reads") (param i32) (drop (i32.load (i32.const -1))))
    (func $down (export "overflows") (param i32) (call $down (local.get 0)))
    (func (export "spins") (param i32) (loop (br 0)))
    (func (export "succeeds") (param i32)))
  """

/// The function that "e.call" calls, and how.
private final class Callee {
  var instance: OpaquePointer?
  var name = ""
  /// The number of levels for "deep".
  var depth: Int32 = 0
  /// The error of the inner call.
  var inner: CError?

  static let call: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Void = {
    caller, userData, argument in
    let callee = Unmanaged<Callee>.fromOpaque(userData!).takeUnretainedValue()
    let isLast = argument >= callee.depth
    var error: OpaquePointer?
    var value = pulley_i32(argument)
    let status = pulley_run(
      isLast ? callee.instance : caller, isLast ? callee.name : "deep", &value, 1, nil, 0, &error)
    if status == 0 { return }
    pulley_trap_error(caller, error)
    // The caller still owns the error.
    if isLast {
      callee.inner = CError(taking: error, status: status)
    } else {
      pulley_error_delete(error)
    }
  }
}

@Suite struct PassingErrorsTests {
  private let callee = Callee()
  private let outer: Guest
  private let inner: Guest
  private let engine: OpaquePointer?

  init() throws {
    let options = pulley_options_new()
    defer { pulley_options_delete(options) }
    try attempt { pulley_options_set_interruptible(options, true, $0) }
    try attempt { pulley_options_set_clif(options, true, $0) }
    let engine = pulley_engine_new(options)
    self.engine = engine
    func guest(_ text: String, _ define: (OpaquePointer?) throws -> Void) throws -> Guest {
      let linker = pulley_linker_new(engine)
      try define(linker)
      var module: OpaquePointer?
      try attempt { pulley_compile(engine, text, text.utf8.count, &module, $0) }
      defer { pulley_module_delete(module) }
      return try Guest(linker: linker, module: module)
    }
    let userData = Unmanaged.passUnretained(callee).toOpaque()
    inner = try guest(innerText) { _ in }
    outer = try guest(outerText) {
      try register(
        $0, "e", "call", "void(instance, userdata, i32)", Callee.call, userData: userData)
    }
    callee.instance = inner.instance
  }

  private func fail(_ name: String, argument: Int32 = 0) -> CError? {
    callee.name = name
    var value = pulley_i32(argument)
    return failure { pulley_run(outer.instance, "outer", &value, 1, nil, 0, $0) }
  }

  @Test(arguments: [
    ("divides", Int32(PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO), ["divide", "divides"]),
    ("reads", Int32(PULLEY_TRAP_MEMORY_OUT_OF_BOUNDS), ["reads"]),
  ])
  func aPassedErrorHasTheInnerReasonAndTheFramesOfBothCalls(
    _ name: String, _ trap: Int32, _ frames: [String]
  ) {
    let error = fail(name)
    #expect(error?.status == Int32(PULLEY_ERROR_TRAP))
    #expect(error?.trap == trap)
    #expect(error?.message == callee.inner?.message)
    #expect(callee.inner?.frames == frames)
    #expect(error?.frames == frames + ["middle", "outer"])
  }

  @Test func aPassedErrorOfADeepStackKeepsTheInnermostFrames() {
    let error = fail("overflows")
    #expect(error?.trap == Int32(PULLEY_TRAP_STACK_OVERFLOW))
    #expect(error?.frames == Array(repeating: "down", count: 64))
  }

  @Test func framesOfTheSameInstanceAreNotRepeatedInAPassedError() {
    callee.instance = outer.instance
    let error = fail("fails")
    #expect(callee.inner?.frames == ["fails", "middle", "outer"])
    #expect(error?.frames == ["fails", "middle", "outer"])
    #expect(error?.trap == Int32(PULLEY_TRAP_UNREACHABLE))
  }

  @Test func anErrorIsPassedThroughSeveralLevels() {
    callee.depth = 4
    callee.name = "divides"
    var value = pulley_i32(0)
    let error = failure { pulley_run(outer.instance, "deep", &value, 1, nil, 0, $0) }
    #expect(error?.trap == Int32(PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO))
    #expect(error?.frames == ["divide", "divides"] + Array(repeating: "deep", count: 4))
  }

  @Test func aPassedErrorHasTheFramesOfAllInstancesOfOneModule() throws {
    // Two instances of one module: equal frames that are not the same ones.
    let second = try Guest(linker: outer.linker.map { $0 }, module: try module(outerText))
    callee.instance = second.instance
    let error = fail("fails")
    #expect(error?.frames == ["fails", "middle", "outer"])
    callee.depth = 1
    let nested = fail("fails", argument: 1)
    #expect(nested?.frames == ["fails", "middle", "outer"])
    second.instance.map { pulley_instance_delete($0) }
    second.instance = nil
  }

  private func module(_ text: String) throws -> OpaquePointer? {
    var module: OpaquePointer?
    try attempt { pulley_compile(engine, text, text.utf8.count, &module, $0) }
    return module
  }

  @Test func aPassedInterruptionIsStillAnInterruption() {
    pulley_interrupt(inner.instance)
    let error = fail("spins")
    #expect(error?.trap == Int32(PULLEY_TRAP_INTERRUPTED))
    #expect(error?.frames == ["middle", "outer"])
    // Each instance can be called again.
    #expect(fail("succeeds") == nil)
  }

  @Test func aPassedErrorThatWasNotATrapBecomesOne() {
    let error = fail("is not there")
    #expect(callee.inner?.status == Int32(PULLEY_ERROR_NOT_FOUND))
    #expect(error?.status == Int32(PULLEY_ERROR_TRAP))
    #expect(error?.trap == Int32(PULLEY_TRAP_HOST))
    #expect(error?.message == callee.inner?.message)
    #expect(error?.frames == ["middle", "outer"])
  }

  @Test func passingNoErrorIsATrapWithoutAMessage() throws {
    let trap: @convention(c) (OpaquePointer?) -> Void = { pulley_trap_error($0, nil) }
    let text = """
      (module (import "e" "trap" (func $trap)) (func (export "f") (call $trap)))
      """
    let guest = try Guest(bytes: Array(text.utf8)) {
      try register($0, "e", "trap", "void(instance)", trap)
    }
    let error = failure { pulley_run(guest.instance, "f", nil, 0, nil, 0, $0) }
    #expect(error?.trap == Int32(PULLEY_TRAP_HOST))
    #expect(error?.message == "a host function trapped")
    // It does nothing outside of a host function or for other handles.
    pulley_trap_error(guest.instance, nil)
    pulley_trap_error(nil, nil)
    pulley_trap_error(guest.linker, nil)
  }

  @Test func aPassedErrorKeepsTheExitCodeOfAProgram() throws {
    let program = """
      (module $program
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "run") (param i32) (call $exit (i32.const 3))))
      """
    let linker = pulley_linker_new(engine)
    let wasi = pulley_wasi_new()
    defer { pulley_wasi_delete(wasi) }
    try attempt { pulley_wasi_define(wasi, linker, $0) }
    let guest = try Guest(linker: linker, module: try module(program))
    callee.instance = guest.instance
    let error = fail("run")
    #expect(error?.trap == Int32(PULLEY_TRAP_HOST))
    #expect(error?.message == "the program exited with code 3")
    #expect(error?.frames == ["run", "middle", "outer"])
    var code: Int32 = 0
    #expect(pulley_wasi_exited(wasi, &code))
    #expect(code == 3)
  }

  @Test func aPassedErrorKeepsTheTrapNumberOfClif() throws {
    let text = """
      function %fails(i32) {
      block0(v0: i32):
          trapnz v0, user7
          trap user9
      }
      """
    var module: OpaquePointer?
    try attempt { pulley_compile(engine, text, text.utf8.count, &module, $0) }
    let guest = try Guest(linker: pulley_linker_new(engine), module: module)
    pulley_module_delete(module)
    callee.instance = guest.instance
    callee.name = "fails"
    var value = pulley_i32(1)
    var error: OpaquePointer?
    #expect(pulley_run(outer.instance, "outer", &value, 1, nil, 0, &error) != 0)
    #expect(pulley_error_trap_code(error) == PULLEY_TRAP_NUMBERED)
    #expect(pulley_error_trap_number(error) == 7)
    #expect(pulley_error_frame_count(error) == 3)
    #expect(String(cString: pulley_error_description(error)).contains("outer!middle"))
    pulley_error_delete(error)
  }
}
