import CPulley
import Foundation
import Synchronization
import Testing

/// A handle that is passed to another thread.
private struct Handle: @unchecked Sendable {
  let pointer: OpaquePointer?
}

private final class Count: Sendable {
  let value = Atomic<Int>(0)
}

private func group(_ guest: Guest) -> UInt64 { pulley_instance_group(guest.instance) }

/// An instance of a text that may import what `define` defines.
private func instance(
  _ text: String, _ define: (OpaquePointer?) throws -> Void = { _ in }
) throws -> Guest {
  try Guest(bytes: Array(text.utf8), define)
}

/// Defines the exports of guests as modules named "0", "1" and so on.
private func defining(_ guests: Guest...) -> (OpaquePointer?) throws -> Void {
  { linker in
    for (number, guest) in guests.enumerated() {
      try attempt {
        pulley_linker_define_instance(linker, "\(number)", guest.instance, $0)
      }
    }
  }
}

/// A function of the guest, and a reference to it, valid while `guest` lives.
private func reference(_ name: String, of guest: Guest) throws -> pulley_value_t {
  var function: OpaquePointer?
  try attempt { pulley_instance_function(guest.instance, name, &function, $0) }
  defer { pulley_function_delete(function) }
  return pulley_function_value(function)
}

@Suite struct ThreadGroups {
  @Test func independentInstancesHaveDifferentNumbers() throws {
    let (first, second) = (try Guest(bytes: sampleModule), try Guest(bytes: sampleModule))
    #expect(group(first) != 0 && group(second) != 0 && group(first) != group(second))
    let other = pulley_instance_retain(first.instance)
    #expect(pulley_instance_group(other) == group(first))
    pulley_instance_delete(other)
  }

  @Test func objectsTakenFromAnInstanceHaveItsNumber() throws {
    let guest = try Guest(bytes: sampleModule)
    var (function, memory, table, global):
      (OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instance_function(guest.instance, "add", &function, $0) }
    try attempt { pulley_instance_memory(guest.instance, nil, &memory, $0) }
    try attempt { pulley_instance_table(guest.instance, "table", &table, $0) }
    try attempt { pulley_instance_global(guest.instance, "count", &global, $0) }
    defer {
      pulley_function_delete(function)
      pulley_memory_delete(memory)
      pulley_table_delete(table)
      pulley_global_delete(global)
    }
    #expect(pulley_function_group(function) == group(guest))
    #expect(pulley_memory_group(memory) == group(guest))
    #expect(pulley_table_group(table) == group(guest))
    #expect(pulley_global_group(global) == group(guest))
  }

  @Test(arguments: [
    "\"add\" (func (param i32 i32) (result i32))", "\"memory\" (memory 1)",
    "\"table\" (table 1 funcref)", "\"count\" (global (mut i32))",
  ])
  func anImportFromAnInstanceLinksToIt(_ item: String) throws {
    let owner = try Guest(bytes: sampleModule)
    let user = try instance("(module (import \"0\" \(item)))", defining(owner))
    #expect(group(user) == group(owner))
  }

  @Test func instancesThatImportOneMemoryAreOneGroup() throws {
    var memory: OpaquePointer?
    let limits = pulley_limits_t(minimum: 1, maximum: 1)
    try attempt { pulley_memory_new(nil, limits, &memory, $0) }
    defer { pulley_memory_delete(memory) }
    #expect(pulley_memory_group(memory) != 0)
    let guests = try (0..<2).map { _ in
      try instance("(module (import \"e\" \"m\" (memory 1)))") { linker in
        try attempt { pulley_linker_define_memory(linker, "e", "m", memory, $0) }
      }
    }
    #expect(group(guests[0]) == group(guests[1]))
    #expect(pulley_memory_group(memory) == group(guests[0]))
  }

  @Test func aSharedMemoryLinksNothingAndBelongsToNoGroup() throws {
    var memory: OpaquePointer?
    let limits = pulley_limits_t(minimum: 1, maximum: 1)
    try attempt { pulley_memory_new_shared(nil, limits, &memory, $0) }
    defer { pulley_memory_delete(memory) }
    let guests = try (0..<2).map { _ in
      try instance("(module (import \"e\" \"m\" (memory 1 1 shared)))") { linker in
        try attempt { pulley_linker_define_memory(linker, "e", "m", memory, $0) }
      }
    }
    #expect(group(guests[0]) != group(guests[1]))
    #expect(pulley_memory_group(memory) == 0)
  }

  @Test func instancesOfOneModuleOrWithOneHostFunctionAreIndependent() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let nothing: @convention(c) () -> Void = {}
    try register(linker, "e", "f", "void()", nothing)
    let text = "(module (import \"e\" \"f\" (func)))"
    var instances: [OpaquePointer?] = [nil, nil]
    for index in 0..<2 {
      try attempt {
        pulley_instantiate_bytes(linker, text, text.utf8.count, &instances[index], $0)
      }
    }
    #expect(pulley_instance_group(instances[0]) != pulley_instance_group(instances[1]))
    for instance in instances { pulley_instance_delete(instance) }
  }

  @Test func aMergedGroupHasTheNumberOfOneOfItsParts() throws {
    let (first, second) = (try Guest(bytes: sampleModule), try Guest(bytes: sampleModule))
    let numbers = [group(first), group(second)]
    let text = """
      (module (import "0" "add" (func (param i32 i32) (result i32)))
        (import "1" "memory" (memory 1)))
      """
    let third = try instance(text, defining(first, second))
    #expect(group(first) == group(second) && group(first) == group(third))
    #expect(numbers.contains(group(first)))
  }

  @Test func aFunctionReferenceThatGetsIntoAGroupLinksIt() throws {
    let owner = try Guest(bytes: sampleModule)
    var reference = try reference("add", of: owner)
    let passed = try instance("(module (func (export \"f\") (param funcref)))")
    #expect(group(passed) != group(owner))
    _ = try passed.run("f", reference, results: 0)
    #expect(group(passed) == group(owner))

    let stored = try Guest(bytes: sampleModule)
    var table: OpaquePointer?
    try attempt { pulley_instance_table(stored.instance, "table", &table, $0) }
    defer { pulley_table_delete(table) }
    #expect(pulley_table_group(table) != group(owner))
    try attempt { pulley_table_set(table, 0, &reference, $0) }
    #expect(pulley_table_group(table) == group(owner))
    #expect(group(stored) == group(owner))
    var global: OpaquePointer?
    try attempt { pulley_global_new(nil, &reference, false, &global, $0) }
    #expect(pulley_global_group(global) == group(owner))
    pulley_global_delete(global)
  }

  @Test func anInstanceOfClifHasItsOwnNumber() throws {
    let linker = pulley_linker_new(clifEngine)
    defer { pulley_linker_delete(linker) }
    let text = "function %f() { block0: return }"
    var (instance, function): (OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instantiate_bytes(linker, text, text.utf8.count, &instance, $0) }
    defer { pulley_instance_delete(instance) }
    try attempt { pulley_instance_function(instance, "f", &function, $0) }
    defer { pulley_function_delete(function) }
    #expect(pulley_instance_group(instance) != 0)
    #expect(pulley_function_group(function) == pulley_instance_group(instance))
  }

  @Test func aHostFunctionsInstanceHasTheNumberOfItsGroup() throws {
    let host: @convention(c) (OpaquePointer?) -> UInt64 = { pulley_instance_group($0) }
    let text = """
      (module (import "e" "f" (func $f (result i64)))
        (func (export "run") (result i64) (call $f)))
      """
    let guest = try instance(text) { try register($0, "e", "f", "u64(instance)", host) }
    #expect(try guest.run("run")[0].of.i64 == Int64(group(guest)))
  }

  @Test func onlyLivingHandlesOfTheTypeHaveANumber() throws {
    let guest = try Guest(bytes: sampleModule)
    let deleted = pulley_instance_retain(guest.instance)
    pulley_instance_delete(deleted)
    let functions = [
      pulley_instance_group, pulley_function_group, pulley_memory_group, pulley_table_group,
      pulley_global_group,
    ]
    for function in functions {
      #expect(function(nil) == 0)
      #expect(function(guest.linker) == 0)
      #expect(function(deleted) == 0)
    }
  }

  @Test func otherThreadsReadTheNumberWhileGroupsAreMerged() throws {
    let first = try Guest(bytes: sampleModule)
    let handle = Handle(pointer: first.instance)
    let done = DispatchSemaphore(value: 0)
    let zeros = Count()
    let before = group(first)
    Thread {
      for _ in 0..<100_000 where pulley_instance_group(handle.pointer) == 0 {
        zeros.value.add(1, ordering: .relaxed)
      }
      done.signal()
    }.start()
    var guests = [first]
    for _ in 0..<50 {
      let next = try Guest(bytes: sampleModule)
      let text = """
        (module (import "0" "memory" (memory 1)) (import "1" "table" (table 1 funcref))
          (export "memory" (memory 0)))
        """
      guests.append(try instance(text, defining(guests[guests.count - 1], next)))
      #expect(group(guests[guests.count - 1]) == group(next))
    }
    done.wait()
    #expect(zeros.value.load(ordering: .relaxed) == 0)
    // The larger group keeps its number.
    #expect(Set(guests.map(group)) == [before])
  }

  @Test func groupsThatAreMergedInAnyOrderEndAsOne() throws {
    let globals = try (0..<300).map { _ in
      var global: OpaquePointer?
      var value = pulley_i32(1)
      try attempt { pulley_global_new(nil, &value, true, &global, $0) }
      return global
    }
    defer { for global in globals { pulley_global_delete(global) } }
    #expect(Set(globals.map { pulley_global_group($0) }).count == globals.count)
    func link(_ numbers: some Sequence<Int>) throws -> Guest {
      let imports = numbers.map { "(import \"g\" \"\($0)\" (global (mut i32)))" }.joined()
      return try instance("(module \(imports))") { linker in
        for (number, global) in globals.enumerated() {
          try attempt { pulley_linker_define_global(linker, "g", "\(number)", global, $0) }
        }
      }
    }
    let pairs = try stride(from: 0, to: 300, by: 2).map { try link([$0 + 1, $0]) }
    #expect(Set(globals.map { pulley_global_group($0) }).count == pairs.count)
    let all = try link(globals.indices.reversed())
    #expect(Set(globals.map { pulley_global_group($0) }) == [group(all)])
    #expect(pairs.allSatisfy { group($0) == group(all) })
  }
}
