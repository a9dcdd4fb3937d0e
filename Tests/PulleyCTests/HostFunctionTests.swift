import CPulley
import Dispatch
import Testing

@Suite struct HostFunctions {
  private let length: @convention(c) (UnsafePointer<CChar>?) -> Int32 = {
    Int32(String(cString: $0!).utf8.count)
  }

  @Test func missingAndMistypedImportsAreNamed() throws {
    var instance: OpaquePointer?
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let missing = failure { pulley_instantiate_file(linker, guest("hello"), &instance, $0) }
    #expect(missing?.status == Int32(PULLEY_ERROR_LINK))
    #expect(missing?.message.contains("env.puts") == true)
    try register(linker, "env", "puts", "i32(f64)", length)
    let mistyped = failure { pulley_instantiate_file(linker, guest("hello"), &instance, $0) }
    #expect(mistyped?.status == Int32(PULLEY_ERROR_LINK))
    #expect(mistyped?.message.contains("env.puts") == true)
    #expect(mistyped?.message.contains("i32(f64)") == true)
    try register(linker, "env", "puts", "int(cstr)", length)
    try attempt { pulley_instantiate_file(linker, guest("hello"), &instance, $0) }
    pulley_instance_delete(instance)
  }

  @Test func badSignaturesAreReportedAtTheirOffendingCharacter() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let error = #expect(throws: CError.self) {
      try register(linker, "env", "puts", "i32(i32, wrong)", length)
    }
    #expect(error?.status == Int32(PULLEY_ERROR_SIGNATURE))
    #expect(error?.offset == 9)
  }

  @Test func finalizersOfHostFunctionsRunExactlyOnce() throws {
    let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    defer { count.deallocate() }
    let finalizer: pulley_finalizer_t = { $0?.assumingMemoryBound(to: Int.self).pointee += 1 }
    count.initialize(to: 0)
    // When registration fails, before it returns.
    let linker = pulley_linker_new(nil)
    _ = try? register(linker, "a", "b", "bad", length, userData: count, finalizer: finalizer)
    #expect(count.pointee == 1)
    // When the name is defined again.
    try register(linker, "env", "puts", "i32(cstr)", length, userData: count, finalizer: finalizer)
    try register(linker, "env", "puts", "i32(cstr)", length, userData: count, finalizer: finalizer)
    #expect(count.pointee == 2)
    // When the last instance is deleted.
    var instance: OpaquePointer?
    try attempt { pulley_instantiate_file(linker, guest("hello"), &instance, $0) }
    pulley_linker_delete(linker)
    #expect(count.pointee == 2)
    pulley_instance_delete(instance)
    #expect(count.pointee == 3)
  }

  @Test func trapsOfHostFunctionsCarryTheirMessage() throws {
    let check: @convention(c) (OpaquePointer?, Int32) -> Void = {
      if $1 < 0 { pulley_trap($0, "negative") }
    }
    let guest = try Guest("traps") {
      try register($0, "host", "check", "void(instance, int)", check)
    }
    let error = #expect(throws: CError.self) { try guest.run("inspect", pulley_i32(-1)) }
    #expect(error?.status == Int32(PULLEY_ERROR_TRAP))
    #expect(error?.trap == Int32(PULLEY_TRAP_HOST))
    #expect(error?.message == "negative")
    #expect(error?.frames == ["inspect"])
    #expect(try guest.run("inspect", pulley_i32(5))[0].of.i32 == 5)
  }

  @Test func aTrapRequestOutsideOfAHostFunctionDoesNothing() throws {
    let check: @convention(c) (OpaquePointer?, Int32) -> Void = { _, _ in }
    let guest = try Guest("traps") {
      try register($0, "host", "check", "void(instance, int)", check)
    }
    pulley_trap(guest.instance, "nobody is running")
    #expect(try guest.run("inspect", pulley_i32(5))[0].of.i32 == 5)
  }

  @Test func trapsHaveTheirKindAndFrames() throws {
    let check: @convention(c) (OpaquePointer?, Int32) -> Void = { _, _ in }
    let guest = try Guest("traps") {
      try register($0, "host", "check", "void(instance, int)", check)
    }
    func trap(_ name: String, _ arguments: pulley_value_t...) -> CError? {
      failure { pulley_run(guest.instance, name, arguments, arguments.count, nil, 0, $0) }
    }
    let division = trap("mean", pulley_i32(0))
    #expect(division?.trap == Int32(PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO))
    #expect(division?.frames == ["quotient", "average", "mean"])
    #expect(trap("peek", pulley_i32(-8))?.trap == Int32(PULLEY_TRAP_MEMORY_OUT_OF_BOUNDS))
    #expect(trap("give_up")?.trap == Int32(PULLEY_TRAP_UNREACHABLE))
    #expect(trap("recurse", pulley_i32(1 << 30))?.trap == Int32(PULLEY_TRAP_STACK_OVERFLOW))
    #expect(try guest.run("mean", pulley_i32(3))[0].of.i32 == 3)
  }

  @Test func aHostFunctionReachesMemoryAndUserDataThroughItsInstance() throws {
    let log:
      @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int)
        -> Void = { instance, userData, bytes, length in
          userData?.assumingMemoryBound(to: Int.self).pointee = length
          guard let bytes, pulley_instance_data(instance) == userData else { return }
          let base = pulley_instance_pointer(instance, 0, 0)
          userData?.assumingMemoryBound(to: Int.self)[1] =
            base.map { UnsafeRawPointer(bytes) - UnsafeRawPointer($0) } ?? 0
        }
    let seen = UnsafeMutablePointer<Int>.allocate(capacity: 2)
    defer { seen.deallocate() }
    seen.initialize(repeating: 0, count: 2)
    let guest = try Guest("host_functions") { linker in
      let unused: @convention(c) () -> Void = {}
      try register(
        linker, "host", "log", "void(instance, userdata, buf, size_t)", log, userData: seen)
      for (module, name, signature) in [
        ("libc", "strlen", "size_t(cstr)"), ("libc", "toupper", "int(int)"),
        ("libc", "atof", "double(cstr)"), ("libc", "strtoul", "unsigned long(cstr, ptr?, int)"),
        ("libm", "hypot", "f64(f64, f64)"), ("host", "mix", "f32(u8, i16, i64, f32, f64)"),
        ("host", "sum9", "i64(i32, i64, i32, i64, i32, i64, i32, i64, i32)"),
      ] {
        try register(linker, module, name, signature, unused)
      }
    }
    pulley_instance_set_data(guest.instance, seen)
    _ = try guest.run("log_line", results: 0)
    #expect(seen[0] == 23 && seen[1] > 0)
  }

  /// Imports host.grow and calls it; then writes after the memory's old end, reads that back
  /// and adds the size in pages.
  private static let growingModule: [UInt8] =
    [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0] + [1, 5, 1, 0x60, 0, 1, 0x7F]
    + [2, 13, 1, 4, 0x68, 0x6F, 0x73, 0x74, 4, 0x67, 0x72, 0x6F, 0x77, 0, 0] + [3, 2, 1, 0]
    + [5, 3, 1, 0, 1] + [7, 7, 1, 3, 0x72, 0x75, 0x6E, 0, 1]
    + [10, 27, 1, 25, 0, 0x10, 0, 0x1A]
    + [0x41, 0xF0, 0xA2, 4, 0x41, 0xCD, 0, 0x36, 2, 0]
    + [0x41, 0xF0, 0xA2, 4, 0x28, 2, 0, 0x3F, 0, 0x6A, 0x0B]

  @Test func aHostFunctionMayGrowTheMemoryOfItsCaller() throws {
    let grow: @convention(c) (OpaquePointer?) -> Int32 = { instance in
      var memory: OpaquePointer?
      var previous: UInt64 = 0
      guard pulley_instance_memory(instance, nil, &memory, nil) == 0,
        pulley_memory_grow(memory, 3, &previous, nil) == 0
      else { return -1 }
      pulley_memory_delete(memory)
      return Int32(previous)
    }
    let guest = try Guest(bytes: Self.growingModule) {
      try register($0, "host", "grow", "i32(instance)", grow)
    }
    #expect(try guest.run("run")[0].of.i32 == 77 + 4)
  }

  @Test func severalThreadsInstantiateOneModule() throws {
    nonisolated(unsafe) var module: OpaquePointer?
    try attempt { pulley_compile_file(nil, guest("pack"), &module, $0) }
    defer { pulley_module_delete(module) }
    DispatchQueue.concurrentPerform(iterations: 8) { number in
      do {
        let guest = try Guest(linker: pulley_linker_new(nil), module: module)
        let original = try guest.run("original")[0].of.i32
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 % (number + 3)) }
        var memory: OpaquePointer?
        try attempt { pulley_instance_memory(guest.instance, "memory", &memory, $0) }
        try attempt { pulley_memory_write(memory, UInt64(original), bytes, bytes.count, $0) }
        let packed = try guest.run("pack", pulley_i32(5000))[0].of.i32
        #expect(packed > 0 && packed < 500)
        #expect(try guest.run("unpack", pulley_i32(packed))[0].of.i32 == 5000)
        let unpacked = try guest.run("unpacked")[0].of.i32
        var copy = [UInt8](repeating: 0, count: 5000)
        try attempt { pulley_memory_read(memory, UInt64(unpacked), &copy, 5000, $0) }
        #expect(copy == bytes)
        pulley_memory_delete(memory)
      } catch {
        Issue.record(error)
      }
    }
  }
}
