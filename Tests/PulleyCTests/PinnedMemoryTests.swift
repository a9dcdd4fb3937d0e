import CPulley
import Foundation
import Testing

/// A memory that moves when it grows beyond twice its size at the last move: the engine's limit is more
/// than any system's address space, which therefore cannot be reserved at once.
private final class MovingMemory {
  let engine: OpaquePointer?
  var memory: OpaquePointer?

  init(pages: UInt64 = 1) throws {
    let options = pulley_options_new()
    defer { pulley_options_delete(options) }
    try attempt { pulley_options_set_memory_limit(options, 1 << 60, $0) }
    engine = pulley_engine_new(options)
    var type = pulley_memory_type_t()
    type.struct_size = MemoryLayout<pulley_memory_type_t>.size
    type.limits = pulley_limits_t(minimum: pages, maximum: UInt64.max)
    type.address_bits = 64
    try attempt { pulley_memory_new_type(engine, &type, &memory, $0) }
  }

  deinit {
    pulley_memory_delete(memory)
    pulley_engine_delete(engine)
  }

  var data: UnsafeMutablePointer<UInt8>? { pulley_memory_data(memory) }

  func grow(_ pages: UInt64) throws {
    try attempt { pulley_memory_grow(memory, pages, nil, $0) }
  }

  func pin() throws { try attempt { pulley_memory_pin(memory, $0) } }
}

/// A handle that is passed to another thread.
private struct Handle: @unchecked Sendable {
  let pointer: OpaquePointer?
}

@Suite struct PinnedMemories {
  @Test func aMemoryMovesUnlessItIsPinned() throws {
    let moving = try MovingMemory()
    let before = moving.data
    try moving.grow(1)
    #expect(moving.data != before)
  }

  @Test func growthThatWouldMoveAPinnedMemoryIsRefused() throws {
    let moving = try MovingMemory()
    try moving.pin()
    moving.data?[0] = 7
    let before = moving.data
    let error = failure { pulley_memory_grow(moving.memory, 1, nil, $0) }
    #expect(error?.status == Int32(PULLEY_ERROR_LIMIT))
    #expect(error?.message.hasSuffix("it would move, and it is pinned") == true)
    #expect(moving.data == before && pulley_memory_size(moving.memory) == 1 << 16)
    pulley_memory_unpin(moving.memory)
    try moving.grow(1)
    #expect(moving.data?[0] == 7 && pulley_memory_size(moving.memory) == 2 << 16)
  }

  @Test func aGuestCannotMoveAPinnedMemory() throws {
    let moving = try MovingMemory()
    let linker = pulley_linker_new(moving.engine)
    defer { pulley_linker_delete(linker) }
    try attempt { pulley_linker_define_memory(linker, "e", "m", moving.memory, $0) }
    let text = """
      (module (import "e" "m" (memory i64 1))
        (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0))))
      """
    var instance: OpaquePointer?
    try attempt { pulley_instantiate_bytes(linker, text, text.utf8.count, &instance, $0) }
    defer { pulley_instance_delete(instance) }
    func grow(_ pages: Int64) throws -> Int64 {
      var (argument, result) = (pulley_i64(pages), pulley_value_t())
      try attempt { pulley_run(instance, "grow", &argument, 1, &result, 1, $0) }
      return result.of.i64
    }
    try moving.pin()
    #expect(try grow(1) == -1)
    #expect(try grow(0) == 1)
    pulley_memory_unpin(moving.memory)
    #expect(try grow(1) == 1)
    #expect(pulley_memory_size(moving.memory) == 2 << 16)
  }

  @Test func aPinnedMemoryGrowsWithinTheReservedRange() throws {
    let moving = try MovingMemory()
    // The move reserves twice what is needed.
    try moving.grow(1)
    try moving.pin()
    let before = moving.data
    before?[0x1FFFF] = 9
    try moving.grow(2)
    #expect(moving.data == before && before?[0x1FFFF] == 9)
    before?[0x3FFFF] = 5
    #expect(failure { pulley_memory_grow(moving.memory, 1, nil, $0) } != nil)
    #expect(before?[0x3FFFF] == 5)
  }

  @Test func anEmptyMemoryCanBePinned() throws {
    let moving = try MovingMemory(pages: 0)
    try moving.pin()
    try moving.grow(1)
    let before = moving.data
    #expect(before != nil)
    #expect(failure { pulley_memory_grow(moving.memory, 1, nil, $0) } != nil)
    #expect(moving.data == before)
  }

  @Test func aRefusalNamesAPinOnlyIfThePinIsTheReason() throws {
    let moving = try MovingMemory()
    try moving.pin()
    for pages: UInt64 in [.max, .max - 1, 1 << 44 + 1] {
      let error = failure { pulley_memory_grow(moving.memory, pages, nil, $0) }
      #expect(error?.status == Int32(PULLEY_ERROR_LIMIT))
      #expect(error?.message.contains("pinned") == false)
    }
  }

  @Test func pinsAreCountedForTheMemoryAndNotForAHandle() throws {
    let moving = try MovingMemory()
    let other = pulley_memory_retain(moving.memory)
    try attempt { pulley_memory_pin(other, $0) }
    try moving.pin()
    pulley_memory_delete(other)
    pulley_memory_unpin(moving.memory)
    #expect(failure { pulley_memory_grow(moving.memory, 1, nil, $0) } != nil)
    pulley_memory_unpin(moving.memory)
    try moving.grow(1)
  }

  @Test func unpinningTooOftenTakesBackNoLaterPin() throws {
    let moving = try MovingMemory()
    for _ in 0..<3 { pulley_memory_unpin(moving.memory) }
    try moving.pin()
    #expect(failure { pulley_memory_grow(moving.memory, 1, nil, $0) } != nil)
    for _ in 0..<3 { pulley_memory_unpin(moving.memory) }
    try moving.grow(1)
  }

  @Test func memoriesThatNeverMoveGrowWhileTheyArePinned() throws {
    let limits = pulley_limits_t(minimum: 1, maximum: 4)
    for make in [pulley_memory_new, pulley_memory_new_shared] {
      var memory: OpaquePointer?
      try attempt { make(nil, limits, &memory, $0) }
      defer { pulley_memory_delete(memory) }
      try attempt { pulley_memory_pin(memory, $0) }
      let before = pulley_memory_data(memory)
      try attempt { pulley_memory_grow(memory, 3, nil, $0) }
      #expect(pulley_memory_data(memory) == before)
      let full = failure { pulley_memory_grow(memory, 1, nil, $0) }
      #expect(full?.message.contains("pinned") == false)
      pulley_memory_unpin(memory)
    }
  }

  @Test func onlyAMemoryCanBePinned() throws {
    let linker = pulley_linker_new(nil)
    var memory: OpaquePointer?
    let limits = pulley_limits_t(minimum: 1, maximum: 1)
    try attempt { pulley_memory_new(nil, limits, &memory, $0) }
    pulley_memory_delete(memory)
    for wrong in [nil, linker, memory] {
      let error = failure { pulley_memory_pin(wrong, $0) }
      #expect(error?.status == .argumentError)
      pulley_memory_unpin(wrong)
    }
    pulley_linker_delete(linker)
  }

  @Test func aPinnedMemoryOutlivesItsInstance() throws {
    var memory: OpaquePointer?
    do {
      let guest = try Guest(bytes: sampleModule)
      try attempt { pulley_instance_memory(guest.instance, "memory", &memory, $0) }
      try attempt { pulley_memory_pin(memory, $0) }
      pulley_memory_data(memory)?[65535] = 3
    }
    #expect(pulley_memory_data(memory)?[65535] == 3)
    pulley_memory_unpin(memory)
    pulley_memory_delete(memory)
  }

  @Test func otherThreadsPinAndUnpinWhileTheMemoryGrows() throws {
    let moving = try MovingMemory()
    let handle = Handle(pointer: pulley_memory_retain(moving.memory))
    let done = DispatchSemaphore(value: 0)
    for _ in 0..<3 {
      Thread {
        for _ in 0..<20_000 {
          _ = pulley_memory_pin(handle.pointer, nil)
          pulley_memory_unpin(handle.pointer)
        }
        done.signal()
      }.start()
    }
    for page: UInt64 in 1..<200 {
      while pulley_memory_grow(moving.memory, 1, nil, nil) != 0 { sched_yield() }
      #expect(pulley_memory_size(moving.memory) == Int(page + 1) << 16)
      moving.data?[Int(page) << 16] = UInt8(page)
    }
    for _ in 0..<3 { done.wait() }
    pulley_memory_delete(handle.pointer)
    // All pins are taken back, so the memory moves again.
    let before = moving.data
    try moving.grow(1000)
    #expect(moving.data != before)
    for page in 1..<200 { #expect(moving.data?[page << 16] == UInt8(page)) }
  }
}
