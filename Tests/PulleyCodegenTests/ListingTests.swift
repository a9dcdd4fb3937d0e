import PulleyIR
import Testing

@testable import PulleyCodegen

/// The whole code of small functions.
@Suite struct ListingTests {
  private func code(_ function: Function) throws -> [String] {
    listing(try compile(function).code)
  }

  @Test func leafFunctionsHaveNoFrame() throws {
    var m = Maker([.i32, .i32], [.i32])
    m.ret(m.op(.iadd, .i32, m.parameter(0), m.parameter(1)))
    #expect(try code(m.finish()) == ["xadd32 x0, x0, x1", "ret"])
  }

  @Test func emptyBlocksEmitNoCode() throws {
    var m = Maker([.i32], [.i32])
    let (a, b, c) = (m.block().block, m.block().block, m.block().block)
    m.brif(m.parameter(0), a, [], b)
    m.go(a)
    m.jump(c)
    m.go(b)
    m.jump(c)
    m.go(c)
    m.ret(m.parameter(0))
    #expect(try code(m.finish()) == ["ret"])
  }

  @Test func aLoopEndsInOneBranch() throws {
    var m = Maker([.i32], [.i32])
    let (header, values) = m.block(.i32, .i32)
    let exit = m.block().block
    m.jump(header, m.parameter(0), m.iconst(.i32, 0))
    m.go(header)
    let sum = m.op(.iadd, .i32, values[1], values[0])
    let next = m.op(.isub, .i32, values[0], m.iconst(.i32, 1))
    m.brif(m.icmp(.notEqual, next, m.iconst(.i32, 0)), header, [next, sum], exit)
    m.go(exit)
    m.ret(sum)
    let lines = try code(m.finish())
    #expect(lines.count == 6, "\(lines)")
    #expect(lines.filter { $0.hasPrefix("xmov") || $0.hasPrefix("jump") }.count <= 1)
    #expect(lines.contains { $0.hasPrefix("br_if32 ") })
  }

  @Test func firstArgumentsOfNearCallsNeedNoMove() throws {
    var m = Maker([.i32, .i32], [.i32])
    let f = m.external(.user(namespace: 0, index: 7), [.i32, .i32], [.i32])
    m.ret(m.call(f, [m.parameter(1), m.parameter(0)]))
    let compiled = try compile(m.finish())
    #expect(
      listing(compiled.code) == [
        "push_frame", "call2 x1, x0, 0x0    // target = 0x1", "pop_frame", "ret",
      ])
    #expect(
      compiled.relocations == [
        Relocation(offset: 1, kind: .nearCall, patchDistance: 3, namespace: 0, target: 7)
      ])
    #expect(compiled.hasFrame)
  }

  @Test func hostCallsTakeNumbersBeyondAByteFromARegister() throws {
    for (number, expected) in [(3, ["call_indirect_host 0"]), (300, ["xconst16 x15, 300"])] {
      var m = Maker([.i64], [], convention: .wasm)
      let f = m.external(
        .user(namespace: 1, index: UInt32(number)), [.i64], [], near: false, convention: .wasm)
      m.call(f, [m.parameter(0)])
      m.ret()
      let compiled = try compile(m.finish())
      #expect(listing(compiled.code).contains(expected[0]))
      #expect(compiled.relocations.map(\.kind) == [.hostCall])
      #expect(compiled.relocations.map(\.target) == [UInt32(number)])
      #expect(!compiled.hasFrame)
    }
  }

  @Test func callsLeaveX28AndX29ToTheMachine() throws {
    var m = Maker([.i32], [.i32], convention: .wasm, context: true)
    let heap = m.heap()
    let f = m.external(
      .user(namespace: 0, index: 1), [], [], convention: .wasm, context: true)
    m.call(f, [m.parameter(0)])
    let loaded = m.heapLoad(.heap_load, .i32, heap, m.parameter(1), 8)
    m.call(f, [m.parameter(0)])
    m.ret(loaded)
    let lines = try code(m.finish())
    #expect(lines.filter { $0.hasPrefix("call1 x27") }.count == 2)
    #expect(!lines.contains { $0.hasPrefix("xload64le_o32 x28") })
    #expect(lines.contains { $0.hasPrefix("xload32le_g32") && $0.contains("x28, x29, ") })
  }

  @Test func branchTablesShareEdges() throws {
    var m = Maker([.i32], [.i32])
    let (a, b) = (m.block().block, m.block().block)
    m.branchTable(m.parameter(0), [a, b, a, a], b)
    m.go(a)
    m.ret(m.iconst(.i32, 10))
    m.go(b)
    m.ret(m.iconst(.i32, 20))
    #expect(
      try code(m.finish()) == [
        "br_table32 x0, 5", "  0x14    // target = 0x1a", "  0x14    // target = 0x1e",
        "  0xc    // target = 0x1a", "  0x8    // target = 0x1a", "  0x8    // target = 0x1e",
        "xconst8 x0, 10", "ret", "xconst8 x0, 20", "ret",
      ])
  }

  @Test func trapsAreEmittedAfterTheCode() throws {
    var m = Maker([.i32], [.i32])
    m.builder.sourceLocation = 77
    m.trapIf(.trapz, m.parameter(0), .user(9))
    m.ret(m.parameter(0))
    let compiled = try compile(m.finish())
    #expect(
      listing(compiled.code) == ["br_if_not32 x0, 0x7    // target = 0x7", "ret", "trap"])
    #expect(compiled.traps == [TrapEntry(offset: 7, code: .user(9))])
    #expect(compiled.sourceLocations == [SourceEntry(offset: 7, location: 77)])
  }

  @Test func constantsUsedInLoopsAreMaterialisedBeforeThem() throws {
    var m = Maker([.f64, .i32], [.f64])
    let (header, values) = m.block(.f64, .i32)
    let exit = m.block().block
    m.jump(header, m.parameter(0), m.parameter(1))
    m.go(header)
    let product = m.op(.fmul, .f64, values[0], m.f64const(1.5))
    let left = m.op(.isub, .i32, values[1], m.iconst(.i32, 1))
    m.brif(left, header, [product, left], exit)
    m.go(exit)
    m.ret(product)
    let lines = try code(m.finish())
    #expect(lines.first?.hasPrefix("fconst64") == true)
    #expect(lines.count == 5, "\(lines)")
  }

  @Test func constantAddressesShareARegister() throws {
    var m = Maker([], [.i32], convention: .wasm, context: true)
    let heap = m.heap()
    let a = m.heapLoad(.heap_load, .i32, heap, m.iconst(.i32, 1024), 8)
    let b = m.heapLoad(.heap_load, .i32, heap, m.iconst(.i32, 2048))
    m.ret(m.op(.iadd, .i32, a, b))
    let lines = try code(m.finish())
    #expect(lines.filter { $0.hasPrefix("xzero") }.count == 1)
    #expect(lines.filter { $0.hasSuffix(", 1032") || $0.hasSuffix(", 2048") }.count == 2)
  }
}
