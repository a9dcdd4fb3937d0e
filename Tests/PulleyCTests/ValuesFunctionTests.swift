import CPulley
import Testing

private typealias Values = UnsafePointer<pulley_value_t>
private typealias Results = UnsafeMutablePointer<pulley_value_t>
private typealias ErrorOut = UnsafeMutablePointer<OpaquePointer?>

private let i32 = pulley_type_t(PULLEY_I32)
private let i64 = pulley_type_t(PULLEY_I64)
private let f32 = pulley_type_t(PULLEY_F32)
private let f64 = pulley_type_t(PULLEY_F64)
private let v128 = pulley_type_t(PULLEY_V128)
private let funcref = pulley_type_t(PULLEY_FUNCREF)
private let externref = pulley_type_t(PULLEY_EXTERNREF)

/// Registers a function of values as env.f.
private func registerValues(
  _ linker: OpaquePointer?, _ parameters: [pulley_type_t],
  _ results: [pulley_type_t], userData: UnsafeMutableRawPointer? = nil,
  finalizer: pulley_finalizer_t? = nil, _ callback: pulley_values_callback_t?
) throws {
  try parameters.withUnsafeBufferPointer { parameters in
    try results.withUnsafeBufferPointer { results in
      let type = pulley_function_type_t(
        parameters: parameters.baseAddress, parameter_count: parameters.count,
        results: results.baseAddress, result_count: results.count)
      try attempt {
        pulley_register_values(linker, "env", "f", type, callback, userData, finalizer, $0)
      }
    }
  }
}

/// An instance of a module in the text format.
private func guest(_ text: String, _ define: (OpaquePointer?) throws -> Void) throws -> Guest {
  try Guest(bytes: Array(text.utf8), define)
}

@Suite struct ValuesFunctions {
  /// Gives its arguments in the opposite order.
  private let reverse: pulley_values_callback_t = {
    _, _, arguments, count, results, resultCount, _ in
    guard let arguments, let results, count == resultCount else { return 1 }
    for index in 0..<count { results[index] = arguments[count - 1 - index] }
    return 0
  }

  @Test func `a function of values takes and gives values of every type`() throws {
    let guest = try guest(
      """
      (module
        (import "env" "f" (func $f (param i32 i64 f32 f64 v128 funcref externref)
          (result externref funcref v128 f64 f32 i64 i32)))
        (func $own (export "own") (result i32) i32.const 77)
        (elem declare func $own)
        (func (export "run") (param i32 i64 f32 f64 v128 externref)
          (result externref funcref v128 f64 f32 i64 i32)
          local.get 0 local.get 1 local.get 2 local.get 3 local.get 4
          ref.func $own local.get 5 call $f))
      """
    ) {
      try registerValues(
        $0, [i32, i64, f32, f64, v128, funcref, externref],
        [externref, funcref, v128, f64, f32, i64, i32], reverse)
    }
    var vector = pulley_value_t()
    vector.type = v128
    withUnsafeMutableBytes(of: &vector.of.v128) { bytes in
      for index in 0..<16 { bytes[index] = UInt8(index + 1) }
    }
    let object = UnsafeMutableRawPointer(bitPattern: 0x1234_5678)
    let results = try guest.run(
      "run", pulley_i32(-5), pulley_i64(.min), pulley_f32(-0.5), pulley_f64(3.25), vector,
      pulley_externref(object), results: 7)
    #expect(results[0].of.ref == object)
    #expect(withUnsafeBytes(of: results[2].of.v128, Array.init) == (1...16).map { UInt8($0) })
    #expect(results[3].of.f64 == 3.25)
    #expect(results[4].of.f32 == -0.5)
    #expect(results[5].of.i64 == .min)
    #expect(results[6].of.i32 == -5)
    var function: OpaquePointer?
    try attempt { error in
      withUnsafePointer(to: results[1]) { pulley_value_function($0, &function, error) }
    }
    defer { pulley_function_delete(function) }
    var called = pulley_value_t()
    try attempt { pulley_call(function, nil, 0, &called, 1, $0) }
    #expect(called.of.i32 == 77)
  }

  @Test func `arguments and results beyond the registers are on the guest's stack`() throws {
    let count = 40
    let types = (0..<count).map { [i32, f64, v128, i64][$0 % 4] }
    let names = (0..<count).map { ["i32", "f64", "v128", "i64"][$0 % 4] }
    let constants = (0..<count).map { index in
      index % 4 == 2
        ? "v128.const i64x2 \(index) \(index + 1000)" : "\(names[index]).const \(index)"
    }
    let guest = try guest(
      """
      (module
        (import "env" "f" (func $f (param \(names.joined(separator: " ")))
          (result \(names.reversed().joined(separator: " ")))))
        (func (export "run") (result \(names.reversed().joined(separator: " ")))
          \(constants.joined(separator: "\n")) call $f))
      """
    ) {
      try registerValues($0, types, types.reversed(), reverse)
    }
    let results = try guest.run("run", results: count)
    for (position, value) in results.enumerated() {
      let index = count - 1 - position
      #expect(value.type == types[index])
      switch index % 4 {
      case 0: #expect(value.of.i32 == Int32(index))
      case 1: #expect(value.of.f64 == Double(index))
      case 2:
        let halves = withUnsafeBytes(of: value.of.v128) { $0.loadUnaligned(as: SIMD2<UInt64>.self) }
        #expect(halves == SIMD2(UInt64(index), UInt64(index + 1000)))
      default: #expect(value.of.i64 == Int64(index))
      }
    }
  }

  @Test func `one definition serves instances with memories of their own`() throws {
    let text = """
      (module (import "env" "f" (func $f (result i32)))
        (memory 1) (data (i32.const 0) "\\2a")
        (func (export "run") (result i32) call $f)
        (func (export "set") (param i32) i32.const 0 local.get 0 i32.store8)
        (export "again" (func $f)))
      """
    let peek: pulley_values_callback_t = { _, instance, _, _, results, _, _ in
      guard let byte = pulley_instance_pointer(instance, 0, 1) else { return 1 }
      results?[0].of.i32 = Int32(byte.load(as: UInt8.self))
      return 0
    }
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    try registerValues(linker, [], [i32], peek)
    var instances: [OpaquePointer?] = [nil, nil]
    for index in 0..<2 {
      try attempt {
        pulley_instantiate_bytes(linker, text, text.utf8.count, &instances[index], $0)
      }
    }
    defer { for instance in instances { pulley_instance_delete(instance) } }
    var argument = pulley_i32(7)
    try attempt { pulley_run(instances[1], "set", &argument, 1, nil, 0, $0) }
    var result = pulley_value_t()
    for (instance, name, expected) in [
      (instances[0], "run", 42), (instances[1], "run", 7), (instances[1], "again", 7),
    ] as [(OpaquePointer?, String, Int32)] {
      try attempt { pulley_run(instance, name, nil, 0, &result, 1, $0) }
      #expect(result.of.i32 == expected)
    }
  }

  @Test func `a result that the function leaves alone is zero or null`() throws {
    let guest = try guest(
      """
      (module (import "env" "f" (func $f (result i64 externref)))
        (func (export "run") (result i64 i32) call $f ref.is_null))
      """
    ) {
      try registerValues($0, [], [i64, externref]) { _, _, _, _, _, _, _ in 0 }
    }
    let results = try guest.run("run", results: 2)
    #expect(results[0].of.i64 == 0)
    #expect(results[1].of.i32 == 1)
  }

  private static let returning = """
    (module (import "env" "f" (func $f (param i32) (result i32)))
      (func (export "run") (param i32) (result i32) local.get 0 call $f))
    """

  @Test func `a result of another type makes the guest trap`() throws {
    let guest = try guest(Self.returning) {
      try registerValues($0, [i32], [i32]) { _, _, _, _, results, _, _ in
        results?[0] = pulley_f64(1)
        return 0
      }
    }
    let error = #expect(throws: CError.self) { try guest.run("run", pulley_i32(1)) }
    #expect(error?.trap == Int32(PULLEY_TRAP_HOST))
    #expect(error?.message == "result 1 of env.f is f64, not i32")
    #expect(error?.frames.count == 1)
  }

  @Test func `a forged function reference makes the guest trap`() throws {
    let guest = try guest(
      """
      (module (import "env" "f" (func $f (result funcref)))
        (func (export "run") (result i32) call $f ref.is_null))
      """
    ) {
      try registerValues($0, [], [funcref]) { _, _, _, _, results, _, _ in
        results?[0].of.ref = UnsafeMutableRawPointer(bitPattern: 0xBAD0)
        return 0
      }
    }
    let error = #expect(throws: CError.self) { try guest.run("run") }
    #expect(error?.trap == Int32(PULLEY_TRAP_HOST))
    #expect(
      error?.message == "result 1 of env.f: the function reference belongs to no live instance")
  }

  @Test func `a reference is checked against the import's own type`() throws {
    let guest = try guest(
      """
      (module
        (type $number (func (result i32)))
        (import "env" "f" (func $f (param funcref) (result (ref null $number))))
        (func $right (result i32) i32.const 5)
        (func $wrong (param f64))
        (elem declare func $right $wrong)
        (func (export "right") (result i32) ref.func $right call $f call_ref $number)
        (func (export "wrong") (result i32) ref.func $wrong call $f call_ref $number))
      """
    ) { try registerValues($0, [funcref], [funcref], reverse) }
    #expect(try guest.run("right")[0].of.i32 == 5)
    let error = #expect(throws: CError.self) { try guest.run("wrong") }
    #expect(error?.message.contains("result 1 of env.f is a reference of another type") == true)
  }

  @Test func `a function of another instance stays alive with the caller`() throws {
    let provider = try guest(
      """
      (module (func $five (export "five") (result i32) i32.const 5) (elem declare func $five))
      """
    ) { _ in }
    var function: OpaquePointer?
    try attempt { pulley_instance_function(provider.instance, "five", &function, $0) }
    var value = pulley_function_value(function)
    let caller = try withUnsafeMutablePointer(to: &value) { value in
      let guest = try guest(
        """
        (module (import "env" "f" (func $f (result funcref)))
          (table 1 funcref)
          (func (export "take") i32.const 0 call $f table.set 0)
          (func (export "call") (result i32) i32.const 0 call_indirect (result i32)))
        """
      ) {
        try registerValues($0, [], [funcref], userData: value) { userdata, _, _, _, results, _, _ in
          guard let userdata else { return 1 }
          results?[0] = userdata.load(as: pulley_value_t.self)
          return 0
        }
      }
      _ = try guest.run("take", results: 0)
      return guest
    }
    pulley_function_delete(function)
    pulley_instance_delete(provider.instance)
    provider.instance = nil
    #expect(try caller.run("call")[0].of.i32 == 5)
  }

  @Test func `the error of a failed call in the function becomes the guest's`() throws {
    let inner = try guest(
      "(module (func $fail (export \"fail\") (param i32) (result i32) unreachable))"
    ) { _ in }
    var function: OpaquePointer?
    try attempt { pulley_instance_function(inner.instance, "fail", &function, $0) }
    defer { pulley_function_delete(function) }
    let outer = try guest(Self.returning) {
      try registerValues($0, [i32], [i32], userData: UnsafeMutableRawPointer(function)) {
        userdata, _, arguments, count, results, resultCount, error in
        pulley_call(OpaquePointer(userdata), arguments, count, results, resultCount, error)
      }
    }
    let error = #expect(throws: CError.self) { try outer.run("run", pulley_i32(1)) }
    #expect(error?.trap == Int32(PULLEY_TRAP_UNREACHABLE))
    #expect(error?.frames == ["fail", "run"])
  }

  @Test func `a status without an error is a trap that names the function`() throws {
    let guest = try guest(Self.returning) {
      try registerValues($0, [i32], [i32]) { _, _, _, _, _, _, _ in 9 }
    }
    let error = #expect(throws: CError.self) { try guest.run("run", pulley_i32(1)) }
    #expect(error?.trap == Int32(PULLEY_TRAP_HOST))
    #expect(error?.message == "env.f has failed with status 9")
  }

  @Test func `a requested trap has its own message, whatever the function returns`() throws {
    let guest = try guest(Self.returning) {
      try registerValues($0, [i32], [i32]) { _, instance, arguments, _, _, _, _ in
        pulley_trap(instance, "enough")
        return arguments?[0].of.i32 ?? 0
      }
    }
    for status in [0, 1] as [Int32] {
      let error = #expect(throws: CError.self) { try guest.run("run", pulley_i32(status)) }
      #expect(error?.message == "enough")
    }
  }

  @Test func `the function may call the guest again and grow its memory`() throws {
    let guest = try guest(
      """
      (module (import "env" "f" (func $f (param i32) (result i32)))
        (memory 1)
        (func $run (export "run") (param i32) (result i32)
          (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
            (else (i32.add (memory.size)
              (call $f (i32.sub (local.get 0) (i32.const 1))))))))
      """
    ) {
      try registerValues($0, [i32], [i32]) {
        _, instance, arguments, count, results, resultCount, error in
        var memory: OpaquePointer?
        var status = pulley_instance_memory(instance, nil, &memory, error)
        guard status == 0 else { return status }
        status = pulley_memory_grow(memory, 1, nil, error)
        pulley_memory_delete(memory)
        guard status == 0 else { return status }
        return pulley_run(instance, "run", arguments, count, results, resultCount, error)
      }
    }
    // 1 + 2 + ... + 20 pages.
    #expect(try guest.run("run", pulley_i32(20))[0].of.i32 == 210)
  }

  @Test func `an import of another type is refused with both types`() throws {
    let error = #expect(throws: CError.self) {
      try guest("(module (import \"env\" \"f\" (func (param i32) (result i64))))") {
        try registerValues($0, [i32], [i32], reverse)
      }
    }
    #expect(error?.status == Int32(PULLEY_ERROR_LINK))
    #expect(
      error?.message
        == "incompatible import type: env.f is a host function of type (func (param i32) "
        + "(result i32)), and the module asks for (func (param i32) (result i64))")
  }

  @Test func `the finalizer runs exactly once, at a failure or after the last user`() throws {
    let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    defer { count.deallocate() }
    count.initialize(to: 0)
    let finalizer: pulley_finalizer_t = { $0?.assumingMemoryBound(to: Int.self).pointee += 1 }
    let linker = pulley_linker_new(nil)
    _ = try? registerValues(linker, [i32], [i32], userData: count, finalizer: finalizer, nil)
    #expect(count.pointee == 1)
    try registerValues(linker, [i32], [i32], userData: count, finalizer: finalizer, reverse)
    var instance: OpaquePointer?
    try attempt {
      pulley_instantiate_bytes(linker, Self.returning, Self.returning.utf8.count, &instance, $0)
    }
    pulley_linker_delete(linker)
    #expect(count.pointee == 1)
    pulley_instance_delete(instance)
    #expect(count.pointee == 2)
  }

  @Test func `types that WebAssembly lacks, and counts without arrays, are refused`() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let cases: [([pulley_type_t], String)] = [
      ([i32, pulley_type_t(PULLEY_I8)], "parameter 2 is i8, which WebAssembly lacks"),
      ([99], "parameter 1 is value of type 99, which WebAssembly lacks"),
      (Array(repeating: i32, count: 1001), "a function has 1000 parameters at most"),
    ]
    for (parameters, message) in cases {
      let error = #expect(throws: CError.self) {
        try registerValues(linker, parameters, [], reverse)
      }
      #expect(error?.status == .argumentError)
      #expect(error?.message == message)
    }
    var type = pulley_function_type_t()
    type.result_count = 1
    let error = failure {
      pulley_register_values(linker, "env", "f", type, reverse, nil, nil, $0)
    }
    #expect(error?.message == "the array of the result types is NULL")
    try registerValues(linker, Array(repeating: i32, count: 1000), [], reverse)
  }
}

/// Resolvers for imports that have no definition.
@Suite struct ImportResolvers {
  private static let text = """
    (module
      (import "env" "seven" (func $seven (result i32)))
      (import "env" "missing" (func $missing (param i32)))
      (func (export "run") (result i32) call $seven)
      (func (export "fail") i32.const 1 call $missing))
    """

  private func instantiate(
    _ linker: OpaquePointer?, _ text: String, _ instance: inout OpaquePointer?
  ) throws {
    try attempt { pulley_instantiate_bytes(linker, text, text.utf8.count, &instance, $0) }
  }

  private func setResolver(
    _ linker: OpaquePointer?, _ userdata: UnsafeMutableRawPointer? = nil,
    _ resolver: pulley_import_resolver_t?
  ) throws {
    try attempt { pulley_linker_set_import_resolver(linker, resolver, userdata, $0) }
  }

  /// Defines env.seven, and leaves other functions to trap.
  private let resolver: pulley_import_resolver_t = { userdata, linker, item, traps, error in
    userdata?.assumingMemoryBound(to: Int.self).pointee += 1
    guard let name = pulley_extern_name(item, nil), String(cString: name) == "seven" else {
      traps?.pointee = pulley_extern_kind(item) == PULLEY_EXTERN_FUNCTION
      return 0
    }
    return pulley_register_values(
      linker, String(cString: pulley_extern_module(item, nil)), "seven",
      pulley_extern_function_type(item),
      { _, _, _, _, results, _, _ in
        results?[0].of.i32 = 7
        return 0
      }, nil, nil, error)
  }

  @Test func `a resolver defines imports, or leaves them to trap when they are called`() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let calls = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    defer { calls.deallocate() }
    calls.initialize(to: 0)
    try setResolver(linker, calls, resolver)
    for expected in [2, 3] {
      var instance: OpaquePointer?
      try instantiate(linker, Self.text, &instance)
      defer { pulley_instance_delete(instance) }
      // The second time, env.seven is defined.
      #expect(calls.pointee == expected)
      var result = pulley_value_t()
      try attempt { pulley_run(instance, "run", nil, 0, &result, 1, $0) }
      #expect(result.of.i32 == 7)
      let error = failure { pulley_run(instance, "fail", nil, 0, nil, 0, $0) }
      #expect(error?.trap == Int32(PULLEY_TRAP_HOST))
      #expect(error?.message == "env.missing is called, and its import was left undefined")
    }
  }

  @Test func `a function left to trap can be exported and imported again`() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    try setResolver(linker, nil, resolver)
    var first: OpaquePointer?
    try instantiate(
      linker,
      "(module (import \"env\" \"gone\" (func $gone)) (table (export \"t\") 1 funcref) "
        + "(elem (i32.const 0) $gone) (export \"f\" (func $gone)))", &first)
    defer { pulley_instance_delete(first) }
    try setResolver(linker, nil, nil)
    try attempt { pulley_linker_define_instance(linker, "first", first, $0) }
    var second: OpaquePointer?
    try instantiate(
      linker,
      "(module (import \"first\" \"f\" (func $f)) (import \"first\" \"t\" (table 1 funcref)) "
        + "(func (export \"run\") call $f) "
        + "(func (export \"indirect\") i32.const 0 call_indirect))", &second)
    defer { pulley_instance_delete(second) }
    for name in ["run", "indirect"] {
      let error = failure { pulley_run(second, name, nil, 0, nil, 0, $0) }
      #expect(error?.message == "env.gone is called, and its import was left undefined")
    }
  }

  @Test func `a resolver may instantiate the module that an import names`() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    try setResolver(linker) { _, linker, item, _, error in
      let module = String(cString: pulley_extern_module(item, nil))
      let text =
        module == "a"
        ? "(module (import \"b\" \"f\" (func $f (result i32))) (func (export \"f\") (result i32) "
          + "i32.const 1 call $f i32.add))"
        : "(module (func (export \"f\") (result i32) i32.const 41))"
      var instance: OpaquePointer?
      let status = pulley_instantiate_bytes(linker, text, text.utf8.count, &instance, error)
      guard status == 0 else { return status }
      defer { pulley_instance_delete(instance) }
      return pulley_linker_define_instance(linker, module, instance, error)
    }
    var instance: OpaquePointer?
    try instantiate(
      linker,
      "(module (import \"a\" \"f\" (func $f (result i32))) (func (export \"run\") (result i32) "
        + "call $f))", &instance)
    defer { pulley_instance_delete(instance) }
    var result = pulley_value_t()
    try attempt { pulley_run(instance, "run", nil, 0, &result, 1, $0) }
    #expect(result.of.i32 == 42)
  }

  @Test func `resolvers that instantiate without end are stopped by an error`() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    try setResolver(linker) { _, linker, _, _, error in
      let text = "(module (import \"env\" \"f\" (func)))"
      var instance: OpaquePointer?
      return pulley_instantiate_bytes(linker, text, text.utf8.count, &instance, error)
    }
    var instance: OpaquePointer?
    let error = #expect(throws: CError.self) {
      try instantiate(linker, "(module (import \"env\" \"f\" (func)))", &instance)
    }
    #expect(error?.status == Int32(PULLEY_ERROR_LIMIT))
    #expect(error?.message.contains("too little is left of the thread's stack") == true)
  }

  @Test func `the error of a resolver ends the instantiation`() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    try setResolver(linker) { _, linker, _, _, error in
      pulley_register(linker, "env", "x", "i32(", nil, nil, nil, error)
    }
    var instance: OpaquePointer?
    let passed = #expect(throws: CError.self) { try instantiate(linker, Self.text, &instance) }
    #expect(passed?.status == .argumentError)
    #expect(passed?.message == "function is NULL")
    try setResolver(linker) { _, _, _, _, _ in Int32(PULLEY_ERROR_LIMIT) }
    let plain = #expect(throws: CError.self) { try instantiate(linker, Self.text, &instance) }
    #expect(plain?.status == Int32(PULLEY_ERROR_LIMIT))
    #expect(
      plain?.message
        == "the resolver has failed with status 9 for the import env.seven (func (result i32))")
  }

  @Test func `only functions can be left to trap`() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    try setResolver(linker) { _, _, _, traps, _ in
      traps?.pointee = true
      return 0
    }
    var instance: OpaquePointer?
    let error = #expect(throws: CError.self) {
      try instantiate(linker, "(module (import \"env\" \"m\" (memory 1)))", &instance)
    }
    #expect(error?.status == .argumentError)
    #expect(error?.message.contains("only functions can be called") == true)
  }

  @Test func `all missing and mistyped imports are reported at once`() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let nothing: @convention(c) () -> Void = {}
    try register(linker, "env", "puts", "i32(cstr)", nothing)
    try register(linker, "env", "number", "i32()", nothing)
    try register(linker, "other", "elsewhere", "void()", nothing)
    var instance: OpaquePointer?
    var error: OpaquePointer?
    let text = """
      (module
        (import "env" "put" (func (param i32) (result i32)))
        (import "env" "number" (func (result f64)))
        (import "env" "puts" (memory 1))
        (import "env" "elsewhere" (func))
        (import "evn" "anything" (func (param i64)))
        (import "far" "away" (global i32)))
      """
    let status = pulley_instantiate_bytes(linker, text, text.utf8.count, &instance, &error)
    defer { pulley_error_delete(error) }
    #expect(status == Int32(PULLEY_ERROR_LINK))
    let lines = String(cString: pulley_error_description(error)).split(separator: "\n")
    for expected in [
      "unknown import: env.put (func (param i32) (result i32)) is not defined; did you mean "
        + "env.puts?",
      "incompatible import type: env.number: the host function i32() does not fit the import "
        + "() -> (f64): the result is i32, which does not become f64",
      "incompatible import type: env.puts is a host function, and the module asks for (memory 1)",
      "unknown import: env.elsewhere (func) is not defined; the linker has other.elsewhere",
      "unknown import: evn.anything (func (param i64)) is not defined; did you mean the module env?",
      "unknown import: far.away (global i32) is not defined",
    ] {
      #expect(lines.contains { $0.hasPrefix(expected) }, "\(expected)\n\(lines)")
    }
  }
}
