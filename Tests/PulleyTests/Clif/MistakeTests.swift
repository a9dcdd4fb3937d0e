import Glibc
import Pulley
import Testing

@Suite struct ClifMistakes {
  private func error(_ text: String) -> PulleyError? {
    do {
      _ = try Module(engine: .acceptingClif, bytes: Array(text.utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test func allErrorsOfAClifTextAreReportedWithTheirPlaces() {
    let found = error(
      """
      function %f(i32) -> i32 {
      block0(v0: i32):
          v1 = iadd.i64 v0, v0
          v2 = fadd v0, v0
          jump block7
      }
      function %g() {
      block0:
          v0 = frob
          return v9
      }
      """)
    #expect(found?.kind == .malformed)
    let all = [found].compactMap { $0 } + (found?.others ?? [])
    #expect(all.map(\.line) == [4, 9, 10])
    #expect(all.map(\.column) == [10, 10, 12])
    #expect(all.first?.message.contains("fadd") == true)
  }

  @Test func clifIsVerifiedAfterItIsRead() {
    let found = error(
      """
      function %f(i32, i64) -> i32 {
      block0(v0: i32, v1: i64):
          v2 = iadd v0, v1
          return v1
      }
      function %g() {
      block0:
          jump block1(v0)
      block1(v0: i32):
          jump block2
      }
      """)
    #expect(found?.kind == .invalid)
    let all = [found].compactMap { $0 } + (found?.others ?? [])
    #expect(all.map(\.line) == [3, 4, 8, 10])
    #expect(all[0].message == "arg 1 (v1) has type i64, expected i32, in function %f")
  }

  @Test func namesOfClifFunctionsAreCheckedWhenTheModuleIsLoaded() throws {
    #expect(
      error("function %f() { block0: return }\nfunction %f() { block0: return }")?.line == 2)
    let missing = error(
      "function %f() {\n    fn0 = colocated %g()\nblock0:\n    call fn0()\n    return\n}")
    #expect(missing?.kind == .link)
    #expect(missing?.line == 2)
    let other = error(
      """
      function %f() {
          fn0 = %g(i32)
      block0:
          return
      }
      function %g(i64) {
      block0(v0: i64):
          return
      }
      """)
    #expect(other?.message.contains("%g is declared as (i32)") == true)
    let engine = Engine.acceptingClif
    let module = try Module(
      engine: engine,
      bytes: Array(
        "function %f() {\n    fn0 = %nobody_has_this()\nblock0:\n    call fn0()\n    return\n}".utf8
      ))
    let unknown = #expect(throws: PulleyError.self) {
      try Linker(engine: engine).instantiate(module)
    }
    #expect(unknown?.kind == .link)
    #expect(unknown?.message.contains("env.nobody_has_this") == true)
  }

  @Test func unsupportedClifFunctionsAreRefusedByName() throws {
    for (text, what, line) in [
      (
        "function %f(f16) -> f16 {\nblock0(v0: f16):\n    v1 = fadd v0, v0\n    return v1\n}",
        "f16", 1
      ),
      (
        "function %f(i64) -> i64 windows_fastcall {\nblock0(v0: i64):\n    return v0\n}",
        "windows_fastcall", 1
      ),
      (
        "function %f(i8x16) -> i8x16 {\nblock0(v0: i8x16):\n    v1 = x86_pshufb v0, v0\n"
          + "    return v1\n}", "x86_pshufb", 3
      ),
      (
        "function %f(i128) -> i128 {\nblock0(v0: i128):\n    v1 = iadd v0, v0\n"
          + "    v2 = udiv v1, v0\n    return v2\n}", "udiv.i128", 4
      ),
      (
        "function %f() {\n    gv0 = symbol %errno\n    stack_limit = gv0\nblock0:\n    return\n}",
        "stack_limit", 1
      ),
    ] {
      var options = Engine.Options()
      options.isEager = true
      options.acceptsClif = true
      let engine = Engine(options)
      let module = try Module(engine: engine, bytes: Array(text.utf8))
      let linker = Linker(engine: engine)
      linker.resolver = { dlsym(nil, $0) }
      let instance = try linker.instantiate(module)
      let found = #expect(throws: PulleyError.self) { try module.artifact() }
      let slots = UnsafeMutablePointer<UInt64>.allocate(capacity: 8)
      defer { slots.deallocate() }
      let called = #expect(throws: PulleyError.self) {
        try instance.function(named: "f").call(slots: slots)
      }
      #expect(called?.kind == .unsupported, "\(what)")
      #expect(called?.message.contains(what) == true, "\(called?.message ?? "")")
      #expect(found?.kind == .unsupported, "\(what)")
      #expect(found?.message.contains(what) == true, "\(found?.message ?? "")")
      #expect(found?.line == line)
    }
  }

  @Test func trapsOfClifHaveTheirCodeAndPlace() throws {
    let program = try ClifProgram(
      """
      function %user(i32) -> i32 {
      block0(v0: i32):
          trapz v0, user42
          return v0
      }
      function %null(i64) -> i64 {
      block0(v0: i64):
          v1 = load.i64 v0
          return v1
      }
      function %forever() {
          fn0 = colocated %forever()
      block0:
          call fn0()
          return
      }
      """)
    let user = program.trap("user", "0")
    #expect(user?.trap == .numbered)
    #expect(user?.trapNumber == 42)
    #expect(user?.line == 3)
    #expect(program.trap("null", "0")?.trap == .memoryOutOfBounds)
    #expect(program.trap("forever")?.trap == .stackOverflow)
  }
}
