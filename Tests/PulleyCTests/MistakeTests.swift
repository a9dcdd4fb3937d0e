import CPulley
import Foundation
import Testing

/// Detectable misuse is an error, not a crash.
@Suite final class Mistakes {
  /// Readable memory that is not a handle.
  private let rubbish = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)
  private let handles = [
    "engine": pulley_engine_new(nil), "linker": pulley_linker_new(nil),
    "options": pulley_options_new(),
  ]

  init() {
    rubbish.initializeMemory(as: UInt8.self, repeating: 0x55, count: 64)
  }

  deinit {
    pulley_engine_delete(handles["engine"]!)
    pulley_linker_delete(handles["linker"]!)
    pulley_options_delete(handles["options"]!)
    rubbish.deallocate()
  }

  /// NULL, a handle of another kind than `kind`, and invalid memory.
  private func wrongHandles(butNot kind: String) -> [OpaquePointer?] {
    [nil, OpaquePointer(rubbish)]
      + handles.filter { $0.key != kind }.sorted { $0.key < $1.key }.map(\.value)
  }

  @Test func deletingNullOrAnotherHandleIsHarmless() {
    for handle in wrongHandles(butNot: "none") {
      pulley_error_delete(handle)
      pulley_module_delete(handle)
      pulley_instance_delete(handle)
      pulley_function_delete(handle)
      pulley_memory_delete(handle)
      pulley_table_delete(handle)
      pulley_global_delete(handle)
    }
    pulley_engine_delete(nil)
    pulley_options_delete(nil)
    pulley_linker_delete(nil)
    pulley_free(nil)
  }

  @Test(arguments: [1 << 62, Int.max, 1 << 40, (1 << 30) + 1, -1, Int.min])
  func lengthsAboveTheModuleLimitAreRefusedUnread(length: Int) {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let status = Int32(PULLEY_ERROR_LIMIT)
    var module: OpaquePointer?
    var instance: OpaquePointer?
    var error: OpaquePointer?
    #expect(pulley_compile(nil, rubbish, length, &module, &error) == status)
    pulley_error_delete(error)
    #expect(pulley_load(nil, rubbish, length, &module, &error) == status)
    pulley_error_delete(error)
    #expect(
      pulley_instantiate_bytes(linker, rubbish, length, &instance, &error)
        == status)
    pulley_error_delete(error)
    #expect(module == nil && instance == nil)
  }

  @Test func inputTooLargeForTheMemoryIsRefused() {
    let wasi = pulley_wasi_new()
    defer { pulley_wasi_delete(wasi) }
    var error: OpaquePointer?
    #expect(
      pulley_wasi_set_input(wasi, rubbish, 1 << 62, &error)
        == Int32(PULLEY_ERROR_LIMIT))
    pulley_error_delete(error)
  }

  @Test func queriesOfWrongHandlesReturnEmptyAnswers() {
    for handle in wrongHandles(butNot: "none") {
      #expect(pulley_module_format(handle) == 0)
      #expect(pulley_module_name(handle) == nil)
      #expect(pulley_module_import_count(handle) == 0)
      #expect(pulley_module_export_count(handle) == 0)
      #expect(pulley_module_import(handle, 0) == nil)
      #expect(pulley_module_export(handle, 0) == nil)
      #expect(pulley_extern_kind(handle) == 0)
      var length = 5
      #expect(pulley_extern_module(handle, &length) == nil)
      #expect(pulley_extern_name(handle, nil) == nil)
      #expect(length == 0)
      #expect(pulley_extern_description(handle) == nil)
      #expect(pulley_extern_function_type(handle).parameters == nil)
      #expect(pulley_extern_value_type(handle) == 0)
      #expect(!pulley_extern_is_mutable(handle))
      #expect(pulley_extern_limits(handle).minimum == 0)
      #expect(pulley_function_type(handle).parameter_count == 0)
      #expect(pulley_function_value(handle).of.ref == nil)
      #expect(pulley_memory_data(handle) == nil)
      #expect(pulley_memory_size(handle) == 0)
      #expect(pulley_instance_pointer(handle, 0, 0) == nil)
      #expect(pulley_table_size(handle) == 0)
      #expect(pulley_instance_data(handle) == nil)
      pulley_instance_set_data(handle, nil)
      pulley_trap(handle, "no instance")
      #expect(pulley_error_status(handle) == 0)
      #expect(String(cString: pulley_error_message(handle)) == "")
      #expect(String(cString: pulley_error_description(handle)) == "")
      #expect(pulley_error_offset(handle) == .max)
      #expect(pulley_error_line(handle) == 0)
      #expect(pulley_error_column(handle) == 0)
      #expect(pulley_error_trap_code(handle) == 0)
      #expect(pulley_error_frame_count(handle) == 0)
      #expect(String(cString: pulley_error_frame_name(handle, 0)) == "")
      #expect(String(cString: pulley_error_frame_module(handle, 0)) == "")
      #expect(pulley_error_frame_index(handle, 0) == .max)
      #expect(pulley_error_frame_offset(handle, 0) == .max)
    }
    #expect(pulley_engine_new(OpaquePointer(rubbish)) == nil)
    #expect(pulley_linker_new(OpaquePointer(rubbish)) == nil)
  }

  @Test func wrongHandlesAreArgumentErrors() {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    var out: OpaquePointer?
    var value = pulley_i32(0)
    var bytes: UnsafeMutablePointer<UInt8>?
    var length = 0
    for bad in wrongHandles(butNot: "options") {
      expectArgumentError { pulley_options_set_stack_size(bad, 1 << 20, $0) }
      expectArgumentError { pulley_options_set_memory_limit(bad, 1 << 20, $0) }
      expectArgumentError { pulley_options_set_eager(bad, true, $0) }
      expectArgumentError { pulley_options_set_threads(bad, 1, $0) }
      expectArgumentError { pulley_options_set_tiers(bad, 1, $0) }
    }
    for bad in wrongHandles(butNot: "linker") {
      expectArgumentError { pulley_register(bad, "a", "b", "void()", nil, nil, nil, $0) }
      expectArgumentError { pulley_linker_define_instance(bad, "a", nil, $0) }
      expectArgumentError { pulley_linker_define_function(bad, "a", "b", nil, $0) }
      expectArgumentError { pulley_linker_define_memory(bad, "a", "b", nil, $0) }
      expectArgumentError { pulley_linker_define_table(bad, "a", "b", nil, $0) }
      expectArgumentError { pulley_linker_define_global(bad, "a", "b", nil, $0) }
      expectArgumentError { pulley_instantiate(bad, nil, &out, $0) }
      expectArgumentError { pulley_instantiate_bytes(bad, nil, 0, &out, $0) }
      expectArgumentError { pulley_instantiate_file(bad, "none", &out, $0) }
    }
    for bad in wrongHandles(butNot: "none") {
      expectArgumentError { pulley_module_save(bad, &bytes, &length, $0) }
      expectArgumentError { pulley_module_save_file(bad, "none", $0) }
      expectArgumentError { pulley_linker_define_instance(linker, "a", bad, $0) }
      expectArgumentError { pulley_linker_define_function(linker, "a", "b", bad, $0) }
      expectArgumentError { pulley_linker_define_memory(linker, "a", "b", bad, $0) }
      expectArgumentError { pulley_linker_define_table(linker, "a", "b", bad, $0) }
      expectArgumentError { pulley_linker_define_global(linker, "a", "b", bad, $0) }
      expectArgumentError { pulley_instantiate(linker, bad, &out, $0) }
      expectArgumentError { pulley_run(bad, "f", nil, 0, nil, 0, $0) }
      expectArgumentError { pulley_call(bad, nil, 0, nil, 0, $0) }
      expectArgumentError { pulley_instance_function(bad, "f", &out, $0) }
      expectArgumentError { pulley_value_function(nil, &out, $0) }
      expectArgumentError { pulley_instance_memory(bad, nil, &out, $0) }
      expectArgumentError { pulley_memory_grow(bad, 1, nil, $0) }
      expectArgumentError { pulley_memory_read(bad, 0, nil, 0, $0) }
      expectArgumentError { pulley_memory_write(bad, 0, nil, 0, $0) }
      expectArgumentError { pulley_instance_global(bad, "g", &out, $0) }
      expectArgumentError { pulley_global_get(bad, &value, $0) }
      expectArgumentError { pulley_global_set(bad, &value, $0) }
      expectArgumentError { pulley_instance_table(bad, "t", &out, $0) }
      expectArgumentError { pulley_table_get(bad, 0, &value, $0) }
      expectArgumentError { pulley_table_set(bad, 0, &value, $0) }
      expectArgumentError { pulley_table_grow(bad, 1, nil, nil, $0) }
      expectArgumentError { pulley_table_function(bad, 0, &out, $0) }
      #expect(out == nil)
    }
    for bad in [OpaquePointer(rubbish), linker] {
      expectArgumentError { pulley_compile(bad, [0], 1, &out, $0) }
      expectArgumentError { pulley_compile_file(bad, "none", &out, $0) }
      expectArgumentError { pulley_load(bad, [0], 1, &out, $0) }
      expectArgumentError { pulley_load_file(bad, "none", &out, $0) }
    }
  }

  @Test func missingPointersAreArgumentErrors() throws {
    let guest = try Guest(bytes: sampleModule)
    var out: OpaquePointer?
    expectArgumentError { pulley_compile(nil, nil, 8, &out, $0) }
    expectArgumentError { pulley_compile(nil, sampleModule, sampleModule.count, nil, $0) }
    expectArgumentError { pulley_compile_file(nil, nil, &out, $0) }
    expectArgumentError { pulley_load(nil, nil, 8, &out, $0) }
    expectArgumentError { pulley_instantiate_bytes(guest.linker, nil, 8, &out, $0) }
    expectArgumentError { pulley_instantiate_file(guest.linker, nil, &out, $0) }
    expectArgumentError { pulley_register(guest.linker, nil, "b", "void()", nil, nil, nil, $0) }
    expectArgumentError { pulley_register(guest.linker, "a", nil, "void()", nil, nil, nil, $0) }
    expectArgumentError { pulley_register(guest.linker, "a", "b", nil, nil, nil, nil, $0) }
    expectArgumentError { pulley_register(guest.linker, "a", "b", "void()", nil, nil, nil, $0) }
    expectArgumentError { pulley_run(guest.instance, nil, nil, 0, nil, 0, $0) }
    expectArgumentError { pulley_run(guest.instance, "add", nil, 2, nil, 0, $0) }
    expectArgumentError { pulley_run(guest.instance, "add", nil, 0, nil, 0, $0) }
    expectArgumentError { pulley_instance_function(guest.instance, "add", nil, $0) }
    expectArgumentError { pulley_instance_function(guest.instance, nil, &out, $0) }
    expectArgumentError { pulley_instance_memory(guest.instance, nil, nil, $0) }
    expectArgumentError { pulley_instance_table(guest.instance, nil, &out, $0) }
    expectArgumentError { pulley_instance_global(guest.instance, nil, &out, $0) }
    // All of this works without an error pointer.
    #expect(pulley_run(guest.instance, "add", nil, 2, nil, 0, nil) == .argumentError)
    #expect(pulley_run(nil, nil, nil, -5, nil, -5, nil) == .argumentError)
  }

  @Test func wrongValuesAreArgumentErrors() throws {
    let guest = try Guest(bytes: sampleModule)
    var result = pulley_value_t()
    let wrongType = [pulley_i32(1), pulley_i64(2)]
    expectArgumentError { pulley_run(guest.instance, "add", wrongType, 2, &result, 1, $0) }
    var nonsense = [pulley_i32(1), pulley_i32(2)]
    nonsense[1].type = 77
    expectArgumentError { pulley_run(guest.instance, "add", nonsense, 2, &result, 1, $0) }
    let right = [pulley_i32(1), pulley_i32(2)]
    expectArgumentError { pulley_run(guest.instance, "add", right, 1, &result, 1, $0) }
    expectArgumentError { pulley_run(guest.instance, "add", right, 3, &result, 1, $0) }
    expectArgumentError { pulley_run(guest.instance, "add", right, 2, &result, 2, $0) }
    expectArgumentError { pulley_run(guest.instance, "add", right, 2, nil, 1, $0) }
    // And it is still usable.
    #expect(try guest.run("add", pulley_i32(20), pulley_i32(22))[0].of.i32 == 42)
  }

  @Test func limitsWhoseMinimumIsLargerAreArgumentErrors() {
    var out: OpaquePointer?
    for (minimum, maximum) in [(5, 2), (1, 0), (.max, 1 << 40)] as [(UInt64, UInt64)] {
      let limits = pulley_limits_t(minimum: minimum, maximum: maximum)
      expectArgumentError { pulley_table_new(nil, pulley_type_t(PULLEY_FUNCREF), limits, &out, $0) }
      expectArgumentError { pulley_memory_new(nil, limits, &out, $0) }
      expectArgumentError { pulley_memory_new_shared(nil, limits, &out, $0) }
      #expect(out == nil)
    }
  }

  @Test(arguments: [1 << 62, Int.max, 1 << 40, Int.min, -1])
  func lengthsAboveAllMemoryAreErrorsBeforeAnythingIsCopied(_ length: Int) throws {
    let guest = try Guest(bytes: sampleModule)
    let wasi = pulley_wasi_new()
    defer { pulley_wasi_delete(wasi) }
    var (out, memory): (OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instance_memory(guest.instance, nil, &memory, $0) }
    defer { pulley_memory_delete(memory) }
    let byte = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
    defer { byte.deallocate() }
    byte.storeBytes(of: 0, as: UInt64.self)
    let strings = [UnsafePointer(byte.assumingMemoryBound(to: CChar.self)) as UnsafePointer<CChar>?]
    let calls: [(UnsafeMutablePointer<OpaquePointer?>) -> Int32] = [
      { pulley_compile(nil, byte, length, &out, $0) },
      { pulley_load(nil, byte, length, &out, $0) },
      { pulley_instantiate_bytes(guest.linker, byte, length, &out, $0) },
      { pulley_wasi_set_input(wasi, byte, length, $0) },
      { pulley_wasi_set_arguments(wasi, strings, length, $0) },
      { pulley_wasi_set_environment(wasi, strings, length, $0) },
      { pulley_memory_read(memory, 0, byte, length, $0) },
      { pulley_memory_write(memory, 0, byte, length, $0) },
      { pulley_run(guest.instance, "add", nil, length, nil, 0, $0) },
      { pulley_run(guest.instance, "add", nil, 0, nil, length, $0) },
    ]
    for (index, call) in calls.enumerated() {
      let status = failure(call)?.status
      #expect(
        status == .argumentError || status == Int32(PULLEY_ERROR_LIMIT), "call \(index): \(length)")
    }
    #expect(out == nil)
    #expect(pulley_instance_pointer(guest.instance, 0, length) == nil)
    #expect(pulley_module_import(nil, length) == nil)
  }

  @Test func invalidUTF8IsRefusedOrKept() throws {
    let bad: [CChar] = [0x61, -1, -61, 0x62, 0]
    let guest = try Guest(bytes: sampleModule)
    let function: pulley_host_t = {}
    var out: OpaquePointer?
    expectArgumentError { pulley_run(guest.instance, bad, nil, 0, nil, 0, $0) }
    expectArgumentError { pulley_instance_function(guest.instance, bad, &out, $0) }
    expectArgumentError { pulley_instance_memory(guest.instance, bad, &out, $0) }
    expectArgumentError { pulley_instance_table(guest.instance, bad, &out, $0) }
    expectArgumentError { pulley_instance_global(guest.instance, bad, &out, $0) }
    expectArgumentError {
      pulley_register(guest.linker, bad, "b", "void()", function, nil, nil, $0)
    }
    expectArgumentError {
      pulley_register(guest.linker, "a", bad, "void()", function, nil, nil, $0)
    }
    expectArgumentError { pulley_register(guest.linker, "a", "b", bad, function, nil, nil, $0) }
    // A path is a string of bytes: no file has this one.
    let missing = failure { pulley_compile_file(nil, bad, &out, $0) }
    #expect(missing?.status == Int32(PULLEY_ERROR_FILE))
    #expect(missing?.message.contains("a\\xff\\xc3b") == true)
    let path = NSTemporaryDirectory().utf8CString.dropLast() + bad.dropLast() + [0x77, 0]
    var module: OpaquePointer?
    try attempt { pulley_compile(nil, sampleModule, sampleModule.count, &module, $0) }
    try attempt { pulley_module_save_file(module, Array(path), $0) }
    pulley_module_delete(module)
    #expect(unlink(Array(path)) == 0, "the file has just these bytes as its name")
    // `pulley_trap` cannot refuse a message.
    let trap: @convention(c) (OpaquePointer?) -> Void = {
      pulley_trap($0, [0x61, -1, -61, 0x62, -61, -68, 0])
    }
    let text = "(module (import \"e\" \"trap\" (func $trap)) (func (export \"f\") (call $trap)))"
    let trapping = try Guest(bytes: Array(text.utf8)) {
      try register($0, "e", "trap", "void(instance)", trap)
    }
    let error = failure { pulley_run(trapping.instance, "f", nil, 0, nil, 0, $0) }
    #expect(error?.message == "a\\xff\\xc3bü")
  }

  @Test func deletedHandlesAreRecognised() {
    let options = pulley_options_new()
    pulley_options_delete(options)
    expectArgumentError { pulley_options_set_eager(options, true, $0) }
  }

  private func expectArgumentError(
    _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32,
    at location: SourceLocation = #_sourceLocation
  ) {
    let error = failure(body)
    #expect(error?.status == .argumentError, sourceLocation: location)
    #expect(error?.message.isEmpty == false, sourceLocation: location)
  }
}
