import CPulley
import Testing

@Suite struct Modules {
  @Test func aModuleDescribesItsImportsAndExports() throws {
    var module: OpaquePointer?
    try attempt { pulley_compile(nil, sampleModule, sampleModule.count, &module, $0) }
    defer { pulley_module_delete(module) }
    #expect(pulley_module_format(module) == Int32(PULLEY_FORMAT_WASM))
    #expect(String(cString: pulley_module_name(module)) == "")
    #expect(pulley_module_import_count(module) == 0)
    let exports = (0..<pulley_module_export_count(module)).map { pulley_module_export(module, $0) }
    #expect(pulley_module_export(module, exports.count) == nil)
    let names = exports.map { String(cString: pulley_extern_name($0, nil)) }
    #expect(
      names == [
        "add", "swap", "same", "callIndirect", "table", "memory", "count", "big", "extern",
      ])
    let kinds = exports.map { pulley_extern_kind($0) }
    #expect(kinds == [1, 1, 1, 1, 2, 3, 4, 4, 4])
    let type = pulley_extern_function_type(exports[1])
    #expect(type.parameter_count == 2)
    #expect(type.parameters[0] == Int32(PULLEY_I32) && type.parameters[1] == Int32(PULLEY_F64))
    #expect(type.result_count == 2)
    #expect(type.results[0] == Int32(PULLEY_F64) && type.results[1] == Int32(PULLEY_I32))
    #expect(
      String(cString: pulley_extern_description(exports[1]))
        == "(func (param i32 f64) (result f64 i32))")
    let table = pulley_extern_limits(exports[4])
    #expect(table.minimum == 2 && table.maximum == 4)
    #expect(pulley_extern_value_type(exports[4]) == Int32(PULLEY_FUNCREF))
    let memory = pulley_extern_limits(exports[5])
    #expect(memory.minimum == 1 && memory.maximum == 3)
    #expect(pulley_extern_is_mutable(exports[6]) && !pulley_extern_is_mutable(exports[7]))
    #expect(pulley_extern_value_type(exports[7]) == Int32(PULLEY_I64))
    #expect(pulley_extern_value_type(exports[8]) == Int32(PULLEY_EXTERNREF))
  }

  @Test func aModuleNamesItsImports() throws {
    var module: OpaquePointer?
    try attempt { pulley_compile_file(nil, guest("hello"), &module, $0) }
    defer { pulley_module_delete(module) }
    #expect(pulley_module_import_count(module) == 1)
    let item = pulley_module_import(module, 0)
    var length = 0
    #expect(String(cString: pulley_extern_module(item, &length)) == "env")
    #expect(length == 3)
    #expect(String(cString: pulley_extern_name(item, &length)) == "puts")
    #expect(length == 4)
  }

  @Test func aModuleReturnsItsCustomSections() throws {
    var module: OpaquePointer?
    let bytes = Array(sampleModule) + [0, 6, 3, 0x61, 0, 0x62, 7, 8]
    try attempt { pulley_compile(nil, bytes, bytes.count, &module, $0) }
    defer { pulley_module_delete(module) }
    let index = pulley_module_custom_section_count(module) - 1
    var length = 0
    let name = try #require(pulley_module_custom_section_name(module, index, &length))
    #expect(length == 3 && name[0] == 0x61 && name[1] == 0 && name[2] == 0x62)
    let contents = try #require(pulley_module_custom_section(module, index, &length))
    #expect(length == 2 && contents[0] == 7 && contents[1] == 8)
    #expect(pulley_module_custom_section(module, index + 1, &length) == nil && length == 0)
    #expect(pulley_module_custom_section_name(module, index + 1, nil) == nil)
    #expect(pulley_module_custom_section_count(nil) == 0)
  }

  @Test func errorsOfABadModuleHaveAnOffset() {
    var module: OpaquePointer?
    let truncated = Array(sampleModule.prefix(100))
    let error = failure { pulley_compile(nil, truncated, truncated.count, &module, $0) }
    #expect(error?.status == Int32(PULLEY_ERROR_MALFORMED))
    #expect(error?.offset != .max)
    #expect(module == nil)
    let missing = failure { pulley_compile_file(nil, "/nowhere/at/all", &module, $0) }
    #expect(missing?.status == Int32(PULLEY_ERROR_FILE))
    let folder = failure { pulley_compile_file(nil, "/", &module, $0) }
    #expect(folder?.status == Int32(PULLEY_ERROR_FILE))
  }

  @Test func textAndArtifactsAreToldFromBinaryModules() {
    var module: OpaquePointer?
    let text = Array("function %f() system_v {".utf8)
    let unfinished = failure { pulley_compile(clifEngine, text, text.count, &module, $0) }
    #expect(unfinished?.status == Int32(PULLEY_ERROR_MALFORMED))
    #expect(unfinished?.offset == UInt64(text.count))
    let elf = [0x7F, 0x45, 0x4C, 0x46, 2, 1] as [UInt8]
    let artifact = failure { pulley_compile(nil, elf, elf.count, &module, $0) }
    #expect(artifact?.status == Int32(PULLEY_ERROR_MALFORMED))
    #expect(artifact?.message.contains("pulley_load") == true)
    let empty = failure { pulley_compile(nil, nil, 0, &module, $0) }
    #expect(empty?.status == Int32(PULLEY_ERROR_MALFORMED))
  }

  @Test func modulesAreCompiledFromText() throws {
    var module: OpaquePointer?
    let text = Array(";; a comment\n(module $m (func (export \"f\")))".utf8)
    try attempt { pulley_compile(nil, text, text.count, &module, $0) }
    #expect(pulley_module_format(module) == PULLEY_FORMAT_WAT)
    #expect(pulley_module_name(module).map { String(cString: $0) } == "m")
    #expect(pulley_module_export_count(module) == 1)
    pulley_module_delete(module)
  }

  @Test func errorsOfATextHaveLineAndColumn() {
    for (text, status, position) in [
      ("(module\n  (func\n    (i32.frob)))", PULLEY_ERROR_MALFORMED, (3, 6)),
      ("(module\n  (func (result i32)\n    i64.const 0))", PULLEY_ERROR_INVALID, (3, 16)),
      ("(module\n  (memory 1 0))", PULLEY_ERROR_INVALID, (2, 4)),
      ("(; no end", PULLEY_ERROR_MALFORMED, (1, 1)),
    ] {
      var module: OpaquePointer?
      var error: OpaquePointer?
      let bytes = Array(text.utf8)
      #expect(pulley_compile(nil, bytes, bytes.count, &module, &error) == Int32(status))
      #expect(pulley_error_line(error) == position.0)
      #expect(pulley_error_column(error) == position.1)
      let description = pulley_error_description(error).map { String(cString: $0) } ?? ""
      let lines = description.split(separator: "\n")
      #expect(lines.count == 3 && lines[2].last == "^", "\(description)")
      #expect(lines.last?.count == position.1)
      pulley_error_delete(error)
    }
  }

  @Test func optionsApplyToTheirEngine() throws {
    let options = pulley_options_new()
    try attempt { pulley_options_set_eager(options, true, $0) }
    for tiers in [PULLEY_TIERS_FIRST, PULLEY_TIERS_SYNCHRONOUS, PULLEY_TIERS_SECOND] {
      try attempt { pulley_options_set_tiers(options, pulley_tiers_t(tiers), $0) }
    }
    #expect(failure { pulley_options_set_tiers(options, 4, $0) }?.status == .argumentError)
    try attempt { pulley_options_set_threads(options, 2, $0) }
    try attempt { pulley_options_set_stack_size(options, 64 << 10, $0) }
    try attempt { pulley_options_set_memory_limit(options, 2 * 65536, $0) }
    #expect(failure { pulley_options_set_stack_size(options, 100, $0) }?.status == .argumentError)
    let engine = pulley_engine_new(options)
    pulley_options_delete(options)
    let linker = pulley_linker_new(engine)
    var instance: OpaquePointer?
    var memory: OpaquePointer?
    try attempt {
      pulley_instantiate_bytes(linker, sampleModule, sampleModule.count, &instance, $0)
    }
    try attempt { pulley_instance_memory(instance, nil, &memory, $0) }
    try attempt { pulley_memory_grow(memory, 1, nil, $0) }
    #expect(
      failure { pulley_memory_grow(memory, 1, nil, $0) }?.status == Int32(PULLEY_ERROR_LIMIT))
    // A module of another engine does not fit.
    var module: OpaquePointer?
    var other: OpaquePointer?
    try attempt { pulley_compile(nil, sampleModule, sampleModule.count, &module, $0) }
    #expect(failure { pulley_instantiate(linker, module, &other, $0) }?.status == .argumentError)
    pulley_module_delete(module)
    pulley_engine_delete(engine)
    pulley_linker_delete(linker)
    pulley_instance_delete(instance)
    pulley_memory_delete(memory)
  }

  @Test func hostMadeObjectsAreImported() throws {
    var memory: OpaquePointer?
    var table: OpaquePointer?
    var global: OpaquePointer?
    let limits = pulley_limits_t(minimum: 1, maximum: 2)
    try attempt { pulley_memory_new(nil, limits, &memory, $0) }
    try attempt { pulley_table_new(nil, Int32(PULLEY_FUNCREF), limits, &table, $0) }
    var value = pulley_f64(1.5)
    try attempt { pulley_global_new(nil, &value, true, &global, $0) }
    #expect(pulley_memory_size(memory) == 65536 && pulley_table_size(table) == 1)
    var wrong: OpaquePointer?
    #expect(
      failure { pulley_table_new(nil, Int32(PULLEY_I32), limits, &wrong, $0) }?.status
        == .argumentError)
    #expect(wrong == nil)
    // A function in the host's table keeps its instance alive.
    var function: OpaquePointer?
    let sample = try Guest(bytes: sampleModule)
    try attempt { pulley_instance_function(sample.instance, "add", &function, $0) }
    value = pulley_function_value(function)
    pulley_function_delete(function)
    try attempt { pulley_table_set(table, 0, &value, $0) }
    let linker = pulley_linker_new(nil)
    try attempt { pulley_linker_define_instance(linker, "sample", sample.instance, $0) }
    try attempt { pulley_linker_define_memory(linker, "host", "memory", memory, $0) }
    try attempt { pulley_linker_define_global(linker, "host", "global", global, $0) }
    try attempt { pulley_linker_define_table(linker, "host", "table", table, $0) }
    pulley_linker_delete(linker)
    pulley_instance_delete(sample.instance)
    sample.instance = nil
    try attempt { pulley_table_function(table, 0, &function, $0) }
    var sum = pulley_value_t()
    try attempt { pulley_call(function, [pulley_i32(1), pulley_i32(2)], 2, &sum, 1, $0) }
    #expect(sum.of.i32 == 3)
    pulley_function_delete(function)
    pulley_memory_delete(memory)
    pulley_table_delete(table)
    pulley_global_delete(global)
  }

  @Test func damagedModulesNeverCrash() throws {
    var random = SystemRandomNumberGenerator()
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    for _ in 0..<1000 {
      var bytes = sampleModule
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 8..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      var instance: OpaquePointer?
      let error = failure { pulley_instantiate_bytes(linker, bytes, bytes.count, &instance, $0) }
      #expect((error == nil) == (instance != nil))
      pulley_instance_delete(instance)
    }
  }

  @Test func artifactsRunAndDamagedOnesAreRefused() throws {
    var module: OpaquePointer?
    var bytes: UnsafeMutablePointer<UInt8>?
    var length = 0
    try attempt { pulley_compile(nil, sampleModule, sampleModule.count, &module, $0) }
    try attempt { pulley_module_save(module, &bytes, &length, $0) }
    pulley_module_delete(module)
    defer { pulley_free(bytes) }
    try attempt { pulley_load(nil, bytes, length, &module, $0) }
    #expect(pulley_module_format(module) == Int32(PULLEY_FORMAT_ARTIFACT))
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    var instance: OpaquePointer?
    try attempt { pulley_instantiate(linker, module, &instance, $0) }
    pulley_module_delete(module)
    var result = pulley_value_t()
    try attempt {
      pulley_run(instance, "add", [pulley_i32(1), pulley_i32(2)], 2, &result, 1, $0)
    }
    #expect(result.of.i32 == 3)
    pulley_instance_delete(instance)
    let damage = failure { pulley_load(nil, bytes, length / 2, &module, $0) }
    #expect(damage?.status == Int32(PULLEY_ERROR_ARTIFACT))
    #expect(module == nil)
  }
}

@Suite struct Objects {
  private let guest: Guest

  init() throws {
    guest = try Guest(bytes: sampleModule)
  }

  @Test func functionsAreCalledByHandleAndReturnSeveralResults() throws {
    var function: OpaquePointer?
    try attempt { pulley_instance_function(guest.instance, "swap", &function, $0) }
    defer { pulley_function_delete(function) }
    #expect(pulley_function_type(function).parameter_count == 2)
    var results = [pulley_value_t](repeating: pulley_value_t(), count: 2)
    try attempt { pulley_call(function, [pulley_i32(-5), pulley_f64(2.5)], 2, &results, 2, $0) }
    #expect(results[0].type == Int32(PULLEY_F64) && results[0].of.f64 == 2.5)
    #expect(results[1].type == Int32(PULLEY_I32) && results[1].of.i32 == -5)
    try attempt { pulley_call(function, [pulley_i32(1), pulley_f64(1)], 2, nil, 0, $0) }
    var none = function
    let missing = failure { pulley_instance_function(guest.instance, "nothing", &none, $0) }
    #expect(missing?.status == Int32(PULLEY_ERROR_NOT_FOUND))
    #expect(none == nil)
    let another = failure { pulley_instance_function(guest.instance, "memory", &none, $0) }
    #expect(another?.status == Int32(PULLEY_ERROR_NOT_FOUND))
  }

  @Test func externrefsArePassedThroughTheGuestUnchanged() throws {
    let pointer = UnsafeMutableRawPointer(bitPattern: 0x7FFF_1234_5678_9ABC)
    #expect(try guest.run("same", pulley_externref(pointer))[0].of.ref == pointer)
    #expect(try guest.run("same", pulley_externref(nil))[0].of.ref == nil)
    var global: OpaquePointer?
    var value = pulley_externref(pointer)
    try attempt { pulley_instance_global(guest.instance, "extern", &global, $0) }
    try attempt { pulley_global_set(global, &value, $0) }
    value = pulley_value_t()
    try attempt { pulley_global_get(global, &value, $0) }
    #expect(value.type == Int32(PULLEY_EXTERNREF) && value.of.ref == pointer)
    pulley_global_delete(global)
  }

  @Test func memoriesAreReadWrittenAndGrown() throws {
    var memory: OpaquePointer?
    try attempt { pulley_instance_memory(guest.instance, "memory", &memory, $0) }
    defer { pulley_memory_delete(memory) }
    #expect(pulley_memory_size(memory) == 65536)
    try attempt { pulley_memory_write(memory, 65532, [1, 2, 3, 4] as [UInt8], 4, $0) }
    var bytes = [UInt8](repeating: 0, count: 4)
    try attempt { pulley_memory_read(memory, 65532, &bytes, 4, $0) }
    #expect(bytes == [1, 2, 3, 4])
    #expect(pulley_memory_data(memory)?[65535] == 4)
    for (address, length) in [(65533, 4), (65536, 1), (1 << 40, 0), (0, 65537), (0, -1)] {
      #expect(
        failure { pulley_memory_read(memory, UInt64(address), &bytes, length, $0) }?.status
          == .argumentError)
    }
    try attempt { pulley_memory_read(memory, 65536, nil, 0, $0) }
    #expect(pulley_instance_pointer(guest.instance, 65535, 1) != nil)
    #expect(pulley_instance_pointer(guest.instance, 65535, 2) == nil)
    var previous: UInt64 = 0
    try attempt { pulley_memory_grow(memory, 2, &previous, $0) }
    #expect(previous == 1 && pulley_memory_size(memory) == 3 * 65536)
    let error = failure { pulley_memory_grow(memory, 1, &previous, $0) }
    #expect(error?.status == Int32(PULLEY_ERROR_LIMIT))
    let enormous = failure { pulley_memory_grow(memory, .max, nil, $0) }
    #expect(enormous?.status == Int32(PULLEY_ERROR_LIMIT))
  }

  @Test func globalsKeepTheirTypeAndMutability() throws {
    var global: OpaquePointer?
    var value = pulley_value_t()
    try attempt { pulley_instance_global(guest.instance, "count", &global, $0) }
    try attempt { pulley_global_get(global, &value, $0) }
    #expect(value.of.i32 == 7)
    value = pulley_i32(8)
    try attempt { pulley_global_set(global, &value, $0) }
    value = pulley_i64(9)
    #expect(failure { pulley_global_set(global, &value, $0) }?.status == .argumentError)
    try attempt { pulley_global_get(global, &value, $0) }
    #expect(value.of.i32 == 8)
    pulley_global_delete(global)
    try attempt { pulley_instance_global(guest.instance, "big", &global, $0) }
    value = pulley_i64(9)
    #expect(failure { pulley_global_set(global, &value, $0) }?.status == .argumentError)
    pulley_global_delete(global)
  }

  @Test func tablesHoldFunctionsThatCanBeCalled() throws {
    var table: OpaquePointer?
    var function: OpaquePointer?
    try attempt { pulley_instance_table(guest.instance, "table", &table, $0) }
    defer { pulley_table_delete(table) }
    #expect(pulley_table_size(table) == 2)
    try attempt { pulley_table_function(table, 0, &function, $0) }
    var result = pulley_value_t()
    try attempt { pulley_call(function, [pulley_i32(3), pulley_i32(4)], 2, &result, 1, $0) }
    #expect(result.of.i32 == 7)
    var value = pulley_function_value(function)
    pulley_function_delete(function)
    try attempt { pulley_table_set(table, 1, &value, $0) }
    #expect(
      try guest.run("callIndirect", pulley_i32(5), pulley_i32(6), pulley_i32(1))[0].of.i32 == 11)
    try attempt { pulley_value_function(&value, &function, $0) }
    pulley_function_delete(function)
    var previous: UInt64 = 0
    try attempt { pulley_table_grow(table, 2, &value, &previous, $0) }
    #expect(previous == 2 && pulley_table_size(table) == 4)
    #expect(
      failure { pulley_table_grow(table, 1, nil, nil, $0) }?.status == Int32(PULLEY_ERROR_LIMIT))
    #expect(failure { pulley_table_get(table, 4, &value, $0) }?.status == .argumentError)
    #expect(failure { pulley_table_function(table, 4, &function, $0) }?.status == .argumentError)
    value = pulley_i32(1)
    #expect(failure { pulley_table_set(table, 0, &value, $0) }?.status == .argumentError)
  }

  @Test func invalidReferencesAreRefused() throws {
    var value = pulley_function_value(nil)
    var function: OpaquePointer?
    #expect(
      failure { pulley_value_function(&value, &function, $0) }?.status
        == .argumentError)
    var table: OpaquePointer?
    var global: OpaquePointer?
    try attempt { pulley_instance_table(guest.instance, "table", &table, $0) }
    defer { pulley_table_delete(table) }
    value.of.ref = UnsafeMutableRawPointer(bitPattern: 0x1000)
    #expect(
      failure { pulley_value_function(&value, &function, $0) }?.status
        == .argumentError)
    #expect(failure { pulley_table_set(table, 0, &value, $0) }?.status == .argumentError)
    #expect(failure { pulley_table_grow(table, 1, &value, nil, $0) }?.status == .argumentError)
    #expect(
      failure { pulley_global_new(nil, &value, true, &global, $0) }?.status == .argumentError)
  }

  @Test func objectsOutliveTheHandleOfTheirInstance() throws {
    var memory: OpaquePointer?
    var function: OpaquePointer?
    var instance: OpaquePointer?
    let linker = pulley_linker_new(nil)
    try attempt {
      pulley_instantiate_bytes(linker, sampleModule, sampleModule.count, &instance, $0)
    }
    try attempt { pulley_instance_memory(instance, nil, &memory, $0) }
    try attempt { pulley_instance_function(instance, "add", &function, $0) }
    pulley_linker_delete(linker)
    pulley_instance_delete(instance)
    pulley_memory_data(memory)?[0] = 1
    var result = pulley_value_t()
    try attempt { pulley_call(function, [pulley_i32(3), pulley_i32(4)], 2, &result, 1, $0) }
    #expect(result.of.i32 == 7)
    pulley_function_delete(function)
    pulley_memory_data(memory)?[0] = 2
    pulley_memory_delete(memory)
  }
}
