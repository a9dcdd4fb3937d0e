import PulleyIR
import PulleyOptimizer
import Testing

@testable import PulleyTestSupport

@Suite struct Simplifying {
  /// The lines of a function's entry block after optimisation, without what goes before the
  /// operation: the last ones give `results`.
  private func lines(
    _ parameters: [IRType], _ body: (inout FunctionBuilder, [Value]) -> [Value]
  ) -> [String] {
    var builder = FunctionBuilder(parameters: parameters)
    let entry = builder.makeEntry()
    let results = body(&builder, Array(builder.function.parameters(of: entry)))
    builder.function.signature.results = results.map {
      ABIParameter(builder.function.type(of: $0))
    }
    if !builder.isTerminated { builder.return(results) }
    var function = builder.finish()
    var optimizer = Optimizer()
    optimizer.run(&function)
    var verifier = Verifier()
    #expect(verifier.verify(function).isEmpty, "\(function)")
    var printer = FunctionPrinter()
    return function.order(of: function.entry).map { printer.print($0, of: function) }
  }

  /// The lines of `x opcode number` after optimisation.
  private func lines(
    _ operation: PulleyIR.Operation, _ number: Int64, _ type: IRType = .i32
  ) -> [String] {
    lines([type]) { builder, values in
      let constant = builder.constant(number, type)
      return [builder.binary(operation, values[0], constant)]
    }
  }

  @Test(
    arguments: [
      .iadd, .isub, .bor, .bxor, .ishl, .ushr, .sshr, .rotl, .rotr, .umax,
    ] as [PulleyIR.Operation])
  func operationsWithANeutralZeroAreRemoved(operation: PulleyIR.Operation) {
    #expect(lines(operation, 0) == ["return v0"])
  }

  @Test func operationsWithANeutralConstantAreRemoved() {
    for operation in [PulleyIR.Operation.imul, .udiv, .sdiv] {
      #expect(lines(operation, 1) == ["return v0"])
    }
    #expect(lines(.band, -1) == ["return v0"])
    #expect(lines(.ishl, 32) == ["return v0"])
  }

  @Test func operationsWithAnAbsorbingConstantAreFolded() {
    for operation in [PulleyIR.Operation.imul, .band, .umulhi, .umin] {
      #expect(lines(operation, 0) == ["v2 = iconst.i32 0", "return v2"])
    }
    #expect(lines(.urem, 1) == ["v2 = iconst.i32 0", "return v2"])
    #expect(lines(.srem, -1) == ["v2 = iconst.i32 0", "return v2"])
    #expect(lines(.bor, -1) == ["v2 = iconst.i32 -1", "return v2"])
  }

  @Test func powersOfTwoBecomeShiftsAndMasks() {
    #expect(lines(.imul, 8) == ["v3 = iconst.i32 3", "v2 = ishl v0, v3", "return v2"])
    #expect(
      lines(.imul, Int64(Int32.min)) == ["v3 = iconst.i32 31", "v2 = ishl v0, v3", "return v2"])
    #expect(lines(.udiv, 16) == ["v3 = iconst.i32 4", "v2 = ushr v0, v3", "return v2"])
    #expect(lines(.urem, 16) == ["v3 = iconst.i32 15", "v2 = band v0, v3", "return v2"])
    #expect(lines(.imul, -1) == ["v2 = ineg v0", "return v2"])
    #expect(lines(.sdiv, 4) == ["v1 = iconst.i32 4", "v2 = sdiv v0, v1", "return v2"])
  }

  @Test func divisionsThatTrapAreNotFolded() {
    #expect(lines(.udiv, 0) == ["v1 = iconst.i32 0", "v2 = udiv v0, v1", "return v2"])
    let both = lines([]) { builder, _ in
      let (a, b) = (builder.constant(Int64(Int32.min), .i32), builder.constant(-1, .i32))
      return [builder.binary(.sdiv, a, b)]
    }
    #expect(both.contains("v2 = sdiv v0, v1"))
    // The result is unused, but the trap must be kept.
    let unused = lines([.i32]) { builder, values in
      _ = builder.binary(.udiv, values[0], values[0])
      return []
    }
    #expect(unused == ["v1 = udiv v0, v0", "return"])
    let harmless = lines([.i32]) { builder, values in
      let three = builder.constant(3, .i32)
      _ = builder.binary(.udiv, values[0], three)
      return []
    }
    #expect(harmless == ["return"])
  }

  /// Folding would keep both `x` and `x + 1` alive for longer and save nothing.
  @Test func chainsOfConstantsAreKeptIfTheInnerResultIsUsedElsewhere() {
    let lines = lines([.i32]) { builder, values in
      let (one, two) = (builder.constant(1, .i32), builder.constant(2, .i32))
      let next = builder.binary(.iadd, values[0], one)
      return [next, builder.binary(.iadd, next, two)]
    }
    #expect(lines.contains("v4 = iadd v3, v2"))
  }

  @Test func masksOfAlmostAllBitsAreFoldedCorrectly() {
    let masked = lines([.i64]) { builder, values in
      let shifted = builder.binary(.ushr, values[0], builder.constant(1))
      return [
        builder.binary(.band, shifted, builder.constant(0x5555)),
        builder.binary(.band, shifted, builder.constant(.max)),
      ]
    }
    #expect(masked.filter { $0.contains("band") }.count == 1)
  }

  @Test func constantsOfAChainAreCombined() {
    let sum = lines([.i32]) { builder, values in
      let (a, b) = (builder.constant(5, .i32), builder.constant(7, .i32))
      let first = builder.binary(.iadd, a, values[0])
      return [builder.binary(.isub, first, b)]
    }
    #expect(sum == ["v6 = iconst.i32 -2", "v4 = iadd v0, v6", "return v4"])
    let shifted = lines([.i32]) { builder, values in
      let amount = builder.constant(24, .i32)
      return [builder.binary(.sshr, builder.binary(.ishl, values[0], amount), amount)]
    }
    #expect(shifted == ["v4 = ireduce.i8 v0", "v3 = sextend.i32 v4", "return v3"])
    let masked = lines([.i64]) { builder, values in
      let amount = builder.constant(32)
      return [builder.binary(.ushr, builder.binary(.ishl, values[0], amount), amount)]
    }
    #expect(masked == ["v4 = iconst.i64 0xffff_ffff", "v3 = band v0, v4", "return v3"])
  }

  @Test func negatedComparisonsBecomeTheirOpposites() {
    let lines = lines([.i32, .i32]) { builder, values in
      let less = builder.compare(.signedLess, values[0], values[1])
      let wide = builder.unary(.uextend, .i32, less)
      let zero = builder.constant(0, .i32)
      let not = builder.compare(.equal, wide, zero)
      let narrowZero = builder.constant(0, .i8)
      return [builder.compare(.notEqual, not, narrowZero)]
    }
    #expect(lines == ["v5 = icmp sge v0, v1", "return v5"])
  }

  @Test func comparisonsOfExtendedValuesAreNarrowed() {
    let both = lines([.i32, .i32]) { builder, values in
      let a = builder.unary(.uextend, .i64, values[0])
      let b = builder.unary(.uextend, .i64, values[1])
      return [builder.compare(.unsignedLess, a, b)]
    }
    #expect(both == ["v4 = icmp ult v0, v1", "return v4"])
    let narrow = lines([.i32]) { builder, values in
      let a = builder.unary(.uextend, .i64, values[0])
      let limit = builder.constant(0xFFFF_FFF0)
      return [builder.compare(.unsignedGreater, a, limit)]
    }
    #expect(narrow == ["v4 = iconst.i32 -16", "v3 = icmp ugt v0, v4", "return v3"])
    let wide = lines([.i32]) { builder, values in
      let a = builder.unary(.uextend, .i64, values[0])
      let limit = builder.constant(0x1_0000_0000)
      return [builder.compare(.unsignedLess, a, limit)]
    }
    #expect(wide.contains("v3 = icmp ult v1, v2"))
  }

  @Test func repeatedComputationsAreEliminated() {
    let lines = lines([.i64, .i64]) { builder, values in
      let a = builder.binary(.iadd, values[0], values[1])
      let b = builder.binary(.iadd, values[1], values[0])
      let (three, again) = (builder.constant(3), builder.constant(3))
      let c = builder.binary(.ishl, a, three)
      let d = builder.binary(.ishl, b, again)
      return [c, d, builder.binary(.isub, values[0], values[1])]
    }
    #expect(
      lines == [
        "v2 = iadd v0, v1", "v4 = iconst.i64 3", "v6 = ishl v2, v4", "v8 = isub v0, v1",
        "return v6, v6, v8",
      ])
  }

  @Test func loadsAreEliminatedUnlessMemoryMayHaveBeenWritten() {
    func load(_ builder: inout FunctionBuilder, _ base: Value, _ flags: MemoryFlags) -> Value {
      var data = InstructionData(.load, .i64, base)
      data.flags = flags
      data.immediate = 8
      return builder.value(data)
    }
    func store(_ builder: inout FunctionBuilder, _ value: Value, _ base: Value) {
      var data = InstructionData(.store, .i64, value, base)
      data.flags = .trusted
      data.immediate = 16
      builder.append(data)
    }
    let plain = lines([.i64, .i64]) { builder, values in
      let a = load(&builder, values[0], .trusted)
      let b = load(&builder, values[0], .trusted)
      store(&builder, a, values[1])
      return [b, load(&builder, values[0], .trusted)]
    }
    #expect(plain.count { $0.contains("load") } == 2)
    let readonly = lines([.i64]) { builder, values in
      let a = load(&builder, values[0], [.trusted, .readonly])
      store(&builder, a, values[0])
      return [a, load(&builder, values[0], [.trusted, .readonly])]
    }
    #expect(readonly.count { $0.contains("load") } == 1)
    let stored = lines([.i64, .i64]) { builder, values in
      store(&builder, values[1], values[0])
      var data = InstructionData(.load, .i64, values[0])
      data.immediate = 16
      return [builder.value(data)]
    }
    #expect(stored == ["store notrap aligned v1, v0+16", "return v1"])
  }

  @Test func constantOffsetsAreFoldedIntoAddresses() {
    let lines = lines([.i64]) { builder, values in
      let eight = builder.constant(8)
      var data = InstructionData(.load, .i64, builder.binary(.iadd, values[0], eight))
      data.immediate = -4
      return [builder.value(data)]
    }
    #expect(lines == ["v3 = load.i64 v0+4", "return v3"])
  }

  @Test func conditionalTrapsOnConstantsAreFolded() {
    func trap(
      _ builder: inout FunctionBuilder, _ operation: PulleyIR.Operation, _ value: Value,
      _ code: UInt8
    ) {
      var data = InstructionData(operation, .i32, value)
      data.trapCode = .user(code)
      builder.append(data)
    }
    let never = lines([.i32]) { builder, values in
      let one = builder.constant(1, .i32)
      trap(&builder, .trapz, one, 1)
      trap(&builder, .trapz, values[0], 2)
      trap(&builder, .trapz, values[0], 3)
      return [values[0]]
    }
    #expect(never == ["trapz v0, user2", "return v0"])
    let always = lines([.i32]) { builder, values in
      let one = builder.constant(1, .i32)
      trap(&builder, .trapnz, one, 1)
      return [values[0]]
    }
    #expect(always == ["trap user1"])
  }

  @Test func floatOperationsAreFoldedUnlessTheResultIsNaN() {
    func float(_ builder: inout FunctionBuilder, _ number: Double) -> Value {
      var data = InstructionData(.f64const, .f64)
      data.immediate = Int64(bitPattern: number.bitPattern)
      return builder.value(data)
    }
    let sum = lines([]) { builder, _ in
      let (a, b) = (float(&builder, 1.5), float(&builder, 2))
      return [builder.binary(.fmul, a, b)]
    }
    #expect(sum == ["v2 = f64const 0x1.8000000000000p1", "return v2"])
    let nan = lines([]) { builder, _ in
      let (a, b) = (float(&builder, 0), float(&builder, 0))
      return [builder.binary(.fdiv, a, b)]
    }
    #expect(nan.contains("v2 = fdiv v0, v1"))
  }
}
