import Testing

@testable import PulleyIR

@Suite struct InstructionReading {
  @Test(arguments: PulleyIR.Operation.allCases)
  func theReaderReadsEveryOperation(_ operation: PulleyIR.Operation) throws {
    let types = InstructionSample.types(of: operation)
    try #require(!types.isEmpty)
    for type in types {
      let function = try readFunction(InstructionSample.text(operation, type))
      let inst = function.firstInstruction(of: function.entry)
      let data = function.instructions[inst]
      #expect(data.operation == operation)
      #expect(data.type == type)
      let names = InstructionSample.resultNames(operation)
      // The results of these operations have no names.
      if operation != .try_call && operation != .try_call_indirect {
        #expect(function.values(function.results(of: inst)).map(function.name(of:)) == names)
      }
    }
  }

  /// The instruction between the parameters `v0` to `v3`, whose types are these, and a return.
  private func data(
    _ operation: PulleyIR.Operation, _ instruction: String,
    types: String = "v0: i64, v1: i64, v2: i32"
  ) throws -> InstructionData {
    try readFunction(
      """
      function %f() {
      heap0 = record vmctx, index_type i32
      block0(\(types)):
        \(instruction)
        return
      }
      """
    ).firstData(operation)
  }

  @Test func theReaderInfersTypesFromOperands() throws {
    #expect(try data(.iadd, "v9 = iadd v2, v2").type == .i32)
    #expect(try data(.select, "v9 = select v2, v0, v1").type == .i64)
    #expect(try data(.store, "store v2, v0").type == .i32)
    #expect(try data(.uload32, "v9 = uload32 v0").type == .i64)
    #expect(try data(.brif, "brif v2, block0(v0, v1, v2), block0(v0, v1, v2)").type == .i32)
  }

  @Test func theReaderReadsMemoryFlags() throws {
    let plain = try data(.load, "v9 = load.i32 v0")
    #expect(plain.flags == [] && plain.detail == 0)
    #expect(plain.aliasRegion.isNone)
    let most = try data(.load, "v9 = load.i32 aligned can_move readonly big notrap v0-0x10")
    #expect(most.flags == [.aligned, .canMove, .readonly, .big, .notrap])
    #expect(most.immediate == -16)
    // The last of the flags that say whether and how it traps counts.
    let trapping = try data(.load, "v9 = load.i32 notrap int_ovf v0")
    #expect(trapping.flags == [] && trapping.trapCode == .integerOverflow)
    let harmless = try data(.load, "v9 = load.i32 user3 notrap v0")
    #expect(harmless.flags == .notrap && harmless.detail == 0)
    #expect(try data(.load, "v9 = load.i32 heap_oob v0").trapCode == .heapOutOfBounds)
    #expect(try data(.heap_load, "v9 = heap_load.i32 heap0 v2+0x1_0000_0000").immediate == 1 << 32)
  }

  @Test func theReaderLeavesUndeclaredEntitiesToTheVerifier() throws {
    let function = try readFunction(
      """
      function %f(i64) {
      region5 = 1 ""
      block7(v0: i64):
        v1 = load.i64 region9 v0
        v2 = load.i64 region5 v0
        brif v0, block3(v0), block8
      block8:
        v3 = get_exception_handler_address.i64 block17, -1
        br_table v4, block3, [block7(v0), block2]
      block1(v4: i32):
        jump block8
      }
      """)
    #expect(function.blockCount == 3)
    #expect(function.blockOrder.map(function.name(of:)) == ["block7", "block8", "block1"])
    let branch = try function.firstData(.brif)
    #expect(branch.destination.block.index >= function.blockCount)
    #expect(function.name(of: branch.destination.block) == "block3")
    #expect(branch.otherwise.block == function.blockOrder[1])
    let table = function.jumpTables[try function.firstData(.br_table).jumpTable]
    #expect(
      ([table.default] + table.entries).map { function.name(of: $0.block) }
        == ["block3", "block7", "block2"])
    let address = try function.firstData(.get_exception_handler_address)
    #expect(function.name(of: address.destination.block) == "block17")
    #expect(address.immediate == -1)
    let loads = function.allInstructions.map { function.instructions[$0] }.filter {
      $0.operation == .load
    }
    #expect(loads.map { function.name(of: $0.aliasRegion) } == ["region9", "region5"])
    #expect(!function.aliasRegions.contains(loads[0].aliasRegion))
    #expect(function.parameters(of: function.blockOrder[2]).map(function.name(of:)) == ["v4"])
    #expect(
      function.definition(of: try function.firstData(.br_table).argument0)
        == .parameter(function.blockOrder[2], index: 0))
  }

  @Test func theReaderReadsValuesBeforeTheirDefinitions() throws {
    let function = try readFunction(
      """
      function %f(i32) -> i32 {
      block0(v0: i32):
        jump block2(v7, v6, v5)
      block1:
        v6, v5 = isplit.i64 v7
        v4 -> v6
        v7 = iconst.i64 1
        return v4
      block2(v3: i64, v2: i32, v1: i32):
        v9, v8 = uadd_overflow.i32 v4, v1
        return v8
      }
      """)
    let jump = try function.firstData(.jump)
    let passed = Array(function.values(jump.destination.arguments))
    #expect(passed.map(function.name(of:)) == ["v7", "v6", "v5"])
    #expect(passed.map(function.type(of:)) == [.i64, .i32, .i32])
    let split = try #require(
      function.allInstructions.first {
        function.instructions[$0].operation == .isplit
      })
    #expect(Array(function.values(function.results(of: split))) == [passed[1], passed[2]])
    #expect(function.definition(of: passed[2]) == .result(split, index: 1))
    #expect(function.resolve(try function.firstData(.uadd_overflow).argument0) == passed[1])
  }

  @Test func theReaderReadsResultsOfTryCallsAsBlockArguments() throws {
    let function = try readFunction(
      """
      function %f(i64) tail {
        sig0 = (i64) -> i32, f32 tail
        fn0 = %g sig0
      block0(v0: i64):
        try_call fn0(v0), sig0, block1(ret1, v0, ret2), [ default: block2(exn1, ret0), tag4: block2(exn2, exn0), context v0 ]
      block1(v1: f32, v2: i64, v3: i64):
        trap user1
      block2(v4: i64, v5: i64):
        return
      }
      """)
    let inst = function.firstInstruction(of: function.entry)
    let results = Array(function.values(function.results(of: inst)))
    #expect(results.map(function.type(of:)) == [.i32, .f32, .i64, .i64])
    #expect(results.map(function.name(of:)) == ["v7", "v8", "v9", "v10"])
    let table = function.exceptionTables[function.instructions[inst].exceptionTable]
    func names(_ call: BlockCall) -> [String] {
      function.values(call.arguments).map { value in
        function.type(of: value) == .invalid
          ? "nothing"
          : results.firstIndex(of: value).map { "result \($0)" } ?? function.name(of: value)
      }
    }
    #expect(names(table.normal) == ["result 1", "v0", "nothing"])
    #expect(table.handlers.map(names) == [["result 3", "result 0"], ["nothing", "result 2"]])
    guard case .tag(4, _) = table.items[1], case .context(let context) = table.items[2] else {
      Issue.record("the items are in another order")
      return
    }
    #expect(function.name(of: context) == "v0")
  }

  @Test func theReaderAcceptsStackMapsAndDebugTags() throws {
    let text = """
      function %f() {
        ss3 = explicit_slot 16
        fn0 = %g()
      block0:
      <1, ss3> @00fF call fn0(), stack_map=[i64 @ ss3+8, f32 @ ss3 + 0]
        @7 v5 = iconst.i8 1
        return
      }
      """
    let function = try readFunction(text)
    let notes = try #require(function.text)
    let instructions = function.allInstructions
    let slot = StackSlot(number: 0)
    #expect(notes.sourceMarks == [instructions[0]: 0xFF, instructions[1]: 7])
    #expect(notes.debugTags == [instructions[0]: [.number(1), .stackSlot(slot)]])
    #expect(
      notes.stackMaps == [
        instructions[0]: [
          FunctionText.StackMapEntry(type: .i64, slot: slot, offset: 8),
          FunctionText.StackMapEntry(type: .f32, slot: slot, offset: 0),
        ]
      ])
    func spelled(at offset: UInt32) -> Substring {
      let start = text.utf8.index(text.utf8.startIndex, offsetBy: Int(offset))
      return text[start...].prefix { $0.isLetter || $0.isNumber || $0 == "%" }
    }
    #expect(
      instructions.map { spelled(at: function.sourceLocations[$0.index]) }
        == ["call", "iconst", "return"])
    #expect(spelled(at: notes.offset) == "%f")
    #expect(notes.blocks.offsets.map(spelled) == ["block0"])
    #expect(notes.stackSlots.offsets.map(spelled) == ["ss3"])
    #expect(notes.values.offsets.map(spelled) == ["v5"])
  }

  @Test func theReaderReadsColdBlocksAndLargeBlockNumbers() throws {
    let function = try readFunction(
      """
      function %f() {
      block4294967294(v4294967294: i32):
        v0 = iadd v4294967294, v4294967294
        jump block0
      block0 cold:
        return
      }
      """)
    #expect(function.coldBlocks == [function.blockOrder[1]])
    #expect(function.blockOrder.map(function.name(of:)) == ["block4294967294", "block0"])
    #expect(function.name(of: try function.firstData(.iadd).argument0) == "v4294967294")
  }
}
