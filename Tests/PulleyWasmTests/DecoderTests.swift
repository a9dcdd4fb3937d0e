import PulleyWasm
import Testing

@Suite struct DecoderTests {
  @Test func aModuleWithEveryKindOfSectionIsDecoded() throws {
    let validated = try richModule.load()
    let module = validated.module
    #expect(module.types.count == 3)
    #expect(module.functions == [0, 1, 0, 2])
    #expect(module.importedFunctionCount == 1)
    #expect(module.imports.map(\.type.kind) == [.function, .memory, .global])
    #expect(module.tables[0].limits == Limits(minimum: 3, maximum: 10))
    #expect(module.globals.map(\.value) == [.i32, .i64, .i32])
    #expect(
      module.globalDefinitions[1].initializer.map(\.code) == [.globalGet, .i32Const, .i32Add])
    #expect(module.globalDefinitions[0].initializer[0].bits == UInt64.max)
    #expect(module.exports.map(\.name) == ["add", "mem"])
    #expect(module.start?.functionIndex == 2)
    #expect(module.elementSegments[0].items == .functions([1, 2]))
    #expect(module.dataCount == 2)
    let text = module.bytes.withBytes(in: module.dataSegments[1].bytes) { [UInt8]($0) }
    #expect(text == Array("defg".utf8))
    #expect(validated.facts.referencedFunctions == [1, 2])
    #expect(validated.facts.referenceIndex(ofFunction: 2) == 1)
    #expect(validated.facts.referenceIndex(ofFunction: 3) == nil)
    #expect(validated.facts.functions[1].flags == [.usesMemory, .usesTable, .calls, .loops])
    #expect(validated.facts.functions[1].localCount == 3)
    #expect(validated.facts.functions[1].operandStackDepth == 3)
    #expect(validated.facts.functions[1].blockDepth == 3)
  }

  @Test func namesAreReadFromTheNameSection() throws {
    let names = try richModule.load().module.readNames()
    #expect(names.module == "rich")
    #expect(names.function(1) == "add")
    #expect(names.function(0) == nil)
    #expect(names.function(2) == nil)
  }

  @Test(arguments: 0..<12)
  func aMalformedNameSectionIsNotAnError(length: Int) throws {
    let contents = [1] + sized(vector([leb(1) + name("add"), leb(0) + name("zero")]))
    let module = try ModuleBuilder()
      .section(0, name("name") + contents.prefix(length)).load().module
    #expect(module.readNames().function(7) == nil)
  }

  @Test func aBodyIsDecodedOperatorByOperatorWithItsImmediates() throws {
    let module = try richModule.load().module
    var (locals, reader) = try module.body(1)
    #expect(locals == [LocalGroup(count: 2, type: .i32), LocalGroup(count: 1, type: .f64)])
    var operators: [Operator] = []
    while !reader.isAtEnd { operators.append(try reader.next()) }
    let codes: [OperatorCode] = [
      .loop, .localGet, .if, .br, .else, .nop, .end, .end, .i32Const, .i32Load, .drop, .block,
      .localGet, .brTable, .end, .i32Const, .i32Const, .i32Const, .memoryInit, .i32Const,
      .callIndirect, .end,
    ]
    #expect(operators.map(\.code) == codes)
    let load = try #require(operators.first { $0.code == .i32Load })
    #expect(load.alignment == 2 && load.bits == 132 && load.index == 0)
    let table = try #require(operators.first { $0.code == .brTable })
    #expect(table.index == 1)
    #expect(Array(reader.branchTargets(of: table)) == [0, 1])
    #expect(operators[0].blockType == .empty)
    #expect(Int(operators[0].offset) == module.bodies[1].lowerBound + 5)
  }

  @Test func aModulePushedByteByByteIsDecodedLikeAWholeOne() throws {
    var decoder = ModuleDecoder()
    for byte in richModule.bytes { try decoder.push([byte]) }
    let module = try decoder.finish()
    let whole = try richModule.load().module
    #expect(module.functions == whole.functions)
    #expect(module.bodies == whole.bodies)
    #expect(module.dataSegments == whole.dataSegments)
    #expect(try module.validate().functions == whole.validate().functions)
  }

  @Test func errorsAreReportedWhileAModuleIsStillBeingPushed() {
    var decoder = ModuleDecoder()
    #expect(throws: WasmError(.malformed, "magic header not detected", at: 0)) {
      try decoder.push([0x7F, 0x45, 0x4C, 0x46, 1, 2, 3, 4])
    }
    var second = ModuleDecoder()
    #expect(throws: WasmError(.malformed, "malformed section id", at: 8)) {
      try second.push([0x00, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 99, 50, 1, 1, 1, 1])
    }
  }

  @Test func equivalentTypesHaveTheSameCanonicalIndex() throws {
    let module = try ModuleBuilder().section(
      1,
      vector([
        [0x60, 1, 0x63, 0, 0], [0x60, 0, 0], [0x60, 1, 0x63, 1, 0], [0x60, 0, 0],
        [0x60, 1, 0x63, 3, 0], [0x4E, 2, 0x60, 0, 0, 0x60, 0, 0],
      ])
    ).load().module
    #expect(module.canonicalTypes == [0, 1, 2, 1, 2, 5, 6])
    #expect(module.functionType(4)?.parameters == [.ref(nullable: true, .defined(1))])
  }

  @Test func errorsInABodyNameTheFunctionAndTheOffset() {
    let error = ModuleBuilder().types(([], [])).imports([0, 0]).functions(0, 0)
      .code([0, W.end], [0, 0x01, 0x20, 5, W.end]).refusal
    #expect(error?.functionIndex == 2)
    #expect(error?.message == "unknown local 5")
    let bytes = ModuleBuilder().types(([], [])).imports([0, 0]).functions(0, 0)
      .code([0, W.end], [0, 0x01, 0x20, 5, W.end]).bytes
    #expect(error?.offset == bytes.count - 3)
  }
}
