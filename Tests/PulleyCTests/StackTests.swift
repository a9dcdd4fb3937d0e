import CPulley
import Foundation
import Testing

private let recursion = """
  (module (import "e" "again" (func $again (param i32)))
    (func (export "f") (param i32) (call $again (i32.add (local.get 0) (i32.const 1)))))
  """

private final class Levels {
  var deepest: Int32 = 0

  static let again: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Void = {
    caller, userData, depth in
    Unmanaged<Levels>.fromOpaque(userData!).takeUnretainedValue().deepest = depth
    var value = pulley_i32(depth)
    var error: OpaquePointer?
    if pulley_run(caller, "f", &value, 1, nil, 0, &error) != 0 {
      pulley_trap_error(caller, error)
      pulley_error_delete(error)
    }
  }
}

/// A call on a new thread whose stack has exactly the size asked for.
private final class ThreadCall {
  let instance: OpaquePointer?
  var error: CError?

  init(_ instance: OpaquePointer?) { self.instance = instance }

  func run(stackSize: Int) throws {
    var attributes = pthread_attr_t()
    var thread = pthread_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    // The C library would take up the stack of a thread that has ended, up to four times as large.
    let stack = try #require(
      mmap(
        nil, stackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))
    try #require(stack != MAP_FAILED)
    defer { munmap(stack, stackSize) }
    try #require(pthread_attr_setstack(&attributes, stack, stackSize) == 0)
    let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
      let call = Unmanaged<ThreadCall>.fromOpaque(argument!).takeUnretainedValue()
      var value = pulley_i32(0)
      call.error = failure { pulley_run(call.instance, "f", &value, 1, nil, 0, $0) }
      return nil
    }
    try #require(
      pthread_create(&thread, &attributes, body, Unmanaged.passUnretained(self).toOpaque()) == 0)
    pthread_join(thread, nil)
  }
}

/// See Tests/Drivers/stacks.c for stacks that are small, and for signals.
@Suite struct StackTests {
  /// How deeply guest and host can call one another on a thread of `size` bytes.
  private func depth(size: Int, reserve: Int?) throws -> Int32 {
    let options = pulley_options_new()
    defer { pulley_options_delete(options) }
    // The guest's own stack is large enough not to end the recursion.
    try attempt { pulley_options_set_stack_size(options, 64 << 20, $0) }
    if let reserve {
      try attempt { pulley_options_set_host_stack_reserve(options, reserve, $0) }
    }
    let engine = pulley_engine_new(options)
    defer { pulley_engine_delete(engine) }
    let levels = Levels()
    var module: OpaquePointer?
    try attempt { pulley_compile(engine, recursion, recursion.utf8.count, &module, $0) }
    let linker = pulley_linker_new(engine)
    try register(
      linker, "e", "again", "void(instance, userdata, i32)", Levels.again,
      userData: Unmanaged.passUnretained(levels).toOpaque())
    let guest = try Guest(linker: linker, module: module)
    pulley_module_delete(module)
    let call = ThreadCall(guest.instance)
    try call.run(stackSize: size)
    let error = call.error
    #expect(error?.trap == Int32(PULLEY_TRAP_STACK_OVERFLOW))
    #expect(
      error?.message == "call stack exhausted: guest and host functions call one another too deeply"
    )
    #expect(error?.frames.count == 64)
    return levels.deepest
  }

  @Test func largerStacksAllowDeeperRecursion() throws {
    let (small, large) = (
      try depth(size: 2 << 20, reserve: nil), try depth(size: 16 << 20, reserve: nil)
    )
    #expect(small > 64)
    #expect(large > 6 * small)
  }

  @Test func theGuestLeavesTheStackReserveUnused() throws {
    let (all, half) = (
      try depth(size: 8 << 20, reserve: 0), try depth(size: 8 << 20, reserve: 4 << 20)
    )
    #expect(half > all / 3 && half < all * 2 / 3)
    // At most half of the stack is reserved.
    #expect(try depth(size: 8 << 20, reserve: 1 << 30) > half * 9 / 10)
    let options = pulley_options_new()
    defer { pulley_options_delete(options) }
    for bytes in [-1, 1 << 62, 1 << 30 | 1] {
      let error = failure { pulley_options_set_host_stack_reserve(options, bytes, $0) }
      #expect(error?.status == .argumentError)
    }
  }

  @Test func wrongStackBoundsAreRefused() {
    let place = UnsafeMutableRawPointer(bitPattern: 1 << 20)
    for (low, size) in [(nil, 4096), (place, 0), (place, -1)] as [(UnsafeMutableRawPointer?, Int)] {
      #expect(failure { pulley_thread_set_stack(low, size, $0) }?.status == .argumentError)
    }
    #expect(failure { pulley_thread_set_stack(nil, 0, $0) } == nil)
  }

  @Test func aThreadMayDeclareAStackThatItIsNotOn() throws {
    let place = UnsafeMutableRawPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { place.deallocate() }
    try attempt { pulley_thread_set_stack(place, 1 << 16, $0) }
    let guest = try Guest(bytes: sampleModule)
    #expect(try guest.run("add", pulley_i32(20), pulley_i32(22))[0].of.i32 == 42)
    try attempt { pulley_thread_set_stack(nil, 0, $0) }
    #expect(try guest.run("add", pulley_i32(20), pulley_i32(22))[0].of.i32 == 42)
  }
}
