import PulleyIR
import PulleyISA
import PulleyVM
import Testing

@testable import PulleyCodegen

/// Functions with different parameters that call one another in tail position.
private struct Chain {
  var random: Random
  let convention: CallConvention
  let results: [Type]
  /// The first parameter counts the calls to come.
  var parameters: [[Type]] = []

  init(seed: UInt64, functions: Int) {
    random = Random(seed: seed)
    convention = random.chance(50) ? .wasm : .tail
    let most = random.chance(50) ? 3 : 45
    results = (0..<random.below(most)).map { _ in .i64 }.withTypes(&random)
    for _ in 0..<functions {
      let count = random.below(random.chance(40) ? 60 : 8)
      parameters.append([.i64] + (0..<count).map { _ in .i64 }.withTypes(&random))
    }
  }

  /// Functions of WebAssembly take their context first.
  var hasContext: Bool { convention == .wasm }

  mutating func make() -> [Function] {
    let helper = parameters.count
    var functions: [Function] = []
    for index in parameters.indices { functions.append(make(index, helper: helper)) }
    var helperMaker = Maker([.i64], [.i64], convention: convention, context: hasContext)
    let three = helperMaker.iconst(.i64, 3)
    let value = helperMaker.parameter(hasContext ? 1 : 0)
    helperMaker.ret(helperMaker.op(.imul, .i64, value, three))
    functions.append(helperMaker.finish())
    return functions
  }

  private mutating func make(_ index: Int, helper: Int) -> Function {
    var m = Maker(parameters[index], results, convention: convention, context: hasContext)
    let (last, _) = m.block()
    let (more, _) = m.block()
    let context = hasContext ? [m.parameter(0)] : []
    var pool = parameters[index].indices.map { m.parameter($0 + context.count) }
    m.brif(pool[0], more, [], last)
    m.go(more)
    let left = m.op(.isub, .i64, pool[0], m.iconst(.i64, 1))
    if random.chance(50) {
      let triple = m.external(
        .user(namespace: 0, index: UInt32(helper)), [.i64], [.i64], convention: convention,
        context: hasContext)
      pool.append(m.call(triple, context + [left])[0])
    }
    let callee = random.below(parameters.count)
    let target = m.external(
      .user(namespace: 0, index: UInt32(callee)), parameters[callee], results,
      convention: convention, context: hasContext)
    let arguments =
      context + [left] + parameters[callee].dropFirst().map { pick(of: $0, from: pool, &m) }
    if random.chance(50) {
      m.tailCallIndirect(m.address(target), like: target, arguments)
    } else {
      m.tailCall(target, arguments)
    }
    m.go(last)
    m.ret(results.map { pick(of: $0, from: Array(pool.prefix(parameters[index].count)), &m) })
    return m.finish()
  }

  private mutating func pick(of type: Type, from pool: [Value], _ m: inout Maker) -> Value {
    let fitting = pool.filter { m.builder.function.type(of: $0) == type }
    if !fitting.isEmpty && random.chance(80) {
      return fitting[random.below(fitting.count)]
    }
    let bits = Int64(random.below(100_000))
    return type == .f64 ? m.f64const(Double(bits)) : m.iconst(type, bits)
  }
}

private func verified(_ function: Function) -> [VerifierError] {
  var verifier = Verifier()
  return verifier.verify(function)
}

extension [Type] {
  fileprivate func withTypes(_ random: inout Random) -> [Type] {
    map { _ in [.i64, .i32, .f64][random.below(3)] }
  }
}

@Suite struct TailCallExecutionTests {
  @Test(arguments: 0..<60 as Range<UInt64>)
  func chainsOfTailCallsWithAnySignaturesReturnTheRightResults(seed: UInt64) throws {
    var chain = Chain(seed: seed, functions: 4)
    let functions = chain.make()
    for function in functions { #expect(verified(function).isEmpty) }
    for count: UInt64 in [0, 1, 2, 7, 20] {
      let context: [UInt64] = chain.hasContext ? [77] : []
      let arguments =
        context + [count] + chain.parameters[0].dropFirst().indices.map { UInt64($0) * 1001 }
      let expected = try Evaluator(functions).call(0, arguments)
      let got = try Runner(functions).call(0, arguments).get()
      #expect(got == expected, "\(chain.parameters)")
    }
  }

  @Test(arguments: 100..<108 as Range<UInt64>)
  func chainsOfTailCallsTakeConstantStack(seed: UInt64) throws {
    var chain = Chain(seed: seed, functions: 3)
    let functions = chain.make()
    let context: [UInt64] = chain.hasContext ? [77] : []
    let arguments = context + [50_000] + chain.parameters[0].dropFirst().map { _ in UInt64(7) }
    _ = try Runner(functions).call(0, arguments).get()
  }

  @Test func aTailCallWithoutStackArgumentsIsAJump() throws {
    var m = Maker([.i64, .i64], [.i64], convention: .tail)
    let other = m.external(
      .user(namespace: 0, index: 1), [.i64, .i64], [.i64], convention: .tail)
    m.tailCall(other, [m.parameter(0), m.parameter(1)])
    let code = try compile(m.finish())
    #expect(listing(code.code) == ["jump 0x0    // target = 0x0"])
    #expect(code.relocations.map(\.kind) == [.nearCall])
  }

  @Test func theFrameIsRemovedBeforeTheJumpOfATailCall() throws {
    var m = Maker([.i64, .i64], [.i64], convention: .tail)
    let other = m.external(.user(namespace: 0, index: 1), [.i64], [.i64], convention: .tail)
    let sum = m.op(.iadd, .i64, m.call(other, [m.parameter(0)])[0], m.parameter(1))
    m.tailCallIndirect(m.address(other), like: other, [sum])
    let code = listing(try compile(m.finish()).code)
    #expect(code.suffix(2) == ["pop_frame_restore 16, x16", "xjump x15"])
  }

  @Test func tailCallsWithoutStackArgumentsDoNotTouchTheStack() throws {
    for convention in [CallConvention.fast, .tail] {
      var m = Maker([.i64], [.i64], convention: convention)
      let other = m.external(
        .user(namespace: 0, index: 1), [.i64], [.i64], convention: convention)
      m.ret(m.call(other, m.call(other, [m.parameter(0)])))
      let code = listing(try compile(m.finish()).code)
      #expect(
        code
          == [
            "push_frame", "call 0x0    // target = 0x1", "call 0x0    // target = 0x6", "pop_frame",
            "ret",
          ])
    }
  }

  @Test func aTailCallOfTheHostCallsItAndReturns() throws {
    var m = Maker([.i64], [.i64], convention: .tail)
    let host = m.external(
      .user(namespace: 1, index: 3), [.i64], [.i64], near: false, convention: .tail)
    m.tailCall(host, [m.parameter(0)])
    let code = listing(try compile(m.finish()).code)
    #expect(code.suffix(2) == ["call_indirect_host 0", "ret"])
    // The host function's address precedes the arguments.
    #expect(code.contains("xconst64 x0, 0"))
  }

  @Test func tailCallsAreRefusedInConventionsWhoseCallerPopsArguments() {
    var m = Maker([.i64], [.i64], convention: .fast)
    let other = m.external(.user(namespace: 0, index: 1), [.i64], [.i64])
    m.tailCall(other, [m.parameter(0)])
    let function = m.finish()
    #expect(verified(function).map(\.rule) == [.signature])
    #expect(throws: CodegenError.self) { try compile(function) }
  }
}
