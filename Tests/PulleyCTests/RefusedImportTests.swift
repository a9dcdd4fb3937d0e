import CPulley
import Testing

/// An import in an error, with its names as bytes.
private struct Refused: Equatable {
  var module: String
  var name: String
  var reason: String

  init(_ module: String, _ name: String, _ reason: String) {
    (self.module, self.name, self.reason) = (module, name, reason)
  }

  /// The import of an error, with the whole names even if they contain NUL.
  init(of error: OpaquePointer?, _ index: Int) {
    var length = -1
    let module = pulley_error_import_module(error, index, &length)
    self.module = Refused.text(module, length)
    let name = pulley_error_import_name(error, index, &length)
    self.name = Refused.text(name, length)
    reason = pulley_error_import_reason(error, index).map { String(cString: $0) } ?? "NULL"
  }

  private static func text(_ bytes: UnsafePointer<CChar>?, _ length: Int) -> String {
    guard let bytes, length >= 0, bytes[length] == 0 else { return "NULL" }
    return String(
      decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
  }
}

/// The imports that the error of a call lists, and the number of lines of its description.
private func refused(
  status: Int = Int(PULLEY_ERROR_LINK), _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
) throws -> (imports: [Refused], lineCount: Int) {
  var error: OpaquePointer?
  #expect(body(&error) == Int32(status))
  defer { pulley_error_delete(error) }
  let description = String(cString: try #require(pulley_error_description(error)))
  return (
    (0..<pulley_error_import_count(error)).map { Refused(of: error, $0) },
    description.split(separator: "\n").count
  )
}

private func instantiate(
  _ text: String, on engine: OpaquePointer? = nil,
  _ define: ((OpaquePointer?) throws -> Void)? = nil
) throws -> (imports: [Refused], lineCount: Int) {
  let linker = pulley_linker_new(engine)
  defer { pulley_linker_delete(linker) }
  try define?(linker)
  return try refused { error in
    var instance: OpaquePointer?
    return pulley_instantiate_bytes(linker, text, text.utf8.count, &instance, error)
  }
}

/// `env.memory` of one page, `env.add` of (i32, i32) -> i32.
private func define(_ linker: OpaquePointer?, on engine: OpaquePointer? = nil) throws {
  var memory: OpaquePointer?
  let limits = pulley_limits_t(minimum: 1, maximum: 2)
  try attempt { pulley_memory_new(engine, limits, &memory, $0) }
  defer { pulley_memory_delete(memory) }
  try attempt { pulley_linker_define_memory(linker, "env", "memory", memory, $0) }
  let add: @convention(c) (Int32, Int32) -> Int32 = { $0 &+ $1 }
  try register(linker, "env", "add", "i32(i32, i32)", add)
}

@Suite struct RefusedImports {
  @Test func anErrorListsTheImportsOfWebAssemblyThatAreMissingOrOfAnotherType() throws {
    let text = """
      (module
        (import "other" "far" (func (param i32)))
        (import "env" "memory" (func))
        (import "env" "add" (func (param f64) (result i32)))
        (import "env" "ad" (func (param i32)))
        (import "env" "memory" (memory 2))
        (import "far" "away" (global i32)))
      """
    let found = try instantiate(text) { try define($0) }
    // `env.memory` is imported twice and listed once.
    #expect(found.lineCount == 5)
    let add = "the host function i32(i32, i32) does not fit the import (f64) -> (i32)"
    #expect(
      found.imports.map { "\($0.module).\($0.name): " + $0.reason.prefix(add.count) } == [
        "other.far: not defined",
        "env.memory: a memory",
        "env.add: " + add,
        "env.ad: not defined; did you mean env.add?",
        "far.away: not defined",
      ])
  }

  @Test func theReasonIsTheTypeOfWhatIsDefinedInstead() throws {
    let text = "(module (import \"env\" \"memory\" (memory 2)))"
    let found = try instantiate(text) { try define($0) }
    #expect(found.imports == [Refused("env", "memory", "(memory 1 2)")])
  }

  @Test func anErrorListsAFunctionOfAnotherInstanceThatHasAnotherType() throws {
    let guest = try Guest(bytes: sampleModule)
    let text = "(module (import \"a\" \"add\" (func)) (import \"a\" \"big\" (global i32)))"
    let found = try instantiate(text) { linker in
      try attempt { pulley_linker_define_instance(linker, "a", guest.instance, $0) }
    }
    #expect(
      found.imports == [
        Refused("a", "add", "(func (param i32 i32) (result i32))"),
        Refused("a", "big", "(global i64)"),
      ])
  }

  @Test func namesComeAsTheBytesOfTheModule() throws {
    let found = try instantiate(
      "(module (import \"a\\00b\" \"\\00\" (func)) (import \"\" \"\\1b[7m\\e2\\80\\ae\" (func)))")
    #expect(
      found.imports == [
        Refused("a\0b", "\0", "not defined"), Refused("", "\u{1b}[7m\u{202e}", "not defined"),
      ])
  }

  @Test func reasonsShowInvisibleCharactersAsNumbers() throws {
    let found = try instantiate("(module (import \"env\" \"\\1b[7mlong\" (func)))") {
      let nothing: @convention(c) () -> Void = {}
      try register($0, "env", "\u{1b}[7mlonk\n", "void()", nothing)
    }
    let reason = "not defined; did you mean env.\\u{1b}[7mlonk\\u{a}?"
    #expect(found.imports == [Refused("env", "\u{1b}[7mlong", reason)])
  }

  @Test func anErrorListsTheImportsOfClif() throws {
    let text = """
      function %f(i64) -> i64 {
          gv0 = symbol %absent_data
          fn0 = %absent(i64) -> i64 system_v
          fn1 = %memory(i64) -> i64 system_v
      block0(v0: i64):
          v1 = call fn0(v0)
          v2 = call fn1(v1)
          v3 = symbol_value.i64 gv0
          v4 = iadd v2, v3
          return v4
      }
      """
    let found = try instantiate(text, on: clifEngine) { try define($0, on: clifEngine) }
    let wanted = [
      Refused("env", "absent", "not defined"),
      Refused("env", "absent_data", "not defined"),
      Refused("env", "memory", "a memory; CLIF can import host functions only"),
    ]
    #expect(found.imports.sorted { $0.name < $1.name } == wanted)
    #expect(found.lineCount == wanted.count)
  }

  @Test func anErrorListsAFunctionThatClifCallsWithAnotherType() throws {
    let text = """
      function %f(f64) -> f64 {
          fn0 = %add(f64) -> f64 system_v
      block0(v0: f64):
          v1 = call fn0(v0)
          return v1
      }
      """
    let found = try instantiate(text, on: clifEngine) { try define($0, on: clifEngine) }
    #expect(found.imports.map(\.name) == ["add"])
    #expect(
      found.imports.first?.reason.hasPrefix("the host function i32(i32, i32) does not fit") == true)
  }

  @Test func anErrorListsDataThatHasNoAddressOf32Bits() throws {
    let text = """
      target pulley32
      function %f() -> i32 {
          gv0 = symbol %far
      block0:
          v0 = symbol_value.i32 gv0
          return v0
      }
      """
    let found = try instantiate(text, on: clifEngine) { linker in
      let resolver: pulley_resolver_t = { _, _ in
        UnsafeMutableRawPointer(bitPattern: 0x7_0000_0000)
      }
      try attempt { pulley_linker_set_resolver(linker, resolver, nil, $0) }
    }
    #expect(found.imports.map(\.name) == ["far"])
    #expect(found.imports.first?.reason.hasPrefix("at 0x700000000, but") == true)
  }

  @Test func anErrorListsDeclaredFunctionsThatCannotBeBound() throws {
    let text = """
      (module (import "lib" "declared" (func)) (import "env" "none_such" (func))
        (import "env" "labs" (func (param f32))) (import "env" "bits" (func (param i32)))
        (import "env" "absent" (func)))
      """
    let found = try instantiate(text) { linker in
      try attempt {
        pulley_declare(
          linker,
          "void declared(void); long labs(long); struct b { int x : 3; }; void bits(struct b);"
            + "void absent(void);", $0)
      }
      try attempt { pulley_bind_library(linker, "env", nil, $0) }
    }
    let wanted = [
      "not defined: 'void declared(void)' is declared, and no library is bound for \"lib\"",
      "no declaration names 'none_such'",
      "the host function 'long labs(long)' does not fit the import",
      "cannot be bound: parameter 1 of 'bits'",
      "'void absent(void)' is declared, but",
    ]
    #expect(found.imports.map(\.name) == ["declared", "none_such", "labs", "bits", "absent"])
    for (item, start) in zip(found.imports, wanted) {
      #expect(item.reason.hasPrefix(start), "\(item)")
    }
  }

  @Test func anErrorListsOneHundredImportsAtMost() throws {
    let imports = (0..<150).map { "(import \"m\" \"f\($0)\" (func))" }.joined()
    let found = try instantiate("(module \(imports))")
    #expect(found.imports.map(\.name) == (0..<100).map { "f\($0)" })
    #expect(found.lineCount == 100)
  }

  @Test func otherErrorsAndOtherIndicesHaveNoImport() throws {
    let missing = try instantiate("(module (import \"a\" \"b\" (func)))")
    #expect(missing.imports.count == 1)
    var error: OpaquePointer?
    #expect(pulley_compile(nil, "(module", 7, nil, &error) != 0)
    defer { pulley_error_delete(error) }
    for wrong in [error, nil] {
      #expect(pulley_error_import_count(wrong) == 0)
      for index in [0, 1, Int.max, -1] {
        #expect(Refused(of: wrong, index) == Refused("", "", ""))
      }
    }
    #expect(String(cString: pulley_error_import_name(nil, 0, nil)).isEmpty)
  }

  @Test func aHostFunctionPassesOnTheImportsThatAnInstantiationLacks() throws {
    let nested: @convention(c) (OpaquePointer?) -> Void = { instance in
      let linker = pulley_linker_new(nil)
      defer { pulley_linker_delete(linker) }
      let text = "(module (import \"in\" \"ner\" (func)))"
      var (error, inner): (OpaquePointer?, OpaquePointer?)
      _ = pulley_instantiate_bytes(linker, text, text.utf8.count, &inner, &error)
      pulley_trap_error(instance, error)
      pulley_error_delete(error)
    }
    let text = "(module (import \"e\" \"f\" (func $f)) (func (export \"run\") (call $f)))"
    let guest = try Guest(bytes: Array(text.utf8)) {
      try register($0, "e", "f", "void(instance)", nested)
    }
    let found = try refused(status: Int(PULLEY_ERROR_TRAP)) {
      pulley_run(guest.instance, "run", nil, 0, nil, 0, $0)
    }
    #expect(found.imports == [Refused("in", "ner", "not defined")])
  }
}
