import CPulley
import Testing

/// The guest's own allocator, and libraries that must be initialized.
@Suite struct GuestMemories {
  private func instance(_ text: String) throws -> Guest { try Guest(bytes: Array(text.utf8)) }

  @Test func theGuestsAllocatorIsCalled() throws {
    let guest = try instance(
      """
      (module (memory (export "memory") 1 2) (global $next (mut i32) (i32.const 64))
        (global (export "freed") (mut i32) (i32.const 0))
        (func (export "malloc") (param i32) (result i32) (local i32)
          (local.set 1 (global.get $next))
          (if (i32.gt_u (local.get 0) (i32.const 65000))
            (then (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1))
              (then (return (i32.const 0))))))
          (global.set $next (i32.add (local.get 1) (local.get 0))) (local.get 1))
        (func (export "free") (param i32)
          (if (i32.eq (local.get 0) (i32.const 99)) (then unreachable))
          (global.set 1 (local.get 0))))
      """)
    var address: UInt64 = 1
    try attempt { pulley_instance_allocate(guest.instance, 16, &address, $0) }
    #expect(address == 64 && pulley_instance_pointer(guest.instance, address, 16) != nil)
    try attempt { pulley_instance_allocate(guest.instance, 70000, &address, $0) }
    #expect(address == 80 && pulley_instance_pointer(guest.instance, address, 70000) != nil)
    let full = failure { pulley_instance_allocate(guest.instance, 70000, &address, $0) }
    #expect(full?.status == Int32(PULLEY_ERROR_LIMIT) && address == 0)
    try attempt { pulley_instance_free(guest.instance, 80, $0) }
    try attempt { pulley_instance_free(guest.instance, 0, $0) }
    var (global, value): (OpaquePointer?, pulley_value_t) = (nil, pulley_value_t())
    try attempt { pulley_instance_global(guest.instance, "freed", &global, $0) }
    try attempt { pulley_global_get(global, &value, $0) }
    #expect(value.of.i32 == 80)
    pulley_global_delete(global)
    let trap = failure { pulley_instance_free(guest.instance, 99, $0) }
    #expect(trap?.trap == Int32(PULLEY_TRAP_UNREACHABLE) && trap?.frames == ["free"])
    // The instance remains usable.
    try attempt { pulley_instance_free(guest.instance, 80, $0) }
  }

  @Test func aGuestWithoutAnAllocatorIsToldWhatToExport() throws {
    let guest = try Guest(bytes: sampleModule)
    var address: UInt64 = 1
    let error = failure { pulley_instance_allocate(guest.instance, 1, &address, $0) }
    #expect(error?.status == Int32(PULLEY_ERROR_NOT_FOUND) && address == 0)
    #expect(error?.message.contains("-Wl,--export=malloc") == true)
    #expect(failure { pulley_instance_allocate(nil, 1, &address, $0) }?.status == .argumentError)
    let without = failure { pulley_instance_allocate(guest.instance, 1, nil, $0) }
    #expect(without?.status == .argumentError)
    #expect(failure { pulley_instance_free(nil, 1, $0) }?.status == .argumentError)
  }

  @Test func aHostFunctionAllocatesInTheGuestThatCallsIt() throws {
    let host: @convention(c) (OpaquePointer?) -> UInt32 = { instance in
      var address: UInt64 = 0
      guard pulley_instance_allocate(instance, 4, &address, nil) == 0 else { return 0 }
      pulley_instance_pointer(instance, address, 4)?.storeBytes(of: 0x2A2A_2A2A, as: UInt32.self)
      return UInt32(address)
    }
    let text = """
      (module (import "e" "make" (func $make (result i32))) (memory 1)
        (func (export "malloc") (param i32) (result i32) (i32.const 1000))
        (func (export "f") (result i32) (i32.load (call $make))))
      """
    let guest = try Guest(bytes: Array(text.utf8)) {
      try register($0, "e", "make", "u32(instance)", host)
    }
    #expect(try guest.run("f")[0].of.i32 == 0x2A2A_2A2A)
  }

  @Test func aLibraryIsInitializedOnce() throws {
    let guest = try instance(
      """
      (module (global $n (mut i32) (i32.const 0))
        (func (export "_initialize") (global.set $n (i32.add (global.get $n) (i32.const 1))))
        (func (export "n") (result i32) (global.get $n)))
      """)
    #expect(try guest.run("n")[0].of.i32 == 0)
    for _ in 0..<2 { try attempt { pulley_instance_initialize(guest.instance, $0) } }
    #expect(try guest.run("n")[0].of.i32 == 1)
    // Other modules have nothing to initialize.
    let other = try Guest(bytes: sampleModule)
    try attempt { pulley_instance_initialize(other.instance, $0) }
    #expect(failure { pulley_instance_initialize(nil, $0) }?.status == .argumentError)
    let wrong = try instance("(module (func (export \"_initialize\") (param i32)))")
    #expect(
      failure { pulley_instance_initialize(wrong.instance, $0) }?.status == .argumentError)
    let trapping = try instance("(module (func (export \"_initialize\") unreachable))")
    let trap = failure { pulley_instance_initialize(trapping.instance, $0) }
    #expect(trap?.trap == Int32(PULLEY_TRAP_UNREACHABLE))
  }

  @Test func runningALibraryAsAProgramSaysHowToUseIt() throws {
    let wasi = pulley_wasi_new()
    let linker = pulley_linker_new(nil)
    defer {
      pulley_wasi_delete(wasi)
      pulley_linker_delete(linker)
    }
    try attempt { pulley_wasi_define(wasi, linker, $0) }
    let bytes = Array(
      """
      (module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1) (func (export "_initialize") (call $exit (i32.const 3))))
      """.utf8)
    var instance: OpaquePointer?
    try attempt { pulley_instantiate_bytes(linker, bytes, bytes.count, &instance, $0) }
    defer { pulley_instance_delete(instance) }
    let error = failure { pulley_wasi_run(wasi, instance, nil, $0) }
    #expect(error?.status == Int32(PULLEY_ERROR_NOT_FOUND))
    #expect(error?.message.contains("pulley_instance_initialize") == true)
    let exit = failure { pulley_instance_initialize(instance, $0) }
    var code: Int32 = 0
    #expect(exit?.status == Int32(PULLEY_ERROR_TRAP))
    #expect(pulley_wasi_exited(wasi, &code) && code == 3)
  }
}
