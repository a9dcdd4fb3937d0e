import PulleyIR
import Testing

@Suite struct ReadingErrors {
  @Test(
    arguments: [
      ("v1 = frob v0", "unknown opcode: 'frob'"),
      ("v1 = 3", "expected an instruction, but there is `3`"),
      ("v1, v2 iadd v0, v0", "expected '=' or '->' after values, but there is `iadd`"),
      ("v1 = iconst 3", "expected one of the following type: i8, i16, i32 or i64"),
      ("v1 = iconst.f32 3", "expected one of the following type: i8, i16, i32 or i64"),
      ("v1 = iconst.i128 3", "expected one of the following type: i8, i16, i32 or i64"),
      ("v1 = iconst.i32x4 3", "expected one of the following type: i8, i16, i32 or i64"),
      ("jump.i32 block0(v0)", "jump does not take a typevar"),
      ("v1 = swizzle.i32x4 v0, v0", "i32x4 is not a valid typevar for swizzle"),
      ("v1 = fadd v0, v0", "i32 is not a valid typevar for fadd"),
      ("v1 = iadd.void v0, v0", "expected a type after the mnemonic, but there is `void`"),
      ("v1 = iadd v9, v0", "undefined operand value v9"),
      (
        "v1 = iadd v2, v0\nv2 = iconst.i32 1",
        "type variable required for polymorphic opcode, e.g. 'iadd.i32'; "
          + "can't infer from a value which is not yet defined"
      ),
      ("return v9", "undefined operand value v9"),
      ("v0 = iadd v0, v0", "duplicate value v0"),
      ("v1, v1 = isplit v0", "duplicate value v1"),
      ("iadd v0, v0", "instruction produces 1 result values, 0 given"),
      ("v1 = return v0", "instruction produces 0 result values, 1 given"),
      ("v1 = iadd v0 v0", "expected ',' between operands, but there is `v0`"),
      ("v1 = icmp lt v0, v0", "expected a condition of integers, but there is `lt`"),
      ("v1 = fcmp slt v0, v0", "expected a condition of floats, but there is `slt`"),
      (
        "v1 = atomic_rmw.i32 neg v0, v0",
        "expected what the atomic operation does, but there is `neg`"
      ),
      ("v1 = load.i32 big little v0", "cannot set both big and little endian bits"),
      ("v1 = load.i32 region0 region1 v0", "cannot set more than one alias region"),
      ("v1 = load.i32 v0+0x8000_0000", "`+0x8000_0000` is not an offset of 32 bits"),
      ("v1 = load.i32 v0 - 0x8000_0001", "`0x8000_0001` is not an offset of 32 bits"),
      ("v1 = extractlane v0, 256", "expected the number of a lane"),
      ("trap user251", "expected a trap code, but there is `user251`"),
      ("trap user0", "expected a trap code, but there is `user0`"),
      ("v1 = func_addr.i64 fn0", "undefined function fn0"),
      ("call_indirect sig0, v0()", "undefined signature sig0"),
      ("v1 = stack_addr.i64 ss0", "undefined stack slot ss0"),
      ("v1 = symbol_value.i64 gv0", "undefined global value gv0"),
      ("v1 = vconst.i32x4 const0", "undefined constant const0"),
      ("v1 = heap_load.i32 heap0 v0", "undefined heap heap0"),
      ("v1 = dynamic_stack_addr.i64 dss0", "dynamic vectors are not supported: dynamic_stack_addr"),
      ("v1 = iadd.dt0 v0, v0", "dynamic vectors are not supported: dt0"),
      ("v1 -> v9", "undefined operand value v9"),
      ("v1 -> v1", "value v1 is not yet defined"),
      ("v1 -> v2\nv2 -> v1", "value v2 is not yet defined"),
      ("v0 -> v0", "value v0 is already defined"),
      ("v1, v2 -> v0", "wrong number of aliases"),
      ("v1, = isplit v0", "expected a result, but there is `=`"),
      ("return v0, 3", "expected a value, but there is `3`"),
      ("br_table v0, block0, [block0, ]", "expected a block, but there is `]`"),
      ("return v0, stack_map=[]", "expected a value, but there is `stack_map`"),
      ("trap user1, stack_map=[]", "stack map can only be attached to a (non-tail) call"),
      ("<x> return v0", "expected a number of at most 32 bits, but there is `x`"),
      ("@123456789 return v0", "invalid source location: 123456789"),
      ("return v0 $", "expected an instruction, but there is a character that means nothing"),
      ("return v0 )", "expected an instruction, but there is `)`"),
    ])
  func aReadingErrorSaysWhatIsWrong(statement: String, message: String) {
    #expect(errors(inBody: "\n" + statement).first == "2 " + message)
  }

  @Test func aReadingErrorHasItsLineAndOffset() {
    let error = read("\n; é\nfunction %f() {\n  block0:\n    return v7\n}").errors.first
    #expect(error?.description == "line 5: undefined operand value v7")
    #expect(error?.offset == 43)
  }

  @Test func theReaderReportsAllErrorsOfAText() {
    let file = read(
      """
      function %a(i33) {
      block0:
        return
      }
      function %b() {
        ss0 = explicit_slot 8 align
        sig0 = (i32
        fn0 = %x sig7
      block0:
        v0 = iconst.i8 1000
        v1 = iadd v0, v0
        call fn0(v0)
        v2 = stack_addr.i64 ss0
        call_indirect sig0, v2()
        v3, v4 = iadd v1,
          v0
        v5 = nothing
        return v3, v4
      block0:
        return v6
      }
      function %c() {
      block0:
        return
      }
      function %d() {
        return
      """)
    #expect(
      file.errors.map { "\($0.line) \($0.message)" } == [
        "1 expected a parameter's type, but there is `i33`",
        "6 expected a block's header or '}', but there is `align`",
        "8 expected ')' after the parameters, but there is `fn0`",
        "8 undefined signature sig7",
        "10 `1000` is not an integer of 8 bits",
        "12 undefined function fn0",
        "14 undefined signature sig0",
        "15 instruction produces 1 result values, 2 given",
        "17 unknown opcode: 'nothing'",
        "19 duplicate block0",
        "20 undefined operand value v6",
        "27 expected a block's header or '}', but there is `return`",
        "27 expected '}' after the function's body, but the text ends",
      ])
    #expect(file.functions.map(\.function.name) == [.named("c")])
  }

  @Test(arguments: ["block0(v0: i33):", "block0(v0 i32):", "block0 v0:", "block0(v0: i32"])
  func theReaderContinuesAfterAnErrorInTheFirstHeader(header: String) {
    let errors = read(
      "function %f(i32) {\n\(header)\n  v1 = iconst.i8 1\n  v2 = iadd v1, v1\n  return\n}"
    ).errors
    #expect(errors.count == 1)
    #expect(errors.allSatisfy { (2...3).contains($0.line) })
  }

  @Test func theReaderContinuesAfterDuplicateResultNames() {
    #expect(
      errors(inBody: "\nv1, v1 = isplit v0\nv2 = iadd v0, v3\nv4 = iadd v2, v2\nreturn v5")
        == [
          "2 duplicate value v1", "3 undefined operand value v3",
          "5 undefined operand value v5",
        ])
  }

  /// An error in one definition is not reported again for later ones.
  @Test(
    arguments: [
      "v1 = nothing v0", "v1, v2, v3 = iadd v0, v0", "iadd v0, v0", "v1 -> v77",
      "v1, v2 = try_call fn0(v0), sig0, block0(ret0), []", "v0, v1 = isplit v0",
      "v1 = iconst.i8 1000", "block1(v1: i32, v2: i33):", "block1(v1: i32, v2):",
      "block1(v1: i32, v2: i64", "block1(v1: i32) hot:", "v1 = call fn0(v0)", "v1, v2 = iadd",
      "call_indirect sig7, v0(v0)", "v1 = f32const 0x",
    ])
  func theReaderContinuesAfterAnError(statement: String) {
    let text = """
      function %f(i32) {
        sig0 = (i32)
        fn0 = %g sig0
      block0(v0: i32):
        \(statement)
        v10, v11 = uadd_overflow v0, v0
        v12 = iadd v11, v11
        v13 -> v10
      block2(v14: i64):
        v15, v16 = isplit v14
        v17 = iadd v13, v10
        v18 = iadd v15, v12
        return
      }
      """
    #expect(read(text).errors.map(\.line) == [5])
  }

  @Test func theReaderStopsAfterAHundredErrors() {
    let statements = String(repeating: "  nothing\n", count: 1000)
    let errors = read("function %f() {\nblock0:\n\(statements)}\nfunction %g() { nothing }").errors
    #expect(errors.count == 101)
    #expect(errors.last?.message == "too many errors")
  }

  @Test func theReaderFindsTheFunctionAfterABrokenOne() {
    let file = read(
      "nonsense\nfunction\nfunction %a() {\nblock0:\nfunction %b() {\nblock0:\n trap user1 }")
    #expect(
      file.errors.map { "\($0.line) \($0.message)" } == [
        "1 expected `function`, but there is `nonsense`",
        "3 expected a name, but there is `function`",
        "5 expected '}' after the function's body, but there is `function`",
      ])
    #expect(file.functions.map(\.function.name) == [.named("b")])
  }

  @Test func theReaderLimitsUnnamedResults() {
    let results = Array(repeating: "i64", count: 1000).joined(separator: ",")
    let calls = (0..<1100).map { "block\($0 + 1): try_call fn0(), sig0, block0, []" }
    let text =
      "function %f() {\nsig0 = () -> \(results)\nfn0 = %g sig0\nblock0: return\n"
      + calls.joined(separator: "\n") + "\n}"
    #expect(read(text).errors.first?.message == "the calls have too many results")
  }
}
