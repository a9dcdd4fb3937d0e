import CPulley
import Foundation
import Testing

private let text = """
  function %narrow(i8, i16, f32, i32x4) -> i8, i16, f32, i32x4 {
  block0(v0: i8, v1: i16, v2: f32, v3: i32x4):
      v4 = iadd v0, v0
      v5 = ineg v1
      v6 = fadd v2, v2
      v7 = iadd v3, v3
      return v4, v5, v6, v7
  }
  function %wide(i128, i64) -> i128 {
  block0(v0: i128, v1: i64):
      v2 = ishl v0, v1
      return v2
  }
  function %call(i64, i64) -> i64 {
      sig0 = (i64) -> i64 system_v
  block0(v0: i64, v1: i64):
      v2 = call_indirect sig0, v0(v1)
      return v2
  }
  function %twice(i64) -> i64 {
  block0(v0: i64):
      v1 = iadd v0, v0
      return v1
  }
  function %guarded(i64) -> i64 {
      sig0 = (i64) -> i64 system_v
      fn0 = %risky sig0
  block0(v0: i64):
      try_call fn0(v0), sig0, block1(ret0), [ tag7: block2(exn0, exn1) ]
  block1(v1: i64):
      return v1
  block2(v2: i64, v3: i64):
      v4 = isub v2, v3
      return v4
  }
  function %unguarded(i64) -> i64 {
      fn0 = %risky(i64) -> i64 system_v
  block0(v0: i64):
      v1 = call fn0(v0)
      return v1
  }
  function %user(i32) {
  block0(v0: i32):
      trapnz v0, user9
      return
  }
  function %cell() -> i32 {
      gv0 = symbol %the_cell+4
  block0:
      v0 = symbol_value.i64 gv0
      v1 = load.i32 v0
      return v1
  }
  """

/// Functions in CLIF through the C interface.
@Suite struct CLIF {
  /// Throws an exception of tag 7 if x is odd, of tag 8 if it is negative; else returns x + 1.
  private let risky: @convention(c) (OpaquePointer?, Int64) -> Int64 = { instance, x in
    if x < 0 {
      pulley_throw(instance, 8, 0, 0)
    } else if x & 1 == 1 {
      pulley_throw(instance, 7, UInt64(x), 100)
    }
    return x + 1
  }

  private let resolve:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?)
      -> UnsafeMutableRawPointer? = { cell, name in
        name.map { String(cString: $0) } == "the_cell" ? cell : nil
      }

  /// An instance with all that it needs, to be ended by `end`.
  private final class Holder {
    let linker = pulley_linker_new(clifEngine)
    let storage = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
    var instance: OpaquePointer?

    func end() {
      pulley_instance_delete(instance)
      pulley_linker_delete(linker)
      storage.deallocate()
    }
  }

  private func instantiate() throws -> Holder {
    let holder = Holder()
    try register(holder.linker, "env", "risky", "i64(instance, i64)", risky)
    holder.storage[0] = 11
    holder.storage[1] = 22
    try attempt { pulley_linker_set_resolver(holder.linker, resolve, holder.storage, $0) }
    var module: OpaquePointer?
    try attempt { pulley_compile(clifEngine, text, text.utf8.count, &module, $0) }
    defer { pulley_module_delete(module) }
    #expect(pulley_module_format(module) == PULLEY_FORMAT_CLIF)
    try attempt { pulley_instantiate(holder.linker, module, &holder.instance, $0) }
    return holder
  }

  private func run(
    _ instance: OpaquePointer?, _ name: String, _ arguments: [pulley_value_t], results: Int = 1
  ) throws -> [pulley_value_t] {
    var values = [pulley_value_t](repeating: pulley_i64(-1), count: results)
    try attempt {
      pulley_run(instance, name, arguments, arguments.count, &values, values.count, $0)
    }
    return values
  }

  @Test func exportsOfClifHaveTheirOwnTypes() throws {
    var module: OpaquePointer?
    try attempt { pulley_compile(clifEngine, text, text.utf8.count, &module, $0) }
    defer { pulley_module_delete(module) }
    #expect(pulley_module_export_count(module) == 8)
    #expect(pulley_module_import_count(module) == 2)
    let narrow = pulley_module_export(module, 0)
    #expect(pulley_extern_name(narrow, nil).map { String(cString: $0) } == "narrow")
    let type = pulley_extern_function_type(narrow)
    #expect(
      (0..<type.parameter_count).map { type.parameters[$0] }
        == [PULLEY_I8, PULLEY_I16, PULLEY_F32, PULLEY_V128].map { Int32($0) })
    let wide = pulley_extern_function_type(pulley_module_export(module, 1))
    #expect(wide.results[0] == Int32(PULLEY_I128))
    let imports = (0..<2).map { pulley_module_import(module, $0) }
    #expect(
      imports.map { pulley_extern_kind($0) }
        == [Int32(PULLEY_EXTERN_FUNCTION), Int32(PULLEY_EXTERN_ADDRESS)])
  }

  @Test func narrowAndWideValuesOfClifArePassed() throws {
    let holder = try instantiate()
    defer { holder.end() }
    let instance = holder.instance
    var vector = pulley_value_t()
    vector.type = Int32(PULLEY_V128)
    vector.of.v128.0 = 5
    let results = try run(
      instance, "narrow", [pulley_i8(100), pulley_i16(-300), pulley_f32(1.25), vector],
      results: 4)
    #expect(results[0].type == Int32(PULLEY_I8))
    #expect(results[0].of.i8 == -56)
    #expect(results[1].of.i16 == 300)
    #expect(results[2].of.f32 == 2.5)
    #expect(results[3].of.v128.0 == 10)
    var number = pulley_value_t()
    number.type = Int32(PULLEY_I128)
    number.of.i128 = (1 << 63 | 5, 0)
    let shifted = try run(instance, "wide", [number, pulley_i64(1)])
    #expect(shifted[0].of.i128.0 == 10)
    #expect(shifted[0].of.i128.1 == 1)
    let error = #expect(throws: CError.self) {
      try run(instance, "narrow", [pulley_i32(1)], results: 4)
    }
    #expect(error?.status == Int32(PULLEY_ERROR_ARGUMENT))
  }

  @Test func functionAddressesArePassedBetweenHostAndGuest() throws {
    let holder = try instantiate()
    defer { holder.end() }
    let instance = holder.instance
    var function: OpaquePointer?
    try attempt { pulley_instance_function(instance, "twice", &function, $0) }
    defer { pulley_function_delete(function) }
    let address = try #require(pulley_function_address(function))
    let own = try run(
      instance, "call", [pulley_i64(Int64(Int(bitPattern: address))), pulley_i64(21)])
    #expect(own[0].of.i64 == 42)
    let magnitude: @convention(c) (Int64) -> Int64 = { abs($0) }
    let foreign = unsafeBitCast(magnitude, to: Int.self)
    let host = try run(instance, "call", [pulley_i64(Int64(foreign)), pulley_i64(-7)])
    #expect(host[0].of.i64 == 7)
  }

  @Test func exceptionsOfTheHostAreHandledOrEndTheCall() throws {
    let holder = try instantiate()
    defer { holder.end() }
    let instance = holder.instance
    #expect(try run(instance, "guarded", [pulley_i64(4)])[0].of.i64 == 5)
    #expect(try run(instance, "guarded", [pulley_i64(7)])[0].of.i64 == -93)
    for (name, argument) in [("guarded", -2), ("unguarded", 7)] as [(String, Int64)] {
      let error = #expect(throws: CError.self) { try run(instance, name, [pulley_i64(argument)]) }
      #expect(error?.trap == Int32(PULLEY_TRAP_UNCAUGHT_EXCEPTION))
      #expect(error?.frames == [name])
    }
    #expect(try run(instance, "guarded", [pulley_i64(6)])[0].of.i64 == 7)
  }

  @Test func trapsOfClifReportTheirNumbers() throws {
    let holder = try instantiate()
    defer { holder.end() }
    let instance = holder.instance
    var error: OpaquePointer?
    let argument = pulley_i32(1)
    let status = withUnsafePointer(to: argument) {
      pulley_run(instance, "user", $0, 1, nil, 0, &error)
    }
    #expect(status == Int32(PULLEY_ERROR_TRAP))
    #expect(pulley_error_trap_code(error) == Int32(PULLEY_TRAP_NUMBERED))
    #expect(pulley_error_trap_number(error) == 9)
    #expect(pulley_error_line(error) > 0)
    pulley_error_delete(error)
  }

  @Test func theResolverFindsFunctionsAndData() throws {
    let holder = try instantiate()
    defer { holder.end() }
    let instance = holder.instance
    #expect(try run(instance, "cell", [])[0].of.i32 == 22)
  }

  @Test func artifactsOfClifCanBeLoaded() throws {
    var module: OpaquePointer?
    let source = "function %f(i32) -> i32 {\nblock0(v0: i32):\n    return v0\n}"
    try attempt { pulley_compile(clifEngine, source, source.utf8.count, &module, $0) }
    defer { pulley_module_delete(module) }
    var bytes: UnsafeMutablePointer<UInt8>?
    var length = 0
    try attempt { pulley_module_save(module, &bytes, &length, $0) }
    defer { pulley_free(bytes) }
    var loaded: OpaquePointer?
    try attempt { pulley_load(clifEngine, bytes, length, &loaded, $0) }
    defer { pulley_module_delete(loaded) }
    let linker = pulley_linker_new(clifEngine)
    defer { pulley_linker_delete(linker) }
    var instance: OpaquePointer?
    try attempt { pulley_instantiate(linker, loaded, &instance, $0) }
    defer { pulley_instance_delete(instance) }
    #expect(try run(instance, "f", [pulley_i32(5)])[0].of.i32 == 5)
  }

  /// Everything that takes bytes or a file, with the shared engine and with one of default options,
  /// and with one whose options refuse CLIF.
  @Test func onlyEnginesThatAcceptClifCompileIt() throws {
    var compiled: OpaquePointer?
    let source = "function %f(i32) -> i32 {\nblock0(v0: i32):\n    return v0\n}"
    try attempt { pulley_compile(clifEngine, source, source.utf8.count, &compiled, $0) }
    defer { pulley_module_delete(compiled) }
    var artifact: UnsafeMutablePointer<UInt8>?
    var length = 0
    try attempt { pulley_module_save(compiled, &artifact, &length, $0) }
    defer { pulley_free(artifact) }
    let folder = URL(filePath: NSTemporaryDirectory()).appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // In C, the extension of a file has no meaning.
    let textFile = folder.appending(path: "x.clif").path
    try Data(source.utf8).write(to: URL(filePath: textFile))
    let artifactFile = folder.appending(path: "x.pulley").path
    try attempt { pulley_module_save_file(compiled, artifactFile, $0) }

    let options = pulley_options_new()
    defer { pulley_options_delete(options) }
    try attempt { pulley_options_set_clif(options, true, $0) }
    try attempt { pulley_options_set_clif(options, false, $0) }
    let refusing = pulley_engine_new(options)
    let plain = pulley_engine_new(nil)
    defer { for engine in [refusing, plain] { pulley_engine_delete(engine) } }
    for engine in [nil, plain, refusing] {
      let linker = pulley_linker_new(engine)
      defer { pulley_linker_delete(linker) }
      var handle = OpaquePointer(bitPattern: 0xDEAD0)
      for refused in [
        failure { pulley_compile(engine, source, source.utf8.count, &handle, $0) },
        failure { pulley_compile_file(engine, textFile, &handle, $0) },
        failure { pulley_instantiate_bytes(linker, source, source.utf8.count, &handle, $0) },
        failure { pulley_instantiate_file(linker, textFile, &handle, $0) },
        failure { pulley_load(engine, artifact, length, &handle, $0) },
        failure { pulley_load_file(engine, artifactFile, &handle, $0) },
      ] {
        #expect(refused?.status == Int32(PULLEY_ERROR_UNSUPPORTED))
        #expect(refused?.message.contains("pulley_options_set_clif") == true)
      }
      #expect(handle == nil)
      let wat = "(module (func (export \"f\")))"
      try attempt { pulley_compile(engine, wat, wat.utf8.count, &handle, $0) }
      pulley_module_delete(handle)
    }
  }

  @Test func errorsOfClifHaveLineAndColumn() {
    let bad = "function %f() -> i32 {\nblock0:\n    v0 = iconst.i64 1\n    return v0, v9\n}"
    var module: OpaquePointer?
    var error: OpaquePointer?
    #expect(
      pulley_compile(clifEngine, bad, bad.utf8.count, &module, &error)
        == Int32(PULLEY_ERROR_MALFORMED))
    #expect(pulley_error_line(error) == 4)
    #expect(pulley_error_column(error) == 16)
    pulley_error_delete(error)
  }
}
