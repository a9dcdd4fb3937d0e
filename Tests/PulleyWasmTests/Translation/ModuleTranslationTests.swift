import Foundation
import PulleyIR
import PulleyWasm
import Testing

/// A module with every kind of entity that a context block holds.
///
/// Types 0: [] -> [], 1: [i32] -> [i32]. Function 0 and global 0 are imported. Table 0 has a fixed
/// size, table 1 can grow.
private func module(_ type: ([UInt8], [UInt8]), _ operators: [UInt8]) -> ModuleBuilder {
  ModuleBuilder()
    .types(([], []), ([W.i32], [W.i32]), type)
    .imports([0] + leb(1), [3, W.i32, 1])
    .functions(2)
    .tables([W.funcref, 1, 8, 8], [W.externref, 0, 4])
    .memories([0, 1])
    .globals([W.i64, 1, Op.i64, 0, W.end], [W.i32, 0, Op.i32, 33, W.end])
    .elements([3, 0] + vector([leb(0), leb(1)]))
    .dataCount(1)
    .code([0] + operators + [W.end])
    .data([1] + name("data"))
}

private func translated(_ type: ([UInt8], [UInt8]), _ operators: [UInt8]) throws -> String {
  try translated(module(type, operators), function: 1)
}

@Suite struct ModuleTranslationTests {
  @Test func theContextHasAnOffsetForEachEntityOfTheInstance() throws {
    let valid = try module(([], []), []).load()
    let layout = ContextLayout(valid)
    #expect(layout.typeNumber(2) == 32)
    #expect(layout.memory(0) == 40)
    #expect(layout.table(0) == 48 && layout.table(1) == 56)
    #expect(layout.importedFunction(0) == 64)
    #expect(layout.importedGlobal(0) == 80)
    #expect(layout.definedGlobal(1) == 96 && layout.definedGlobal(2) == 112)
    #expect(layout.functionRecord(0) == 128 && layout.functionRecord(1) == 152)
    #expect(layout.size == 176)
  }

  // Memory

  @Test func memoryAccessesGoThroughAHeap() throws {
    let text = try translated(
      ([W.i32, W.i64], []), [Op.get, 0, Op.get, 1, Op.i64Store8, 0, 12])
    #expect(text.contains("heap_istore8 heap0 v2, v1+12"), "\(text)")
  }

  @Test func aLargeOffsetIsAddedToAConstantAddress() throws {
    let text = try translated(
      ([], [W.i32]), [Op.i32, 16, Op.i32Load, 2, 0x80, 0x80, 0x08])
    #expect(text.contains("v1 = iconst.i32 0x0002_0000"), "\(text)")
    #expect(text.contains("heap_load.i32 heap0 v1+16"), "\(text)")
  }

  @Test func aLargeOffsetIsNotAddedToAConstantAddressIfTheSumExceeds32Bits() throws {
    let text = try translated(
      ([], [W.i32]), [Op.i32, 0x7F, Op.i32Load, 2, 0x80, 0x80, 0x08])
    #expect(text.contains("v1 = iconst.i32 -1"), "\(text)")
    #expect(text.contains("heap_load.i32 heap0 v1+0x0002_0000"), "\(text)")
  }

  @Test func theSizeOfAMemoryIsReadFromItsRecord() throws {
    let text = try translated(([], [W.i32]), [Op.memorySize, 0])
    #expect(
      text == """
        block0(v0: i64):
        v1 = load.i64 notrap aligned readonly can_move v0+40
        v2 = load.i64 notrap aligned can_move v1+8
        v3 = iconst.i64 16
        v4 = ushr v2, v3
        v5 = ireduce.i32 v4
        return v5
        """)
  }

  @Test func memoryGrowIsAFarCall() throws {
    let bytes = module(([W.i32], [W.i32]), [Op.get, 0, Op.memoryGrow, 0])
    let valid = try bytes.load()
    var translator = FunctionTranslator(valid, layout: ContextLayout(valid))
    let function = try translator.translate(1)
    let callee = try #require(function.externals.elements.first)
    #expect(callee.name == .user(namespace: 1, index: Builtin.memoryGrow.rawValue))
    #expect(!callee.isColocated)
    #expect(
      body(function) == """
        block0(v0: i64, v1: i32):
        v2 = uextend.i64 v1
        v3 = iconst.i32 0
        v4 = load.i64 notrap aligned readonly can_move v0+8
        v5 = load.i64 notrap aligned readonly can_move v4
        v6 = call fn0(v5, v0, v3, v2)
        v7 = ireduce.i32 v6
        return v7
        """)
  }

  @Test func bulkOperatorsPassTheirOperandsInOrder() throws {
    let text = try translated(
      ([W.i32, W.i32, W.i32], []),
      [Op.get, 0, Op.get, 1, Op.get, 2, 0xFC, 8, 0, 0])
    // Memory 0, segment 0, then destination, source and count.
    #expect(text.contains("v4 = uextend.i64 v3"), "\(text)")
    #expect(text.contains("v5 = uextend.i64 v2"), "\(text)")
    #expect(text.contains("v6 = uextend.i64 v1"), "\(text)")
    #expect(text.contains("call fn0(v10, v0, v7, v8, v6, v5, v4)"), "\(text)")
  }

  // Globals

  @Test func globalsAreReadAndWrittenInMemory() throws {
    let text = try translated(
      ([], []),
      [
        Op.globalGet, 0, Op.globalSet, 0, Op.globalGet, 1, Op.globalSet, 1,
      ])
    #expect(
      text == """
        block0(v0: i64):
        v1 = load.i64 notrap aligned readonly can_move v0+80
        v2 = load.i32 notrap aligned can_move v1
        v3 = load.i64 notrap aligned readonly can_move v0+80
        store notrap aligned v2, v3
        v4 = load.i64 notrap aligned can_move v0+96
        store notrap aligned v4, v0+96
        return
        """)
  }

  @Test func anImmutableGlobalWithAConstantValueIsAConstant() throws {
    let text = try translated(([], [W.i32]), [Op.globalGet, 2])
    #expect(text.contains("iconst.i32 33"), "\(text)")
  }

  // Calls

  @Test func functionsOfTheModuleAreCalledByNearCalls() throws {
    let bytes = module(([], []), [Op.call, 1])
    let valid = try bytes.load()
    var translator = FunctionTranslator(valid, layout: ContextLayout(valid))
    let function = try translator.translate(1)
    let callee = try #require(function.externals.elements.first)
    #expect(callee.name == .user(namespace: 0, index: 1))
    #expect(callee.isColocated)
    #expect(body(function).contains("call fn0(v0)"))
  }

  @Test func importedFunctionsAreCalledWithTheirOwnContext() throws {
    let text = try translated(([W.i32], [W.i32]), [Op.get, 0, Op.call, 0])
    #expect(
      text == """
        block0(v0: i64, v1: i32):
        v2 = load.i64 notrap aligned readonly can_move v0+64
        v3 = load.i64 notrap aligned readonly can_move v0+72
        v4 = call_indirect sig0, v2(v3, v1)
        return v4
        """)
  }

  @Test func indirectCallsCheckIndexNullAndType() throws {
    let text = try translated(
      ([W.i32], [W.i32]), [Op.i32, 5, Op.get, 0, Op.callIndirect, 1, 0])
    #expect(
      text == """
        block0(v0: i64, v1: i32):
        v2 = iconst.i32 8
        v3 = icmp uge v1, v2
        trapnz v3, user3
        v4 = uextend.i64 v1
        v5 = load.i64 notrap aligned readonly can_move v0+48
        v6 = load.i64 notrap aligned readonly can_move v5
        v7 = iconst.i64 3
        v8 = ishl v4, v7
        v9 = iadd v6, v8
        v10 = load.i64 notrap aligned v9
        v11 = load.i32 aligned user4 v10+16
        v12 = load.i32 notrap aligned readonly can_move v0+28
        v13 = icmp ne v11, v12
        trapnz v13, user5
        v14 = load.i64 notrap aligned v10
        v15 = load.i64 notrap aligned v10+8
        v16 = iconst.i32 5
        v17 = call_indirect sig0, v14(v15, v16)
        return v17
        """)
  }

  @Test func readOnlyLoadsAreHoistedOutOfALoop() throws {
    let text = try translated(
      ([W.i32], []),
      [
        Op.loop, W.empty, Op.get, 0, Op.callIndirect, 0, 0, Op.get, 0, Op.call, 0, Op.brIf, 0,
        W.end, Op.get, 0, Op.callIndirect, 0, 0,
      ])
    let blocks = text.components(separatedBy: "\nblock")
    #expect(blocks.count == 3)
    // The elements of the table, the number of the type and the code of the imported function.
    let loads = blocks.map { $0.components(separatedBy: "readonly").count - 1 }
    #expect(loads == [4, 1, 3], "\(text)")
    #expect(
      blocks[0].contains("v0+48") && blocks[0].contains("v0+24") && blocks[0].contains("v0+64"))
  }

  @Test func aNullTestTrapsWithItsOwnCode() throws {
    let valid = try module(([W.i32], []), [Op.get, 0, Op.callIndirect, 0, 0]).load()
    var translator = FunctionTranslator(valid, layout: ContextLayout(valid))
    let function = try translator.translate(1)
    let tests = function.instructions.elements.filter {
      $0.operation == .load && !$0.flags.contains(.notrap)
    }
    #expect(tests.map(\.trapCode) == [WasmTrap.uninitializedElement])
  }

  // Tables and references

  @Test func theSizeOfAGrowableTableIsLoaded() throws {
    let text = try translated(
      ([W.i32], [W.externref]), [Op.get, 0, Op.tableGet, 1])
    #expect(
      text == """
        block0(v0: i64, v1: i32):
        v2 = uextend.i64 v1
        v3 = load.i64 notrap aligned readonly can_move v0+56
        v4 = load.i64 notrap aligned can_move v3+8
        v5 = icmp uge v2, v4
        trapnz v5, user2
        v6 = load.i64 notrap aligned readonly can_move v0+56
        v7 = load.i64 notrap aligned can_move v6
        v8 = iconst.i64 3
        v9 = ishl v2, v8
        v10 = iadd v7, v9
        v11 = load.i64 notrap aligned v10
        return v11
        """)
  }

  @Test func aConstantIndexIntoAFixedSizeTableNeedsNoCheck() throws {
    let text = try translated(([W.funcref], []), [Op.i32, 2, Op.get, 0, Op.tableSet, 0])
    #expect(!text.contains("trapnz"))
    #expect(text.contains("store notrap aligned v1, v5"), "\(text)")
  }

  @Test func aConstantIndexIntoAGrowableTableIsFoldedIntoTheAddress() throws {
    let text = try translated(([], [W.externref]), [Op.i32, 2, Op.tableGet, 1])
    #expect(text.contains("v1 = iconst.i64 2"), "\(text)")
    #expect(text.contains("iconst.i64 16"), "\(text)")
    #expect(!text.contains("ishl") && !text.contains("uextend"), "\(text)")
  }

  @Test func functionReferencesPointIntoTheContext() throws {
    let text = try translated(([], [W.funcref]), [Op.refFunc, 1])
    #expect(text.contains("iconst.i64 152"), "\(text)")
    #expect(text.contains("v2 = iadd v0, v1"), "\(text)")
  }

  @Test func aNullReferenceIsZero() throws {
    let text = try translated(
      ([W.externref], [W.i32]),
      [Op.get, 0, Op.refIsNull, Op.if, W.empty, Op.unreachable, W.end, Op.refNull, W.externref]
        + [Op.refIsNull])
    #expect(text.contains("v2 = iconst.i64 0\nv3 = icmp eq v1, v2\nbrif v3"), "\(text)")
    #expect(text.contains("iconst.i32 1\nreturn"), "\(text)")
  }

  // Host functions

  @Test func aThunkPassesOnAllArgumentsAndResults() {
    let type = FunctionType(parameters: [.i32, .f64], results: [.i64])
    let function = HostThunk.function(forType: 3, type)
    var verifier = Verifier()
    #expect(verifier.verify(function) == [])
    #expect(
      body(function) == """
        block0(v0: i64, v1: i32, v2: f64):
        v3 = call fn0(v0, v1, v2)
        return v3
        """)
    #expect(
      function.externals.elements.map(\.name) == [.user(namespace: 1, index: Builtin.count + 3)])
  }
}
