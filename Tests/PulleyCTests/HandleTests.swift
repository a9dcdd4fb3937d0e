import CPulley
import Testing

/// Handles belong to their owners: each is deleted once, and mistakes harm nothing else.
@Suite struct Handles {
  private func function(_ guest: Guest, _ name: String = "add") throws -> OpaquePointer? {
    var function: OpaquePointer?
    try attempt { pulley_instance_function(guest.instance, name, &function, $0) }
    return function
  }

  private func sum(_ function: OpaquePointer?) throws -> Int32 {
    var result = pulley_value_t()
    try attempt { pulley_call(function, [pulley_i32(3), pulley_i32(4)], 2, &result, 1, $0) }
    return result.of.i32
  }

  @Test func deletingAHandleTwiceReleasesNothingElse() throws {
    let guest = try Guest(bytes: sampleModule)
    let first = try function(guest)
    let second = pulley_function_retain(first)
    for _ in 0..<3 { pulley_function_delete(first) }
    #expect(try sum(second) == 7)
    pulley_function_delete(second)
    // Nor does deleting the memory of an instance too often take it from the instance.
    var memory: OpaquePointer?
    try attempt { pulley_instance_memory(guest.instance, "memory", &memory, $0) }
    for _ in 0..<3 { pulley_memory_delete(memory) }
    #expect(pulley_instance_pointer(guest.instance, 0, 65536) != nil)
    try attempt { pulley_instance_memory(guest.instance, "memory", &memory, $0) }
    #expect(pulley_memory_size(memory) == 65536)
    pulley_memory_delete(memory)
  }

  @Test func aDeletedHandleStaysInvalidWhenOthersAreMade() throws {
    let guest = try Guest(bytes: sampleModule)
    let deleted = try function(guest)
    pulley_function_delete(deleted)
    var others: [OpaquePointer?] = []
    for _ in 0..<5000 { others.append(try function(guest)) }
    #expect(!others.contains(deleted))
    pulley_function_delete(deleted)
    let error = failure { pulley_call(deleted, nil, 0, nil, 0, $0) }
    #expect(error?.message == "function is a handle that has been deleted")
    for other in others { #expect(try sum(other) == 7) }
    others.forEach(pulley_function_delete)
  }

  @Test func theMessageTellsHowAHandleIsWrong() throws {
    let guest = try Guest(bytes: sampleModule)
    let function = try function(guest)
    defer { pulley_function_delete(function) }
    func message(_ handle: OpaquePointer?) -> String? {
      failure { pulley_memory_grow(handle, 1, nil, $0) }?.message
    }
    #expect(message(nil) == "memory is NULL")
    #expect(message(function) == "memory is a handle of another kind")
    for bits in [1, 2, 3, 0x1000, 0x1001, -1, -2, Int.min, 0xFFFF_FFFF] {
      #expect(message(OpaquePointer(bitPattern: bits)) == "memory is not a handle")
    }
  }

  @Test func eachOwnerOfARetainedObjectDeletesItsOwnHandle() throws {
    var kinds: [(OpaquePointer?, (OpaquePointer?) -> OpaquePointer?, (OpaquePointer?) -> Void)] = []
    let guest = try Guest(bytes: sampleModule)
    var (module, memory, table, global, tag, error):
      (
        OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?,
        OpaquePointer?
      )
    try attempt { pulley_instance_module(guest.instance, &module, $0) }
    try attempt { pulley_instance_memory(guest.instance, nil, &memory, $0) }
    try attempt { pulley_instance_table(guest.instance, "table", &table, $0) }
    try attempt { pulley_instance_global(guest.instance, "count", &global, $0) }
    try attempt { pulley_tag_new(nil, nil, 0, &tag, $0) }
    #expect(pulley_memory_grow(nil, 0, nil, &error) == .argumentError)
    kinds.append((pulley_options_new(), pulley_options_retain, pulley_options_delete))
    kinds.append((pulley_engine_new(nil), pulley_engine_retain, pulley_engine_delete))
    kinds.append((pulley_linker_new(nil), pulley_linker_retain, pulley_linker_delete))
    kinds.append((pulley_wasi_new(), pulley_wasi_retain, pulley_wasi_delete))
    kinds.append((module, pulley_module_retain, pulley_module_delete))
    kinds.append((try function(guest), pulley_function_retain, pulley_function_delete))
    kinds.append((memory, pulley_memory_retain, pulley_memory_delete))
    kinds.append((table, pulley_table_retain, pulley_table_delete))
    kinds.append((global, pulley_global_retain, pulley_global_delete))
    kinds.append((tag, pulley_tag_retain, pulley_tag_delete))
    kinds.append((error, pulley_error_retain, pulley_error_delete))
    for (index, (handle, retain, delete)) in kinds.enumerated() {
      let another = retain(handle)
      #expect(another != nil && another != handle, "kind \(index)")
      delete(handle)
      #expect(retain(handle) == nil, "kind \(index)")
      let third = retain(another)
      #expect(third != nil, "kind \(index)")
      delete(another)
      // A handle of another kind is not retained either.
      for (other, (_, retain, delete)) in kinds.enumerated() where other != index {
        #expect(retain(third) == nil, "kind \(index) as kind \(other)")
        delete(third)
      }
      #expect(retain(nil) == nil)
      let last = retain(third)
      #expect(last != nil, "kind \(index)")
      delete(third)
      delete(last)
    }
  }

  @Test func aHostFunctionKeepsTheInstanceThatCallsIt() throws {
    nonisolated(unsafe) var kept: OpaquePointer?
    let box = UnsafeMutablePointer<OpaquePointer?>.allocate(capacity: 1)
    box.initialize(to: nil)
    defer { box.deallocate() }
    let keep: @convention(c) (OpaquePointer?, UnsafeMutablePointer<OpaquePointer?>?) -> Void = {
      $1?.pointee = pulley_instance_retain($0)
      // This does nothing, because the function does not own what it gets.
      pulley_instance_delete($0)
    }
    let text = """
      (module (import "e" "keep" (func $keep))
        (func (export "f") (call $keep)) (func (export "g") (result i32) (i32.const 8)))
      """
    let guest = try Guest(bytes: Array(text.utf8)) {
      try register($0, "e", "keep", "void(instance, userdata)", keep, userData: box)
    }
    _ = try guest.run("f", results: 0)
    kept = box.pointee
    #expect(pulley_instance_same(kept, guest.instance) && kept != guest.instance)
    pulley_instance_delete(guest.instance)
    guest.instance = nil
    var result = pulley_value_t()
    try attempt { pulley_run(kept, "g", nil, 0, &result, 1, $0) }
    #expect(result.of.i32 == 8)
    pulley_instance_delete(kept)
  }

  @Test func threadsMakeAndDeleteHandlesAtOnce() async throws {
    let engine = pulley_engine_new(nil)
    defer { pulley_engine_delete(engine) }
    let address = UInt(bitPattern: engine)
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var wrong = 0
          for _ in 0..<2000 {
            let handle = pulley_engine_retain(OpaquePointer(bitPattern: address))
            if !pulley_engine_same(handle, OpaquePointer(bitPattern: address)) { wrong += 1 }
            pulley_engine_delete(handle)
            if pulley_engine_same(handle, handle) { wrong += 1 }
          }
          return wrong
        }
      }
      for await wrong in group { #expect(wrong == 0) }
    }
  }

  @Test func theSameObjectIsFoundTwice() throws {
    let guest = try Guest(bytes: sampleModule)
    let other = try Guest(bytes: sampleModule)
    let (first, second, swap) = (
      try function(guest), try function(guest), try function(guest, "swap")
    )
    let foreign = try function(other)
    #expect(pulley_function_same(first, second) && pulley_function_same(first, first))
    #expect(!pulley_function_same(first, swap) && !pulley_function_same(first, foreign))
    #expect(!pulley_function_same(nil, nil) && !pulley_function_same(first, nil))
    // The same function by another way: element 0 of the table.
    var (table, again, element): (OpaquePointer?, OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instance_table(guest.instance, "table", &table, $0) }
    try attempt { pulley_instance_table(guest.instance, "table", &again, $0) }
    try attempt { pulley_table_function(table, 0, &element, $0) }
    #expect(pulley_function_same(first, element))
    #expect(pulley_table_same(table, again) && !pulley_table_same(table, first))
    var (exported, unnamed): (OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instance_memory(guest.instance, "memory", &exported, $0) }
    try attempt { pulley_instance_memory(guest.instance, nil, &unnamed, $0) }
    #expect(pulley_memory_same(exported, unnamed))
    var (count, count2, big): (OpaquePointer?, OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instance_global(guest.instance, "count", &count, $0) }
    try attempt { pulley_instance_global(guest.instance, "count", &count2, $0) }
    try attempt { pulley_instance_global(guest.instance, "big", &big, $0) }
    #expect(pulley_global_same(count, count2) && !pulley_global_same(count, big))
    var (module, module2, module3): (OpaquePointer?, OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instance_module(guest.instance, &module, $0) }
    try attempt { pulley_instance_module(guest.instance, &module2, $0) }
    try attempt { pulley_instance_module(other.instance, &module3, $0) }
    #expect(pulley_module_same(module, module2) && !pulley_module_same(module, module3))
    #expect(pulley_module_export_count(module) == 9)
    #expect(pulley_engine_same(nil, nil) && !pulley_engine_same(nil, clifEngine))
    #expect(pulley_engine_same(clifEngine, clifEngine))
    [first, second, swap, foreign, element].forEach(pulley_function_delete)
    [table, again].forEach(pulley_table_delete)
    [exported, unnamed].forEach(pulley_memory_delete)
    [count, count2, big].forEach(pulley_global_delete)
    [module, module2, module3].forEach(pulley_module_delete)
  }

  @Test func functionsOfTheHostAreTheSameByTheirRegistration() throws {
    let host: @convention(c) () -> Void = {}
    let text = """
      (module (import "e" "a" (func $a)) (import "e" "b" (func $b))
        (export "a" (func $a)) (export "b" (func $b)))
      """
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    try register(linker, "e", "a", "void()", host)
    try register(linker, "e", "b", "void()", host)
    let bytes = Array(text.utf8)
    var (one, two): (OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instantiate_bytes(linker, bytes, bytes.count, &one, $0) }
    try attempt { pulley_instantiate_bytes(linker, bytes, bytes.count, &two, $0) }
    defer { [one, two].forEach(pulley_instance_delete) }
    var (a, a2, b): (OpaquePointer?, OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instance_function(one, "a", &a, $0) }
    try attempt { pulley_instance_function(two, "a", &a2, $0) }
    try attempt { pulley_instance_function(one, "b", &b, $0) }
    #expect(pulley_function_same(a, a2) && !pulley_function_same(a, b))
    [a, a2, b].forEach(pulley_function_delete)
  }
}
