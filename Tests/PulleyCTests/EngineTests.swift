import CPulley
import Testing

/// Mixing objects of two engines is an error at once.
@Suite final class TwoEngines {
  private let own = pulley_engine_new(nil)
  private let other = pulley_engine_new(nil)

  deinit {
    pulley_engine_delete(own)
    pulley_engine_delete(other)
  }

  private func guest(in engine: OpaquePointer?) throws -> Guest {
    var module: OpaquePointer?
    try attempt { pulley_compile(engine, sampleModule, sampleModule.count, &module, $0) }
    defer { pulley_module_delete(module) }
    return try Guest(linker: pulley_linker_new(engine), module: module)
  }

  private func expectOther(
    _ kind: String, _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32,
    at location: SourceLocation = #_sourceLocation
  ) {
    let error = failure(body)
    #expect(error?.status == .argumentError, sourceLocation: location)
    #expect(
      error?.message == "the \(kind) and the linker belong to different engines",
      sourceLocation: location)
  }

  @Test func linkersRefuseObjectsOfAnotherEngine() throws {
    let guest = try guest(in: other)
    let linker = pulley_linker_new(own)
    defer { pulley_linker_delete(linker) }
    var (function, memory, table, global):
      (
        OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?
      )
    try attempt { pulley_instance_function(guest.instance, "add", &function, $0) }
    try attempt { pulley_instance_memory(guest.instance, "memory", &memory, $0) }
    try attempt { pulley_instance_table(guest.instance, "table", &table, $0) }
    try attempt { pulley_instance_global(guest.instance, "count", &global, $0) }
    defer {
      pulley_function_delete(function)
      pulley_memory_delete(memory)
      pulley_table_delete(table)
      pulley_global_delete(global)
    }
    expectOther("instance") { pulley_linker_define_instance(linker, "a", guest.instance, $0) }
    expectOther("function") { pulley_linker_define_function(linker, "a", "b", function, $0) }
    expectOther("memory") { pulley_linker_define_memory(linker, "a", "b", memory, $0) }
    expectOther("table") { pulley_linker_define_table(linker, "a", "b", table, $0) }
    expectOther("global") { pulley_linker_define_global(linker, "a", "b", global, $0) }
    // It accepts those of its own engine.
    try attempt { pulley_linker_define_instance(guest.linker, "a", guest.instance, $0) }
    try attempt { pulley_linker_define_global(guest.linker, "a", "b", global, $0) }
  }

  @Test func objectsMadeByTheHostBelongToTheirEngine() throws {
    let linker = pulley_linker_new(own)
    let ofOther = pulley_linker_new(other)
    let limits = pulley_limits_t(minimum: 1, maximum: 2)
    var (memory, shared, table, global):
      (
        OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?
      )
    var value = pulley_i32(5)
    try attempt { pulley_memory_new(other, limits, &memory, $0) }
    try attempt { pulley_memory_new_shared(other, limits, &shared, $0) }
    try attempt {
      pulley_table_new(other, pulley_type_t(PULLEY_EXTERNREF), limits, &table, $0)
    }
    try attempt { pulley_global_new(other, &value, true, &global, $0) }
    defer {
      pulley_linker_delete(linker)
      pulley_linker_delete(ofOther)
      pulley_memory_delete(memory)
      pulley_memory_delete(shared)
      pulley_table_delete(table)
      pulley_global_delete(global)
    }
    for each in [memory, shared] {
      expectOther("memory") { pulley_linker_define_memory(linker, "a", "b", each, $0) }
      try attempt { pulley_linker_define_memory(ofOther, "a", "b", each, $0) }
    }
    expectOther("table") { pulley_linker_define_table(linker, "a", "b", table, $0) }
    try attempt { pulley_linker_define_table(ofOther, "a", "b", table, $0) }
    expectOther("global") { pulley_linker_define_global(linker, "a", "b", global, $0) }
    try attempt { pulley_linker_define_global(ofOther, "a", "b", global, $0) }
  }

  @Test func tablesAndGlobalsRefuseFunctionsOfAnotherEngine() throws {
    let guest = try guest(in: other)
    var (function, table, global): (OpaquePointer?, OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instance_function(guest.instance, "add", &function, $0) }
    let limits = pulley_limits_t(minimum: 1, maximum: 2)
    try attempt { pulley_table_new(own, pulley_type_t(PULLEY_FUNCREF), limits, &table, $0) }
    defer {
      pulley_function_delete(function)
      pulley_table_delete(table)
    }
    var value = pulley_function_value(function)
    #expect(value.of.ref != nil)
    #expect(failure { pulley_table_set(table, 0, &value, $0) }?.status == .argumentError)
    #expect(failure { pulley_table_grow(table, 1, &value, nil, $0) }?.status == .argumentError)
    #expect(failure { pulley_global_new(own, &value, true, &global, $0) }?.status == .argumentError)
    #expect(global == nil)
  }
}
