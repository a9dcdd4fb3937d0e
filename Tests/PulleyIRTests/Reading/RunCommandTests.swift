import Testing

@testable import PulleyIR
@testable import PulleyTestSupport

@Suite struct RunCommands {
  private func signature(_ parameters: [IRType], _ results: [IRType]) -> Signature {
    Signature(
      parameters: parameters.map { ABIParameter($0) }, results: results.map { ABIParameter($0) })
  }

  private func command(
    _ text: String, _ parameters: [IRType], _ results: [IRType]
  ) throws -> ClifRunCommand? {
    try ClifRunCommand.parse(text, of: signature(parameters, results))
  }

  private func run(
    _ name: String?, _ arguments: [ClifValue], _ comparison: (isEqual: Bool, values: [ClifValue])?
  ) -> ClifRunCommand {
    .run(
      ClifRunCommand.Invocation(name: name, arguments: arguments),
      comparison.map { ClifRunCommand.Comparison(isEqual: $0.isEqual, values: $0.values) })
  }

  @Test func runCommandsAreReadAsCalls() throws {
    #expect(
      try command("run: %f(1, 0x1.8p0, [1 2 3 4]) == -1", [.i32, .f64, .i32x4], [.i8])
        == run(
          "f",
          [
            ClifValue(type: .i32, bits: 1), ClifValue(type: .f64, bits: 0x3FF8_0000_0000_0000),
            ClifValue(type: .i32x4, bits: 0x4_0000_0003_0000_0002_0000_0001),
          ], (true, [ClifValue(type: .i8, bits: 0xFF)])))
    #expect(
      try command("run: %f() != [1, 2]", [], [.i8, .i16])
        == run(
          "f", [], (false, [ClifValue(type: .i8, bits: 1), ClifValue(type: .i16, bits: 2)])))
    #expect(try command("run: %f() == []", [], []) == run("f", [], (true, [])))
    #expect(try command("run: %f()", [], []) == run("f", [], nil))
    #expect(
      try command("run: %\"a b\"(-1)==1", [.i16], [.i8])
        == run(
          "a b", [ClifValue(type: .i16, bits: 0xFFFF)], (true, [ClifValue(type: .i8, bits: 1)])))
    #expect(
      try command("print: %f(3)", [.i8], [.i8])
        == .print(
          ClifRunCommand.Invocation(name: "f", arguments: [ClifValue(type: .i8, bits: 3)])))
  }

  @Test func aRunCommandWithoutANameCallsTheFunctionBeforeIt() throws {
    #expect(
      try command("print", [], [.f32, .i8])
        == .print(ClifRunCommand.Invocation(name: nil, arguments: [])))
    #expect(
      try command("run", [], [.i8]) == run(nil, [], (false, [ClifValue(type: .i8, bits: 0)])))
  }

  @Test func runCommandsAreFoundAfterSeveralSemicolons() throws {
    let file = read(
      "function %f() -> i8 {\nblock0:\n  trap user1\n}\n; ;; run: %f() == 1\n;\tprint")
    let comments = try #require(file.functions.first?.comments)
    #expect(
      try comments.map { try command($0.text, [], [.i8]) } == [
        run("f", [], (true, [ClifValue(type: .i8, bits: 1)])),
        .print(ClifRunCommand.Invocation(name: nil, arguments: [])),
      ])
  }

  @Test func commentsThatAreNotCommandsAreIgnored() throws {
    for text in ["", "check: %f()", "running: %f()", "the run: %f()", "run this", "print it"] {
      #expect(try command(text, [.i32], [.i32]) == nil)
    }
  }

  @Test(
    arguments: [
      ("run: f() == 1", 5, "expected a function's name, but there is `f`"),
      ("run: %f( == 1", 9, "expected an integer, but there is `=`"),
      (
        "run: %f(1", 9,
        "expected ')' after as many arguments as there are parameters, "
          + "but the text ends"
      ),
      (
        "run: %f(1, 2) == 1", 9,
        "expected ')' after as many arguments as there are parameters, "
          + "but there is `,`"
      ),
      ("run: %f(1) = 1", 13, "expected `==` or `!=`, but there is `1`"),
      ("run: %f(1)", 10, "expected `==` or `!=`, but the text ends"),
      ("run: %f(1) == ", 14, "expected an integer, but the text ends"),
      ("run: %f(4294967296) == 1", 8, "`4294967296` is not an integer of 32 bits"),
      ("run: %f(1) == 1, 2", 15, "expected the end of the command, but there is `,`"),
      ("print: %f(1) == 1", 13, "expected the end of the command, but there is `=`"),
      (
        "run", 3,
        "expected ':' and a call, since the function has parameters, but the text ends"
      ),
    ])
  func aMalformedRunCommandIsReportedWithTheReason(text: String, offset: Int, message: String) {
    #expect(throws: ClifError(offset: offset, line: 1, message: message)) {
      try command(text, [.i32], [.i32])
    }
  }

  @Test func aRunCommandWithoutACallNeedsASingleIntegerResult() {
    for results in [[.f32], [], [.i8, .i8]] as [[IRType]] {
      #expect(throws: ClifError.self) { try command("run", [], results) }
    }
  }

  @Test(
    arguments: [
      (.i8, "-1"), (.i16, "-32768"), (.i32, "2147483647"), (.i64, "-9223372036854775808"),
      (.i128, "-170141183460469231731687303715884105728"), (.i128, "18446744073709551616"),
      (.f32, "-0x1.800000p3"), (.f32, "-0.0"), (.f64, "+NaN:0x1"), (.f64, "-Inf"),
      (.f16, "0x1.800p-3"), (.f16, "-sNaN:0x1"),
      (.f128, "-0x1.8000000000000000000000000001p1"), (.f128, "+NaN"),
      (.i8x16, "[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 -1]"),
      (.f32x4, "[0.0 -0x1.000000p0 +Inf -NaN]"), (IRType.i16.vector(logLanes: 2), "[1 2 3 -4]"),
    ] as [(IRType, String)])
  func valuesOfRunCommandsArePrintedAsTheyAreRead(type: IRType, text: String) {
    #expect(ClifValue(text, type: type)?.description == text)
  }

  @Test func runCommandsReadVectorsFromAllTheirBits() {
    let value = ClifValue("0x0f0e0d0c0b0a09080706050403020100", type: .i8x16)
    #expect(value?.bits == 0x0F0E_0D0C_0B0A_0908_0706_0504_0302_0100)
    #expect(value?.words == [0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908])
    #expect(ClifValue("-2", type: .i64)?.words == [UInt64.max - 1])
  }

  @Test(
    arguments: [
      ("1 2", .i32), ("", .i32), ("256", .i8), ("-129", .i8), ("0x1.0p16", .f16), ("1.0", .i32),
      ("[1 2]", .i32x4), ("[1 2 3 4 5]", .i32x4), ("v0", .i32), ("; 1", .i32),
    ] as [(String, IRType)])
  func runCommandsRefuseValuesOfOtherTypes(text: String, type: IRType) {
    #expect(ClifValue(text, type: type) == nil)
  }
}
