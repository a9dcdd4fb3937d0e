import CPulley
import Testing

@Suite struct Limits {
  private let resources = (1...6).map { Int32($0) }

  private func engine(
    _ limits: [(resource: Int, perGroup: UInt64, perEngine: UInt64)]
  ) throws -> OpaquePointer? {
    let options = pulley_options_new()
    defer { pulley_options_delete(options) }
    for limit in limits {
      try attempt {
        pulley_options_set_limit(
          options, Int32(limit.resource), limit.perGroup, limit.perEngine, $0)
      }
    }
    return pulley_engine_new(options)
  }

  private func instance(_ linker: OpaquePointer?, _ text: String) throws -> OpaquePointer? {
    var instance: OpaquePointer?
    try attempt { pulley_instantiate_bytes(linker, text, text.utf8.count, &instance, $0) }
    return instance
  }

  private func call(
    _ instance: OpaquePointer?, _ name: String, _ argument: Int32
  ) throws -> Int32 {
    var argument = pulley_i32(argument)
    var result = pulley_i32(0)
    try attempt { pulley_run(instance, name, &argument, 1, &result, 1, $0) }
    return result.of.i32
  }

  private let text = """
    (module (memory (export "m") 1) (table (export "t") 10 funcref)
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "widen") (param i32) (result i32)
        (table.grow (ref.null func) (local.get 0))))
    """

  @Test func resourceUsageIsReportedAndReturnsToZero() throws {
    let engine = try engine([])
    defer { pulley_engine_delete(engine) }
    let linker = pulley_linker_new(engine)
    let made = try instance(linker, text)
    #expect(pulley_instance_usage(made, Int32(PULLEY_RESOURCE_MEMORY)) == 65536)
    #expect(pulley_instance_usage(made, Int32(PULLEY_RESOURCE_TABLES)) == 80)
    #expect(try call(made, "grow", 2) == 1)
    #expect(try call(made, "widen", 5) == 10)
    #expect(pulley_engine_usage(engine, Int32(PULLEY_RESOURCE_MEMORY)) == 3 * 65536)
    #expect(pulley_engine_usage(engine, Int32(PULLEY_RESOURCE_TABLES)) == 120)
    #expect(pulley_engine_usage(engine, Int32(PULLEY_RESOURCE_STACKS)) == 1 << 20)
    for resource in resources {
      let used = pulley_engine_usage(engine, resource)
      #expect(used == pulley_instance_usage(made, resource))
      #expect(pulley_engine_peak(engine, resource) >= used)
    }
    pulley_instance_delete(made)
    pulley_linker_delete(linker)
    for resource in resources { #expect(pulley_engine_usage(engine, resource) == 0) }
    #expect(pulley_engine_peak(engine, Int32(PULLEY_RESOURCE_MEMORY)) == 3 * 65536)
  }

  @Test func guestsAreHeldToTheirLimits() throws {
    let engine = try engine([
      (PULLEY_RESOURCE_MEMORY, 4 * 65536, UInt64.max), (PULLEY_RESOURCE_TABLES, 160, 160),
    ])
    defer { pulley_engine_delete(engine) }
    let linker = pulley_linker_new(engine)
    defer { pulley_linker_delete(linker) }
    let made = try instance(linker, text)
    defer { pulley_instance_delete(made) }
    #expect(try call(made, "grow", 4) == -1)
    #expect(try call(made, "grow", 3) == 1)
    #expect(try call(made, "widen", 11) == -1)
    var memory: OpaquePointer?
    try attempt { pulley_instance_memory(made, "m", &memory, $0) }
    defer { pulley_memory_delete(memory) }
    #expect(failure { pulley_memory_grow(memory, 1, nil, $0) }?.status == Int32(PULLEY_ERROR_LIMIT))
    var table: OpaquePointer?
    try attempt { pulley_instance_table(made, "t", &table, $0) }
    defer { pulley_table_delete(table) }
    #expect(
      failure { pulley_table_grow(table, 11, nil, nil, $0) }?.status == Int32(PULLEY_ERROR_LIMIT))
    try attempt { pulley_table_grow(table, 10, nil, nil, $0) }
    // The tables of the engine are used up.
    var another: OpaquePointer?
    let refused = failure {
      pulley_instantiate_bytes(linker, text, text.utf8.count, &another, $0)
    }
    #expect(refused?.status == Int32(PULLEY_ERROR_LIMIT))
    #expect(refused?.message.contains("limit of the engine: 160 bytes for tables") == true)
    #expect(another == nil)
  }

  @Test func theMemoryLimitBoundsTheSum() throws {
    let options = pulley_options_new()
    try attempt { pulley_options_set_memory_limit(options, 3 * 65536, $0) }
    let engine = pulley_engine_new(options)
    pulley_options_delete(options)
    defer { pulley_engine_delete(engine) }
    let linker = pulley_linker_new(engine)
    defer { pulley_linker_delete(linker) }
    let two = "(module (memory 2) (memory 2))"
    var made: OpaquePointer?
    let refused = failure { pulley_instantiate_bytes(linker, two, two.utf8.count, &made, $0) }
    #expect(refused?.status == Int32(PULLEY_ERROR_LIMIT))
    #expect(pulley_engine_usage(engine, Int32(PULLEY_RESOURCE_MEMORY)) == 0)
  }

  @Test func invalidLimitsAreArgumentErrors() throws {
    let options = pulley_options_new()
    defer { pulley_options_delete(options) }
    for resource: Int32 in [0, 8, -1, .max] {
      #expect(
        failure { pulley_options_set_limit(options, resource, 1, 1, $0) }?.status
          == Int32(PULLEY_ERROR_ARGUMENT))
      #expect(pulley_engine_usage(nil, resource) == 0)
      #expect(pulley_engine_peak(nil, resource) == 0)
      #expect(pulley_instance_usage(nil, resource) == 0)
    }
    #expect(
      failure { pulley_options_set_limit(nil, 1, 1, 1, $0) }?.status
        == Int32(PULLEY_ERROR_ARGUMENT))
    #expect(pulley_instance_usage(options, 1) == 0)
    #expect(pulley_engine_usage(options, 1) == 0)
  }

  @Test func descriptionsOfExportsAreCreatedOnDemand() throws {
    // A million times this type, written out, would be gigabytes.
    let wide = String(repeating: " i32", count: 1000)
    let exports = (0..<20_000).map { "(export \"e\($0)\" (func $f))" }.joined()
    let text = "(module (func $f (param\(wide))) \(exports))"
    var module: OpaquePointer?
    try attempt { pulley_compile(nil, text, text.utf8.count, &module, $0) }
    defer { pulley_module_delete(module) }
    #expect(pulley_module_export_count(module) == 20_000)
    let last = pulley_module_export(module, 19_999)
    #expect(String(cString: pulley_extern_name(last, nil)) == "e19999")
    #expect(pulley_extern_function_type(last).parameter_count == 1000)
    #expect(last == pulley_module_export(module, 19_999))
    #expect(pulley_module_export(module, 20_000) == nil)
  }
}
