import PulleyWasm
import Testing

@Suite struct ValidatorTests {
  private static let unreachable: UInt8 = 0x00
  private static let drop: UInt8 = 0x1A
  private static let select: UInt8 = 0x1B
  private static let i32Const0: [UInt8] = [0x41, 0]
  private static let i64Const0: [UInt8] = [0x42, 0]

  @Test func theStackAfterUnreachableYieldsOperandsOfAnyType() {
    let takesAll = ModuleBuilder.function(type: ([], [W.i32]), [Self.unreachable, 0x6A])
    #expect(takesAll.refusal == nil)
    let selects = ModuleBuilder.function(
      type: ([], [W.i64]), [Self.unreachable] + Self.i64Const0 + Self.i32Const0 + [Self.select])
    #expect(selects.refusal == nil)
    let known = ModuleBuilder.function([Self.unreachable] + Self.i64Const0 + [0x45, Self.drop])
    #expect(known.refusal?.message == "type mismatch: expected i32, found i64")
    let left = ModuleBuilder.function([Self.unreachable] + Self.i32Const0)
    #expect(left.refusal?.message.hasPrefix("type mismatch") == true)
    let branch = ModuleBuilder.function(
      type: ([], [W.i32]), Self.i32Const0 + [0x0C, 0, 0x7C, 0xA7])
    #expect(branch.refusal == nil)
  }

  @Test func aReferenceOfUnknownTypeIsStillAReference() {
    let add = ModuleBuilder.function(
      [Self.unreachable, 0xD4] + Self.i32Const0 + [0x6A, Self.drop])
    #expect(add.refusal?.message.hasPrefix("type mismatch") == true)
    let test = ModuleBuilder.function(type: ([], [W.i32]), [Self.unreachable, 0xD4, 0xD1])
    #expect(test.refusal == nil)
  }

  @Test func operandsMustHaveTheTypesThatTheirOperatorTakes() {
    #expect(ModuleBuilder.function(Self.i32Const0 + [0x50, Self.drop]).refusal?.kind == .invalid)
    #expect(
      ModuleBuilder.function([0x6A]).refusal?.message
        == "type mismatch: expected i32, found nothing")
    #expect(ModuleBuilder.function(Self.i32Const0).refusal?.kind == .invalid)
    #expect(ModuleBuilder.function(type: ([], [W.f32]), Self.i32Const0).refusal?.kind == .invalid)
  }

  @Test func aBlockCannotPopOperandsFromBelowItsStart() {
    let body = Self.i32Const0 + Self.i32Const0 + [0x02, W.empty, 0x6A, Self.drop, W.end]
    #expect(ModuleBuilder.function(body).refusal?.kind == .invalid)
    let parameters = ModuleBuilder().types(([], []), ([W.i32], [W.i32])).functions(0)
      .code([0] + Self.i32Const0 + [0x02, 1, 0x45, W.end, Self.drop, W.end])
    #expect(parameters.refusal == nil)
  }

  @Test func anIfWithoutElseMustHaveEqualParametersAndResults() {
    let one = ModuleBuilder.function(
      type: ([], [W.i32]), Self.i32Const0 + [0x04, W.i32] + Self.i32Const0 + [W.end])
    #expect(one.refusal?.message.hasPrefix("type mismatch") == true)
    let both = ModuleBuilder.function(
      type: ([], [W.i32]),
      Self.i32Const0 + [0x04, W.i32] + Self.i32Const0 + [0x05] + Self.i32Const0 + [W.end])
    #expect(both.refusal == nil)
    let stray = ModuleBuilder.function([0x02, W.empty, 0x05, W.end])
    #expect(stray.refusal?.kind == .malformed)
  }

  @Test func allTargetsOfABranchTableMustTakeTheSameNumberOfValues() {
    let differs = ModuleBuilder.function(
      [0x02, W.i32] + Self.i32Const0 + Self.i32Const0 + [0x0E, 1, 0, 1, W.end, Self.drop])
    #expect(differs.refusal?.message.contains("branch targets") == true)
    let unknown = ModuleBuilder.function(Self.i32Const0 + [0x0E, 1, 0, 7])
    #expect(unknown.refusal?.message == "unknown label 7")
    let same = ModuleBuilder.function([0x02, W.empty] + Self.i32Const0 + [0x0E, 1, 0, 1, W.end])
    #expect(same.refusal == nil)
  }

  @Test func indicesMustReferToDeclaredEntities() {
    let cases: [(String, [UInt8])] = [
      ("unknown local 0", [0x20, 0]), ("unknown global 3", [0x23, 3]),
      ("unknown function 1", [0x10, 1]), ("unknown table 0", [0x41, 0, 0x25, 0]),
      ("unknown memory 0", [0x3F, 0]), ("unknown memory 0", [0x41, 0, 0x28, 0, 0]),
      ("unknown memory 2", [0x41, 0, 0x28, 0x40, 2, 0]), ("unknown label 1", [0x0C, 1]),
      ("unknown type 9", [0x02, 9, W.end]), ("unknown type 9", [0xD0, 9]),
      ("unknown table 0", [0x41, 0, 0x11, 0, 0]), ("unknown elem segment 0", [0xFC, 13, 0]),
      ("unknown tag 0", [0x08, 0]),
    ]
    for (message, operators) in cases {
      #expect(ModuleBuilder.function(operators).refusal?.message == message)
    }
  }

  @Test func anAlignmentMustNotExceedTheNaturalOne() {
    func access(_ argument: [UInt8]) -> WasmError? {
      ModuleBuilder().types(([], [])).functions(0).memories([0, 1])
        .code([0] + Self.i32Const0 + [0x28] + argument + [Self.drop, W.end]).refusal
    }
    #expect(access([2, 0]) == nil)
    #expect(access([3, 0])?.message == "alignment must not be larger than natural")
    #expect(access([0x80, 1, 0])?.kind == .malformed)
    #expect(access([0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) == nil)
    #expect(access([0, 0x80, 0x80, 0x80, 0x80, 0x10])?.message == "offset out of range")
  }

  @Test func localsWithoutADefaultValueMustBeSetBeforeTheyAreRead() {
    // Parameter 0 and local 1 are (ref func).
    func typed(_ operators: [UInt8]) -> WasmError? {
      ModuleBuilder().section(1, [1, 0x60, 1, 0x64, W.funcref, 0]).functions(0)
        .code([1, 1, 0x64, W.funcref] + operators + [W.end]).refusal
    }
    #expect(typed([0x20, 0, Self.drop]) == nil)
    #expect(typed([0x20, 1, Self.drop])?.message == "uninitialized local 1")
    #expect(typed([0x20, 0, 0x21, 1, 0x20, 1, Self.drop]) == nil)
    let inner: [UInt8] = [0x02, W.empty, 0x20, 0, 0x21, 1, 0x20, 1, Self.drop, W.end]
    #expect(typed(inner) == nil)
    #expect(typed(inner + [0x20, 1, Self.drop])?.message == "uninitialized local 1")
  }

  @Test func aReferenceToAFunctionMustHaveBeenDeclared() {
    let body: [UInt8] = [0, 0xD2, 0, Self.drop, W.end]
    let base = ModuleBuilder().types(([], [])).functions(0)
    #expect(base.code(body).refusal?.message == "undeclared function reference")
    #expect(base.exports(("f", 0, 0)).code(body).refusal == nil)
    #expect(base.elements([3, 0, 1, 0]).code(body).refusal == nil)
    #expect(base.globals([W.funcref, 0, 0xD2, 0, W.end]).code(body).refusal == nil)
    #expect(base.start(0).code(body).refusal?.message == "undeclared function reference")
  }

  @Test func exportNamesMustBeUniqueByteByByte() {
    let base = ModuleBuilder().memories([0, 1])
    #expect(base.exports(("a", 2, 0), ("a", 2, 0)).refusal?.message == "duplicate export name")
    // The same letter, composed and decomposed.
    #expect(base.exports(("\u{E9}", 2, 0), ("e\u{301}", 2, 0)).refusal == nil)
  }

  @Test func theStartFunctionMustHaveNoParametersAndNoResults() {
    let base = ModuleBuilder().types(([], [W.i32])).functions(0)
    let body: [UInt8] = [0] + Self.i32Const0 + [W.end]
    #expect(base.start(0).code(body).refusal?.message.hasPrefix("start function") == true)
    #expect(base.start(1).code(body).refusal?.message == "unknown function 1")
  }

  @Test func aMinimumMustNotExceedTheMaximumOrTheCeiling() {
    let order = "size minimum must not be greater than maximum"
    #expect(ModuleBuilder().memories([1, 2, 1]).refusal?.message == order)
    #expect(ModuleBuilder().tables([W.funcref, 1, 2, 1]).refusal?.message == order)
    #expect(ModuleBuilder().memories([0] + leb(65536)).refusal == nil)
    let large = ModuleBuilder().memories([0] + leb(65537)).refusal
    #expect(large?.message.hasPrefix("memory size") == true)
    #expect(ModuleBuilder().tables([W.funcref, 0] + leb(1 << 32)).refusal?.kind == .invalid)
  }

  @Test func initialValuesMustBeConstantExpressionsOfTheRightType() {
    func global(_ expression: [UInt8]) -> WasmError? {
      ModuleBuilder().globals([W.i32, 1] + Self.i32Const0 + [W.end], [W.i32, 0] + expression)
        .refusal
    }
    #expect(global(Self.i32Const0 + [W.end]) == nil)
    #expect(global([0x41, 2, 0x41, 3, 0x6C, W.end]) == nil)
    #expect(global(Self.i64Const0 + [W.end])?.message == "type mismatch: expected i32, found i64")
    #expect(global([W.end])?.message.hasPrefix("type mismatch") == true)
    #expect(global([0x41, 1, 0x6A, W.end])?.message.hasPrefix("type mismatch") == true)
    #expect(global([0x23, 0, W.end])?.message.hasPrefix("constant expression required") == true)
    #expect(global([0x23, 1, W.end])?.message == "unknown global 1")
    #expect(global([0x01, W.end])?.message.hasPrefix("constant expression required") == true)
  }

  @Test func segmentsMustMatchTheTablesAndMemoriesThatTheyInitialize() {
    let base = ModuleBuilder().types(([], [])).functions(0)
    let code: [UInt8] = [0, W.end]
    let active: [UInt8] = [0, 0x41, 0, W.end, 1, 0]
    #expect(base.elements(active).code(code).refusal?.message == "unknown table 0")
    #expect(base.tables([W.funcref, 0, 1]).elements(active).code(code).refusal == nil)
    let external = base.tables([W.externref, 0, 1]).elements(active).code(code).refusal
    #expect(external?.message.hasPrefix("type mismatch") == true)
    #expect(ModuleBuilder().data([0, 0x41, 0, W.end, 0]).refusal?.message == "unknown memory 0")
    let needsCount = base.memories([0, 1]).code([0, 0xFC, 9, 0, W.end]).data([1, 0])
    #expect(needsCount.refusal?.message == "data count section required")
  }

  @Test func aSubtypeMustMatchASupertypeThatIsOpen() {
    func types(_ types: [UInt8]...) -> WasmError? {
      ModuleBuilder().section(1, vector(types)).refusal
    }
    #expect(types([0x50, 0, 0x60, 0, 0], [0x50, 1, 0, 0x60, 0, 0]) == nil)
    #expect(types([0x60, 0, 0], [0x50, 1, 0, 0x60, 0, 0])?.kind == .invalid)
    #expect(types([0x50, 0, 0x60, 0, 0], [0x50, 1, 0, 0x60, 1, W.i32, 0])?.kind == .invalid)
    #expect(types([0x50, 1, 0, 0x60, 0, 0])?.message == "unknown type 0")
    #expect(types([0x50, 0, 0x5F, 0], [0x4F, 1, 0, 0x5F, 1, W.i32, 0]) == nil)
  }

  @Test func validationOfManyLocalsTakesLinearTime() {
    let body = [1] + leb(50_000) + [W.i32, W.end]
    let functions = [UInt8](repeating: 0, count: 20_000)
    var code = leb(functions.count)
    for _ in functions { code += sized(body) }
    let module = ModuleBuilder().types(([], [])).section(3, leb(functions.count) + functions)
      .section(10, code)
    #expect(module.refusal == nil)
  }
}
