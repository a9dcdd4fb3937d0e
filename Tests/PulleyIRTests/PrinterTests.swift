import PulleyIR
import Testing

@testable import PulleyTestSupport

@Suite struct Printing {
  private func text(ofFloat operation: PulleyIR.Operation, _ bits: Int64) -> String {
    var builder = FunctionBuilder(parameters: [])
    _ = builder.makeEntry()
    var data = InstructionData(operation, operation == .f32const ? .f32 : .f64)
    data.immediate = bits
    let inst = builder.append(data)
    var printer = FunctionPrinter()
    return printer.print(inst, of: builder.function)
  }

  @Test(
    arguments: [
      (1.5, "0x1.800000p0"), (0.1, "0x1.99999ap-4"), (-100, "-0x1.900000p6"), (0, "0.0"),
      (-0.0, "-0.0"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "+NaN"), (-.nan, "-NaN"),
      (.leastNonzeroMagnitude, "0x0.000002p-126"), (.greatestFiniteMagnitude, "0x1.fffffep127"),
      (Float(bitPattern: 0x7FA0_0001), "+sNaN:0x200001"),
      (Float(bitPattern: 0xFFC0_0001), "-NaN:0x1"),
    ] as [(Float, String)])
  func thePrinterWritesSinglesInHexadecimal(value: Float, expected: String) {
    #expect(text(ofFloat: .f32const, Int64(value.bitPattern)) == "v0 = f32const \(expected)")
  }

  @Test(
    arguments: [
      (0.1, "0x1.999999999999ap-4"), (-100, "-0x1.9000000000000p6"), (-0.0, "-0.0"),
      (.leastNonzeroMagnitude, "0x0.0000000000001p-1022"),
      (0x1p-1070, "0x0.0000000000010p-1022"), (.infinity, "+Inf"), (-.nan, "-NaN"),
      (Double(bitPattern: 0x7FF8_0000_0000_0001), "+NaN:0x1"),
    ] as [(Double, String)])
  func thePrinterWritesDoublesInHexadecimal(value: Double, expected: String) {
    let bits = Int64(bitPattern: value.bitPattern)
    #expect(text(ofFloat: .f64const, bits) == "v0 = f64const \(expected)")
  }

  @Test(
    arguments: [
      (-70_000, .i32, "-70000"), (70_000, .i32, "0x0001_1170"), (9999, .i64, "9999"),
      (10_000, .i64, "0x2710"), (.max, .i64, "0x7fff_ffff_ffff_ffff"),
      (.min, .i64, "-9223372036854775808"), (0xFFFF_FFFF, .i32, "-1"), (255, .i8, "-1"),
      (0x10000, .i64, "0x0001_0000"),
    ] as [(Int64, IRType, String)])
  func thePrinterWritesIntegersAsCraneliftDoes(value: Int64, type: IRType, expected: String) {
    var builder = FunctionBuilder(parameters: [])
    _ = builder.makeEntry()
    _ = builder.constant(value, type)
    builder.return([])
    #expect(builder.finish().description.contains("v0 = iconst.\(type) \(expected)\n"))
  }

  /// An instruction of every format.
  private func sample() -> Function {
    var builder = FunctionBuilder(
      name: .user(namespace: 0, index: 7),
      signature: Signature(
        parameters: [
          ABIParameter(.i64, purpose: .vmctx), ABIParameter(.i32), ABIParameter(.f64),
        ], results: [ABIParameter(.i32, extension: .signed)], convention: .wasm))
    let twoResults = builder.function.signatures.append(
      Signature(
        parameters: [ABIParameter(.i64, purpose: .vmctx), ABIParameter(.i32)],
        results: [ABIParameter(.i32), ABIParameter(.f64)], convention: .wasm))
    let plain = builder.function.signatures.append(Signature(convention: .systemV))
    let near = builder.function.externals.append(
      ExternalFunction(
        name: .user(namespace: 0, index: 3), signature: twoResults, isColocated: true))
    let far = builder.function.externals.append(
      ExternalFunction(name: .named("puts"), signature: plain, isColocated: false))
    let heap = builder.function.heaps.append(HeapData(recordOffset: 80, indexType: .i32))
    let slot = builder.function.stackSlots.append(StackSlotData(bytes: 16))
    let entry = builder.makeEntry()
    let parameters = Array(builder.function.parameters(of: entry))

    builder.sourceLocation = 0x45
    var load = InstructionData(.load, .i64, parameters[0])
    load.flags = [.trusted, .readonly, .canMove]
    load.immediate = 64
    let pointer = builder.value(load)
    var heapLoad = InstructionData(.heap_load, .i32, parameters[1])
    heapLoad.heap = heap
    heapLoad.immediate = 0x1_0000
    let loaded = builder.value(heapLoad)
    var heapStore = InstructionData(.heap_istore8, .i32, loaded, parameters[1])
    heapStore.heap = heap
    heapStore.immediate = 4
    builder.append(heapStore)
    var stackAddress = InstructionData(.stack_addr, .i64)
    stackAddress.stackSlot = slot
    stackAddress.immediate = 8
    let address = builder.value(stackAddress)
    var store = InstructionData(.store, .f64, parameters[2], address)
    store.immediate = -8
    builder.append(store)
    var call = InstructionData(.call)
    call.function = near
    call.list = builder.function.makeList([parameters[0], loaded])
    builder.append(call)
    var functionAddress = InstructionData(.func_addr, .i64)
    functionAddress.function = far
    let callee = builder.value(functionAddress)
    var indirect = InstructionData(.call_indirect, .invalid, callee)
    indirect.signature = plain
    builder.append(indirect)
    var trapz = InstructionData(.trapz, .i64, pointer)
    trapz.trapCode = .user(7)
    builder.append(trapz)
    let five = builder.constant(5, .i32)
    let less = builder.compare(.signedLess, loaded, five)
    let (next, other, cold) = (builder.makeBlock(), builder.makeBlock(), builder.makeBlock())
    let join = builder.function.appendParameter(.i32, to: next)
    let arguments = builder.function.makeList([five])
    builder.branch(less, BlockCall(next, arguments), BlockCall(other))

    builder.sourceLocation = .max
    builder.position(atEndOf: next)
    let chosen = builder.value(InstructionData(.select, .i32, less, loaded, join))
    let wide = builder.unary(.uextend, .i64, chosen)
    let sum = builder.binary(.iadd, wide, pointer)
    let narrow = builder.unary(.ireduce, .i32, sum)
    let negative = builder.unary(.fneg, .f64, parameters[2])
    var compare = InstructionData(.fcmp, .f64, negative, parameters[2])
    compare.floatCondition = .unorderedOrLessThan
    let isLess = builder.value(compare)
    builder.branchTable(
      narrow, [BlockCall(other), BlockCall(cold), BlockCall(next, arguments)],
      default: BlockCall(cold))
    _ = isLess
    builder.position(atEndOf: other)
    builder.return([parameters[1]])
    builder.position(atEndOf: cold)
    builder.function.coldBlocks.insert(cold)
    var trap = InstructionData(.trap)
    trap.trapCode = .heapOutOfBounds
    builder.append(trap)
    return builder.finish()
  }

  @Test func thePrinterWritesAFunctionAsCraneliftDoes() {
    #expect(
      sample().description == """
        function u0:7(i64 vmctx, i32, f64) -> i32 sext wasm {
            ss0 = explicit_slot 16, align = 8
            heap0 = record vmctx+80, index_type i32
            sig0 = (i64 vmctx, i32) -> i32, f64 wasm
            sig1 = () system_v
            fn0 = colocated u0:3 sig0
            fn1 = %puts sig1

        block0(v0: i64, v1: i32, v2: f64):
            v3 = load.i64 notrap aligned readonly can_move v0+64
            v4 = heap_load.i32 heap0 v1+0x0001_0000
            heap_istore8 heap0 v4, v1+4
            v5 = stack_addr.i64 ss0+8
            store v2, v5-8
            v6, v7 = call fn0(v0, v4)
            v8 = func_addr.i64 fn1
            call_indirect sig1, v8()
            trapz v3, user7
            v9 = iconst.i32 5
            v10 = icmp slt v4, v9
            brif v10, block1(v9), block2

        block1(v11: i32):
            v12 = select.i32 v10, v4, v11
            v13 = uextend.i64 v12
            v14 = iadd v13, v3
            v15 = ireduce.i32 v14
            v16 = fneg.f64 v2
            v17 = fcmp ult v16, v2
            br_table v15, block3, [block2, block3, block1(v9)]

        block2:
            return v1

        block3 cold:
            trap heap_oob
        }
        """)
  }

  @Test func thePrinterWritesConstantsIntoComments() {
    var printer = FunctionPrinter()
    printer.showsConstants = true
    printer.showsSourceLocations = true
    let text = printer.print(sample())
    #expect(text.contains("@0045                               v10 = icmp slt v4, v9  ; v9 = 5\n"))
    #expect(
      text.contains("@0045                               brif v10, block1(v9), block2  ; v9 = 5\n"))
    #expect(text.contains("\n                                block1(v11: i32):\n"))
    #expect(text.contains("\n                                    v13 = uextend.i64 v12\n"))
  }

  @Test func mnemonicsAreTheNamesOfTheirOperations() {
    #expect(PulleyIR.Operation.return.mnemonic == "return")
    #expect(PulleyIR.Operation.fcvt_to_sint_sat.mnemonic == "fcvt_to_sint_sat")
    #expect(
      Set(PulleyIR.Operation.allCases.map(\.mnemonic)).count == PulleyIR.Operation.allCases.count)
  }
}
