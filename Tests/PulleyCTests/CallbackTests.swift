import CPulley
import Foundation
import Testing

private let text = """
  (module $sorter
    (import "env" "qsort" (func $qsort (param i32 i32 i32 i32)))
    (import "env" "bsearch" (func $bsearch (param i32 i32 i32 i32 i32) (result i32)))
    (import "env" "apply" (func $apply (param i32 i32) (result i32)))
    (import "env" "keep" (func $keep (param i32)))
    (import "env" "keep_not" (func $keep_not (param i32)))
    (import "env" "call_kept" (func $call_kept (param i32) (result i32)))
    (memory (export "memory") 1)
    (table (export "__indirect_function_table") 12 funcref)
    (elem (i32.const 1) $compare $trap $grow $nested $wrong $deep $increment)
    (func $compare (export "compare") (param i32 i32) (result i32)
      (i32.sub (i32.load (local.get 0)) (i32.load (local.get 1))))
    (func $trap (export "trap") (param i32 i32) (result i32) unreachable)
    (func $grow (param i32 i32) (result i32)
      (drop (memory.grow (i32.const 1)))
      (call $compare (local.get 0) (local.get 1)))
    (func $nested (param i32 i32) (result i32)
      (call $qsort (i32.const 1024) (i32.const 8) (i32.const 4) (i32.const 1))
      (call $compare (local.get 0) (local.get 1)))
    (func $wrong (param f64) (result i32) (i32.const 0))
    (func $deep (param i32) (result i32)
      (if (result i32) (i32.eqz (local.get 0))
        (then (i32.const 0))
        (else
          (i32.add
            (i32.const 1)
            (call $apply (i32.const 6) (i32.sub (local.get 0) (i32.const 1)))))))
    (func $increment (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func (export "sort") (param i32 i32)
      (call $qsort (i32.const 64) (local.get 1) (i32.const 4) (local.get 0)))
    (func (export "search") (param i32 i32) (result i32)
      (i32.store (i32.const 0) (local.get 0))
      (call $bsearch
        (i32.const 0) (i32.const 64) (local.get 1) (i32.const 4) (i32.const 1)))
    (func (export "dive") (param i32) (result i32) (call $deep (local.get 0)))
    (func (export "keeps") (param i32) (call $keep (local.get 0)))
    (func (export "keeps_not") (param i32) (call $keep_not (local.get 0)))
    (func (export "calls_kept") (param i32) (result i32) (call $call_kept (local.get 0)))
    (func (export "applies") (param i32 i32) (result i32)
      (call $apply (local.get 0) (local.get 1))))
  """

private typealias Function = @convention(c) (Int32) -> Int32
private typealias Comparator = @convention(c) (UnsafeRawPointer?, UnsafeRawPointer?) -> Int32

private let apply: @convention(c) (Function?, Int32) -> Int32 = { function, value in
  function?(value) ?? -1
}

/// What "env.keep" has received.
nonisolated(unsafe) private var kept: Function?
private let keep: @convention(c) (Function?) -> Void = { kept = $0 }
private let callKept: @convention(c) (Int32) -> Int32 = { kept?($0) ?? -1 }

private let sort: @convention(c) (UnsafeMutableRawPointer?, Int, Int, Comparator?) -> Void = {
  base, count, size, compare in
  if let base, let compare { qsort(base, count, size, compare) }
}

private let search:
  @convention(c) (UnsafeRawPointer?, UnsafeRawPointer?, Int, Int, Comparator?)
    -> UnsafeMutableRawPointer? = { key, base, count, size, compare in
      guard let key, let base, let compare else { return nil }
      return bsearch(key, base, count, size, compare)
    }

@Suite(.serialized) struct CallbackTests {
  private let guest: Guest

  init() throws {
    guest = try Guest(bytes: Array(text.utf8)) { linker in
      func register(_ name: String, _ signature: String, _ function: UnsafeRawPointer) throws {
        try attempt {
          pulley_register(
            linker, "env", name, signature, unsafeBitCast(function, to: pulley_host_t.self), nil,
            nil, $0)
        }
      }
      try register(
        "qsort", "void(ptr, size_t, size_t, callback(int(ptr, ptr)))",
        unsafeBitCast(sort, to: UnsafeRawPointer.self))
      try register(
        "bsearch", "ptr(ptr, ptr, size_t, size_t, callback(int(ptr, ptr)))",
        unsafeBitCast(search, to: UnsafeRawPointer.self))
      try register(
        "apply", "int(callback(int(int)), int)", unsafeBitCast(apply, to: UnsafeRawPointer.self))
      try register(
        "keep", "void(kept callback(int(int)))", unsafeBitCast(keep, to: UnsafeRawPointer.self))
      try register(
        "keep_not", "void(callback(int(int)))", unsafeBitCast(keep, to: UnsafeRawPointer.self))
      try register("call_kept", "int(int)", unsafeBitCast(callKept, to: UnsafeRawPointer.self))
    }
  }

  private func run(_ name: String, _ arguments: Int32...) throws(CError) -> Int32 {
    let values = arguments.map { pulley_i32($0) }
    var result = pulley_i32(0)
    let count = ["sort", "keeps", "keeps_not"].contains(name) ? 0 : 1
    try attempt {
      pulley_run(guest.instance, name, values, values.count, &result, count, $0)
    }
    return result.of.i32
  }

  private var numbers: UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(pulley_instance_pointer(guest.instance, 64, 4000))!
      .assumingMemoryBound(to: Int32.self)
  }

  private func fill(_ count: Int) {
    for index in 0..<count { numbers[index] = Int32((index * 7919) % 1009) - 500 }
  }

  private func isSorted(_ count: Int) -> Bool {
    (1..<count).allSatisfy { numbers[$0 - 1] <= numbers[$0] }
  }

  @Test func `qsort and bsearch call comparators of the guest`() throws {
    fill(500)
    _ = try run("sort", 1, 500)
    #expect(isSorted(500))
    let wanted = numbers[123]
    let found = try run("search", wanted, 500)
    #expect(found >= 64 && numbers[Int(found - 64) / 4] == wanted)
    #expect(try run("search", 10_000, 500) == 0)
  }

  @Test func `a callback may grow the memory and call the host again`() throws {
    fill(12)
    _ = try run("sort", 3, 12)
    #expect(isSorted(12))
    fill(100)
    _ = try run("sort", 4, 100)
    #expect(isSorted(100))
    #expect(try run("dive", 300) == 300)
  }

  @Test func `nesting without an end traps and leaves the instance usable`() throws {
    let failed = #expect(throws: CError.self) { try run("dive", -1) }
    #expect(failed?.trap == Int32(PULLEY_TRAP_STACK_OVERFLOW))
    #expect(try run("dive", 10) == 10)
  }

  @Test func `a trap in a callback is the trap of the call that led to it`() throws {
    fill(10)
    let failed = #expect(throws: CError.self) { try run("sort", 2, 10) }
    #expect(failed?.trap == Int32(PULLEY_TRAP_UNREACHABLE))
    #expect(failed?.frames.contains("trap") == true)
    _ = try run("sort", 1, 10)
    #expect(isSorted(10))
  }

  @Test func `pointers to no function and to another type trap with function and argument`() throws
  {
    for (index, reason) in [
      (Int32(0), "must be a function, but it is NULL"),
      (11, "function pointer 11 refers to an empty element of the table"),
      (99, "function pointer 99 is outside the table of 12 functions"),
      (
        5, "function pointer 5 refers to a function of type (f64) -> (i32), not (i32, i32) -> (i32)"
      ),
    ] {
      let failed = #expect(throws: CError.self) { try run("sort", index, 10) }
      #expect(failed?.trap == Int32(PULLEY_TRAP_HOST))
      #expect(failed?.message.hasPrefix("argument 4 of env.qsort ") == true)
      #expect(failed?.message.hasSuffix(reason) == true, "\(failed?.message ?? "")")
    }
  }

  @Test func `a kept callback lives as long as the instance, and others end with the call`() throws
  {
    _ = try run("keeps", 7)
    #expect(try run("calls_kept", 41) == 42)
    #expect(kept?(1) == 2)
    pulley_instance_delete(guest.instance)
    guest.instance = nil
    #expect(kept?(1) == 0)
  }

  @Test func `a call after the host call that passed the callback traps at once`() throws {
    _ = try run("keeps_not", 7)
    let failed = #expect(throws: CError.self) { try run("calls_kept", 41) }
    #expect(failed?.trap == Int32(PULLEY_TRAP_HOST))
    #expect(
      failed?.message
        == "the callback in argument 1 of env.keep_not was called after the call that had passed it"
    )
    #expect(kept?(1) == 0)
  }

  // MARK: Function pointers for the embedder

  private func pointer<T>(
    _ name: String, _ signature: String, as type: T.Type
  ) throws -> T {
    var function: OpaquePointer?
    try attempt { pulley_instance_function(guest.instance, name, &function, $0) }
    defer { pulley_function_delete(function) }
    var pointer: pulley_host_t?
    try attempt { pulley_function_pointer(function, signature, &pointer, $0) }
    return unsafeBitCast(pointer, to: type)
  }

  private func pointerFailure() throws -> CError? {
    var function: OpaquePointer?
    try attempt { pulley_instance_function(guest.instance, "compare", &function, $0) }
    defer { pulley_function_delete(function) }
    return failure { pulley_function_pointer_error(function, $0) }
  }

  @Test func `an export is a plain C function as long as its instance lives`() throws {
    let compare = try pointer("compare", "int(ptr, ptr)", as: Comparator.self)
    fill(300)
    qsort(numbers, 300, 4, compare)
    #expect(isSorted(300))
    let again = try pointer("compare", "int(ptr, ptr)", as: Comparator.self)
    #expect(
      unsafeBitCast(again, to: UnsafeRawPointer.self)
        == unsafeBitCast(compare, to: UnsafeRawPointer.self))
    #expect(try pointerFailure() == nil)
    let numbers = numbers
    pulley_instance_delete(guest.instance)
    guest.instance = nil
    #expect(compare(numbers, numbers + 1) == 0)
  }

  @Test func `a failed call through a pointer returns zero until the error is taken`() throws {
    let compare = try pointer("compare", "int(ptr, ptr)", as: Comparator.self)
    let trap = try pointer("trap", "int(ptr, ptr)", as: Comparator.self)
    numbers[0] = 1
    numbers[1] = 5
    #expect(compare(numbers + 1, numbers) == 4)
    #expect(trap(numbers, numbers) == 0)
    #expect(compare(numbers + 1, numbers) == 0)
    #expect(try pointerFailure()?.trap == Int32(PULLEY_TRAP_UNREACHABLE))
    #expect(try pointerFailure() == nil)
    #expect(compare(numbers + 1, numbers) == 4)
    var local: Int32 = 0
    #expect(compare(&local, numbers) == 0)
    #expect(try pointerFailure()?.message.contains("argument 1") == true)
  }

  @Test func `a signature that does not fit the function is refused`() throws {
    var function: OpaquePointer?
    try attempt { pulley_instance_function(guest.instance, "compare", &function, $0) }
    defer { pulley_function_delete(function) }
    var pointer: pulley_host_t?
    let other = failure { pulley_function_pointer(function, "int(double)", &pointer, $0) }
    #expect(other?.status == Int32(PULLEY_ERROR_ARGUMENT))
    #expect(other?.message.contains("(i32, i32) -> (i32)") == true)
    let malformed = failure { pulley_function_pointer(function, "int(", &pointer, $0) }
    #expect(malformed?.status == Int32(PULLEY_ERROR_SIGNATURE))
    #expect(
      failure { pulley_function_pointer(function, nil, &pointer, $0) }?.message
        == "signature is NULL")
    #expect(
      failure { pulley_function_pointer(nil, "int(int)", &pointer, $0) }?.status
        == Int32(PULLEY_ERROR_ARGUMENT))
  }
}
