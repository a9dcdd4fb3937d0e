import PulleyIR
import PulleyWasm
import Testing

@Suite struct ControlTranslationTests {
  @Test func aComparisonDecidesABranchDirectly() throws {
    let text = try translated(
      [W.i32, W.i32], [],
      [
        Op.block, W.empty, Op.get, 0, Op.get, 1, Op.i32LtS, Op.brIf, 0, Op.unreachable, W.end,
      ])
    #expect(
      text == """
        block0(v0: i64, v1: i32, v2: i32):
        v3 = icmp slt v1, v2
        brif v3, block1, block2
        block2 cold:
        trap user1
        block1:
        return
        """)
  }

  @Test func aBranchOnATestForZeroIsInverted() throws {
    let text = try translated(
      [W.i32], [],
      [
        Op.block, W.empty, Op.get, 0, Op.i32Eqz, Op.brIf, 0, Op.unreachable, W.end,
      ])
    #expect(text.contains("brif v1, block2, block1"))
    #expect(!text.contains("icmp"))
  }

  @Test func aBlockThatNothingBranchesToIsNotCreated() throws {
    let text = try translated(
      [W.i32], [W.i32], [Op.block, W.i32, Op.get, 0, W.end, Op.block, W.empty, W.end])
    #expect(
      text == """
        block0(v0: i64, v1: i32):
        return v1
        """)
  }

  @Test func resultsOfABlockAreBlockParameters() throws {
    let text = try translated(
      [W.i32], [W.i32],
      [
        Op.block, W.i32, Op.i32, 1, Op.get, 0, Op.brIf, 0, Op.drop, Op.i32, 2, W.end,
      ])
    #expect(
      text == """
        block0(v0: i64, v1: i32):
        v3 = iconst.i32 1
        brif v1, block1(v3), block2
        block2:
        v4 = iconst.i32 2
        jump block1(v4)
        block1(v2: i32):
        return v2
        """)
  }

  @Test func aResultThatIsAlwaysTheSameNeedsNoBlockParameter() throws {
    let text = try translated(
      [W.i32], [W.i32],
      [
        Op.block, W.i32, Op.get, 0, Op.get, 0, Op.brIf, 0, W.end,
      ])
    #expect(text.hasSuffix("block1:\nreturn v1"))
  }

  @Test func anIfWithoutElseBranchesToItsEnd() throws {
    let text = try translated(
      [W.i32], [W.i32],
      [
        Op.get, 0, Op.if, W.empty, Op.i32, 9, Op.set, 0, W.end, Op.get, 0,
      ])
    #expect(
      text == """
        block0(v0: i64, v1: i32):
        brif v1, block1, block3(v1)
        block1:
        v2 = iconst.i32 9
        jump block3(v2)
        block3(v3: i32):
        return v3
        """)
  }

  @Test func bothArmsOfAnIfReceiveItsParameters() throws {
    let module = ModuleBuilder().types(([W.i32], [W.i32]), ([W.i32], [W.i32])).functions(0)
      .code(
        [0, Op.get, 0, Op.get, 0, Op.if, 1, Op.i32, 1, Op.i32Add, Op.else]
          + [Op.i32, 1, Op.i32Sub, W.end, W.end])
    #expect(
      try translated(module) == """
        block0(v0: i64, v1: i32):
        brif v1, block1, block2
        block1:
        v2 = iconst.i32 1
        v3 = iadd.i32 v1, v2
        jump block3(v3)
        block2:
        v5 = iconst.i32 1
        v6 = isub.i32 v1, v5
        jump block3(v6)
        block3(v4: i32):
        return v4
        """)
  }

  @Test func aLoopHasParametersOnlyForLocalsThatChange() throws {
    // do { x -= y } while (x)
    let text = try translated(
      [W.i32, W.i32], [],
      [
        Op.loop, W.empty, Op.get, 0, Op.get, 1, Op.i32Sub, Op.tee, 0, Op.brIf, 0, W.end,
      ])
    #expect(
      text == """
        block0(v0: i64, v1: i32, v2: i32):
        jump block1(v1)
        block1(v3: i32):
        v5 = isub v3, v2
        brif v5, block1(v5), block2
        block2:
        return
        """)
  }

  @Test func unreachableCodeIsNotTranslated() throws {
    let text = try translated(
      [], [W.i32],
      [
        Op.i32, 1, Op.return, Op.block, W.empty, Op.i32, 5, Op.if, W.empty, Op.else,
        Op.unreachable, W.end, W.end, Op.i32Add,
      ])
    #expect(
      text == """
        block0(v0: i64):
        v1 = iconst.i32 1
        return v1
        """)
  }

  @Test func anElseAfterAnUnreachableArmIsTranslated() throws {
    let text = try translated(
      [W.i32], [W.i32],
      [
        Op.get, 0, Op.if, W.i32, Op.unreachable, Op.else, Op.i32, 1, W.end,
      ])
    #expect(
      text == """
        block0(v0: i64, v1: i32):
        brif v1, block1, block2
        block1 cold:
        trap user1
        block2:
        v2 = iconst.i32 1
        return v2
        """)
  }

  @Test func aBranchToTheFunctionBodyIsAReturn() throws {
    let text = try translated(
      [W.i32], [W.i32], [Op.get, 0, Op.if, W.empty, Op.i32, 3, Op.br, 1, W.end, Op.i32, 4])
    #expect(text.contains("block1:\nv2 = iconst.i32 3\nreturn v2"))
  }

  @Test func trailingBranchTableEntriesEqualToTheDefaultAreRemoved() throws {
    let text = try translated(
      [W.i32], [],
      [
        Op.block, W.empty, Op.block, W.empty, Op.block, W.empty,
        Op.get, 0, Op.brTable, 4, 0, 1, 2, 2, 2, W.end, Op.unreachable, W.end, W.end,
      ])
    #expect(text.contains("br_table v1, block1, [block2, block3]"), "\(text)")
  }

  @Test func aBranchTableWithOneEntryIsABranch() throws {
    let text = try translated(
      [W.i32], [],
      [
        Op.block, W.empty, Op.block, W.empty, Op.get, 0, Op.brTable, 1, 0, 1, W.end,
        Op.unreachable, W.end,
      ])
    #expect(text.contains("brif v1, block2, block1"), "\(text)")
    #expect(!text.contains("br_table"))
  }

  @Test func sourceLocationsAreOffsetsInTheModule() throws {
    let module = ModuleBuilder.function(
      type: ([W.i32, W.i32], [W.i32]), [Op.get, 0, Op.get, 1, Op.i32Sub])
    let valid = try module.load()
    var translator = FunctionTranslator(valid, layout: ContextLayout(valid))
    let function = try translator.translate(0)
    let offset = try #require(module.bytes.lastIndex(of: Op.i32Sub))
    let inst = function.firstInstruction(of: function.entry)
    #expect(function.sourceLocations[inst.index] == UInt32(offset))
  }
}
