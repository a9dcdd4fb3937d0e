import PulleyIR
import PulleyWasm
import Testing

/// A translated function, which verifies, and how long translation took.
private func timed(_ module: ModuleBuilder) throws -> (function: Function, time: Duration) {
  let valid = try module.load()
  var translator = FunctionTranslator(valid, layout: ContextLayout(valid))
  var function: Function?
  let time = try ContinuousClock().measure { function = try translator.translate(0) }
  return (try #require(function), time)
}

/// Bodies that are made to be expensive. The limits are far above the measured times, and far below
/// those of anything but linear time.
@Suite(.serialized)
struct TranslationLimitTests {
  @Test func deeplyNestedBlocksAreTranslatedInLinearTime() throws {
    let depth = 200_000
    var body: [UInt8] = []
    for _ in 0..<depth { body += [Op.block, W.empty] }
    body += [Op.get, 0, Op.brIf] + leb(depth - 1)
    body += [UInt8](repeating: W.end, count: depth)
    let (function, time) = try timed(.function(type: ([W.i32], []), body))
    #expect(function.blockOrder.count == 3)
    #expect(time < .seconds(20))
  }

  @Test func deeplyNestedLoopsAndConditionsAreTranslatedInLinearTime() throws {
    let depth = 5_000
    var body: [UInt8] = []
    for _ in 0..<depth { body += [Op.loop, W.empty, Op.get, 0, Op.if, W.empty] }
    body += [Op.get, 0, Op.i32, 1, Op.i32Sub, Op.set, 0]
    for _ in 0..<depth { body += [W.end, Op.get, 0, Op.brIf, 0, W.end] }
    let (function, time) = try timed(.function(type: ([W.i32], []), body))
    var verifier = Verifier()
    #expect(verifier.verify(function) == [])
    #expect(time < .seconds(30))
  }

  @Test func aLargeBranchTableIsTranslatedInLinearTime() throws {
    let count = 65_000
    var body: [UInt8] = [Op.block, W.empty, Op.loop, W.empty, Op.get, 0, Op.brTable] + leb(count)
    for index in 0...count { body += [UInt8(index % 3)] }
    body += [W.end, W.end]
    // Locals that change in the loop, so that the branches pass them on.
    for local in 1...100 { body.insert(contentsOf: [Op.get, 0, Op.set, UInt8(local)], at: 4) }
    for local in 1...100 { body += [Op.get, UInt8(local), Op.set, 0] }
    let (function, time) = try timed(
      .function(type: ([W.i32], []), locals: [leb(100) + [W.i32]], body))
    var verifier = Verifier()
    #expect(verifier.verify(function) == [])
    #expect(function.pool.count < 10_000)
    #expect(time < .seconds(20))
  }

  @Test func manyUnusedLocalsAreTranslatedInLinearTime() throws {
    let (function, time) = try timed(
      .function(type: ([], [W.i32]), locals: [leb(50_000) + [W.i32]], [Op.get] + leb(49_999)))
    #expect(function.instructions.count == 2)
    #expect(time < .seconds(5))
  }

  /// The product of locals and merges is a million.
  @Test func manyLocalsTimesManyMergesAreTranslatedInLinearTime() throws {
    let (locals, joins) = (1_000, 1_000)
    var body: [UInt8] = []
    for local in 1...locals { body += [Op.get, 0, Op.set] + leb(local) }
    for _ in 0..<joins { body += [Op.block, W.empty, Op.get, 0, Op.brIf, 0, W.end] }
    for local in 1...locals { body += [Op.get] + leb(local) + [Op.set, 0] }
    let (function, time) = try timed(
      .function(type: ([W.i32], []), locals: [leb(locals) + [W.i32]], body))
    var verifier = Verifier()
    #expect(verifier.verify(function) == [])
    #expect(function.stackSlots.count == 1)
    #expect(time < .seconds(30))
  }

  @Test func branchesThatPassTooManyResultsAreRefused() throws {
    let (results, branches) = (1_000, 6_000)
    let types = [UInt8](repeating: W.i32, count: results)
    var body: [UInt8] = []
    for _ in 0..<results { body += [Op.get, 0] }
    for _ in 0..<branches { body += [Op.get, 0, Op.brIf, 0] }
    let error = #expect(throws: WasmError.self) {
      _ = try timed(.function(type: ([W.i32], types), body))
    }
    #expect(error?.kind == .limit)
  }
}
