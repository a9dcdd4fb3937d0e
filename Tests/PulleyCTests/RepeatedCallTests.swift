import CPulley
import Testing

/// Calls that are made again: by a handle, or by a name through the same handle of an instance.
@Suite struct RepeatedCalls {
  private func guest(_ text: String, _ define: (OpaquePointer?) throws -> Void = { _ in }) throws
    -> Guest
  {
    try Guest(bytes: Array(text.utf8), define)
  }

  private let divider = """
    (module (func (export "div") (param i32 i32) (result i32)
      (i32.div_s (local.get 0) (local.get 1)))
      (func $deep (export "deep") (result i32) (i32.add (call $deep) (i32.const 1)))
      (func (export "mixed") (param i32 f32 i64 f64) (result f64 i64 f32 i32)
        local.get 3 local.get 2 local.get 1 local.get 0))
    """

  @Test func aFunctionWorksAfterErrorsAndTraps() throws {
    let guest = try guest(divider)
    var (div, deep): (OpaquePointer?, OpaquePointer?)
    try attempt { pulley_instance_function(guest.instance, "div", &div, $0) }
    try attempt { pulley_instance_function(guest.instance, "deep", &deep, $0) }
    defer {
      pulley_function_delete(div)
      pulley_function_delete(deep)
    }
    for round in 1...3 {
      var result = pulley_value_t()
      let zero = failure { pulley_call(div, [pulley_i32(1), pulley_i32(0)], 2, &result, 1, $0) }
      #expect(zero?.trap == Int32(PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO))
      #expect(zero?.frames == ["div"])
      let type = failure { pulley_call(div, [pulley_i32(1), pulley_i64(1)], 2, &result, 1, $0) }
      #expect(type?.message == "argument 2 must be of type i32")
      #expect(failure { pulley_call(div, nil, 0, &result, 1, $0) }?.status == .argumentError)
      #expect(
        failure { pulley_call(deep, nil, 0, &result, 1, $0) }?.trap
          == Int32(PULLEY_TRAP_STACK_OVERFLOW))
      try attempt { pulley_call(div, [pulley_i32(84), pulley_i32(2)], 2, &result, 1, $0) }
      #expect(result.of.i32 == 42 && result.type == pulley_type_t(PULLEY_I32), "round \(round)")
    }
  }

  @Test func aNameWorksAfterErrorsAndTraps() throws {
    let guest = try guest(divider)
    for _ in 1...3 {
      #expect(throws: CError.self) { try guest.run("div", pulley_i32(1), pulley_i32(0)) }
      #expect(throws: CError.self) { try guest.run("div", pulley_i32(1)) }
      #expect(throws: CError.self) { try guest.run("deep") }
      #expect(throws: CError.self) { try guest.run("no") }
      #expect(try guest.run("div", pulley_i32(84), pulley_i32(2))[0].of.i32 == 42)
    }
  }

  @Test func valuesOfAllTypesAreWhole() throws {
    let guest = try guest(divider)
    for _ in 1...2 {
      let results = try guest.run(
        "mixed", pulley_i32(-1), pulley_f32(-1.5), pulley_i64(.min), pulley_f64(-2.5), results: 4)
      #expect(results[0].of.f64 == -2.5 && results[1].of.i64 == .min)
      #expect(results[2].of.f32 == -1.5 && results[3].of.i32 == -1)
      // Nothing is left of what the variables contained before.
      #expect(results[2].of.i64 == Int64(Float(-1.5).bitPattern))
      #expect(results[3].of.i64 == 0xFFFF_FFFF)
    }
  }

  @Test func moreNamesThanAreKeptFindTheirFunctions() throws {
    let long = String(repeating: "n", count: 300)
    let names = (0..<100).map { "f\($0)" } + ["", "é", long, long + "2"]
    let functions = names.enumerated().map {
      "(func (export \"\($0.element)\") (result i32) i32.const \($0.offset))"
    }
    let guest = try guest("(module \(functions.joined()))")
    for _ in 1...3 {
      for (index, name) in names.enumerated() {
        #expect(try guest.run(name)[0].of.i32 == Int32(index))
        #expect(try guest.run(name)[0].of.i32 == Int32(index))
      }
    }
  }

  @Test func aFunctionEndsThoughItsHandlesAreDeletedMeanwhile() throws {
    final class Handles {
      var instance: OpaquePointer?
      var function: OpaquePointer?
      var calls = 0
    }
    let handles = Handles()
    let linker = pulley_linker_new(nil)
    let end: @convention(c) (UnsafeMutableRawPointer?) -> Void = { data in
      guard let data else { return }
      let handles = Unmanaged<Handles>.fromOpaque(data).takeUnretainedValue()
      handles.calls += 1
      pulley_function_delete(handles.function)
      pulley_instance_delete(handles.instance)
    }
    try register(
      linker, "env", "end", "void(userdata)", end,
      userData: Unmanaged.passUnretained(handles).toOpaque())
    let text = Array(
      """
      (module (import "env" "end" (func $end)) (memory 1)
        (func (export "f") (result i32) (call $end) (i32.load (i32.const 8)) (i32.const 9) i32.add))
      """.utf8)
    for byName in [true, false] {
      try attempt {
        pulley_instantiate_bytes(linker, text, text.count, &handles.instance, $0)
      }
      try attempt { pulley_instance_function(handles.instance, "f", &handles.function, $0) }
      var result = pulley_value_t()
      try attempt {
        byName
          ? pulley_run(handles.instance, "f", nil, 0, &result, 1, $0)
          : pulley_call(handles.function, nil, 0, &result, 1, $0)
      }
      #expect(result.of.i32 == 9)
      #expect(
        failure { pulley_run(handles.instance, "f", nil, 0, &result, 1, $0) }?.message
          == "instance is a handle that has been deleted")
    }
    #expect(handles.calls == 2)
    pulley_linker_delete(linker)
  }
}
