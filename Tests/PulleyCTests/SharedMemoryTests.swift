import CPulley
import Foundation
import Testing

private let memoryLimits = pulley_limits_t(minimum: 2, maximum: 16)

/// The guest of the example, with the memory that it imports.
private final class ThreadGuest {
  var module: OpaquePointer?
  var memory: OpaquePointer?
  var engine: OpaquePointer?

  init(interruptible: Bool = false) throws {
    let options = pulley_options_new()
    defer { pulley_options_delete(options) }
    try attempt { pulley_options_set_interruptible(options, interruptible, $0) }
    engine = pulley_engine_new(options)
    try attempt { pulley_compile_file(engine, guest("threads"), &module, $0) }
    try attempt { pulley_memory_new_shared(engine, memoryLimits, &memory, $0) }
  }

  deinit {
    pulley_module_delete(module)
    pulley_memory_delete(memory)
    pulley_engine_delete(engine)
  }

  func instance() throws -> OpaquePointer? {
    let linker = pulley_linker_new(engine)
    defer { pulley_linker_delete(linker) }
    try attempt { pulley_linker_define_memory(linker, "env", "memory", memory, $0) }
    var instance: OpaquePointer?
    try attempt { pulley_instantiate(linker, module, &instance, $0) }
    return instance
  }
}

/// A handle that is passed to another thread.
private struct Handle: @unchecked Sendable {
  let pointer: OpaquePointer?
}

@Suite struct SharedMemories {
  @Test func sharedMemoriesAreReportedAsShared() throws {
    let guest = try ThreadGuest()
    #expect(pulley_memory_is_shared(guest.memory))
    #expect(pulley_extern_is_shared(pulley_module_import(guest.module, 0)))
    #expect(!pulley_extern_is_shared(pulley_module_export(guest.module, 0)))
    var plain: OpaquePointer?
    try attempt { pulley_memory_new(nil, memoryLimits, &plain, $0) }
    defer { pulley_memory_delete(plain) }
    #expect(!pulley_memory_is_shared(plain))
    #expect(!pulley_memory_is_shared(nil))
  }

  @Test func sharedMemoriesNeedAMaximum() {
    var memory: OpaquePointer?
    let unlimited = pulley_limits_t(minimum: 1, maximum: UInt64.max)
    let error = failure { pulley_memory_new_shared(nil, unlimited, &memory, $0) }
    #expect(error?.status == .argumentError)
    #expect(memory == nil)
  }

  @Test func sharedMemoriesKeepTheirAddressWhenTheyGrow() throws {
    let guest = try ThreadGuest()
    let data = pulley_memory_data(guest.memory)
    var before: UInt64 = 0
    try attempt { pulley_memory_grow(guest.memory, 14, &before, $0) }
    #expect(before == 2)
    #expect(pulley_memory_data(guest.memory) == data)
    #expect(pulley_memory_size(guest.memory) == 16 << 16)
    #expect(failure { pulley_memory_grow(guest.memory, 1, nil, $0) } != nil)
  }

  @Test func theHostNotifiesWaitersOnSharedMemories() throws {
    let guest = try ThreadGuest()
    var woken: UInt32 = 7
    try attempt { pulley_memory_notify(guest.memory, 64, 1, &woken, $0) }
    #expect(woken == 0)
    for address: UInt64 in [2, 2 << 16, .max - 3] {
      let error = failure { pulley_memory_notify(guest.memory, address, 1, nil, $0) }
      #expect(error?.status == .argumentError)
    }
    #expect(failure { pulley_memory_notify(nil, 0, 1, nil, $0) }?.status == .argumentError)
  }

  @Test func anInterruptionEndsAGuestThatWaits() throws {
    let guest = try ThreadGuest()
    let handle = Handle(pointer: try guest.instance())
    defer { pulley_instance_delete(handle.pointer) }
    let thread = Thread {
      usleep(20_000)
      pulley_interrupt(handle.pointer)
    }
    thread.start()
    let error = failure {
      pulley_run(handle.pointer, "await_nothing", nil, 0, nil, 0, $0)
    }
    #expect(error?.trap == Int32(PULLEY_TRAP_INTERRUPTED))
    // There is no frame if the interruption came before the guest began.
    if let frame = error?.frames.first { #expect(frame == "await_nothing") }
  }

  @Test func anInterruptionEndsARunningGuestOfAnInterruptibleEngine() throws {
    let guest = try ThreadGuest(interruptible: true)
    let handle = Handle(pointer: try guest.instance())
    defer { pulley_instance_delete(handle.pointer) }
    let thread = Thread {
      usleep(20_000)
      pulley_interrupt(handle.pointer)
    }
    thread.start()
    let times = pulley_i32(.max)
    let error = withUnsafePointer(to: times) { times in
      failure { pulley_run(handle.pointer, "count", times, 1, nil, 0, $0) }
    }
    #expect(error?.trap == Int32(PULLEY_TRAP_INTERRUPTED))
    pulley_interrupt(handle.pointer)
    pulley_clear_interrupt(handle.pointer)
    try attempt { pulley_run(handle.pointer, "plain_count", nil, 0, nil, 0, $0) }
    pulley_interrupt(nil)
    pulley_clear_interrupt(nil)
  }
}
