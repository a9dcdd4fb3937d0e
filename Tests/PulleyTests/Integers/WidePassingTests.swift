import Pulley
import PulleyIR
import Testing

/// Integers of 128 bits as parameters, results and block arguments.
@Suite struct WidePassingTests {
  private static let text = """
    function %fibonacci(i64) -> i128 tail {
    block0(v0: i64):
      v1 = iconst.i64 0
      v2 = uextend.i128 v1
      v3 = iconst.i64 1
      v4 = iconcat v3, v1
      jump block1(v2, v4, v0)
    block1(v5: i128, v6: i128, v7: i64):
      brif v7, block2(v6), block3
    block2(v8: i128):
      v9 = iadd v5, v8
      v11 = iconst.i64 -1
      v10 = iadd v7, v11
      jump block1(v8, v9, v10)
    block3:
      return v5
    }

    function %rotate(i8, i128, i64, i128, i128, i32, i128, i128, i128, i128, i128) \
    -> i128, i8, i128, i128, i64, i128, i128, i128, i128, i32, i128 CONVENTION {
    block0(v0: i8, v1: i128, v2: i64, v3: i128, v4: i128, v5: i32, v6: i128, v7: i128, v8: i128, \
    v9: i128, v10: i128):
      return v10, v0, v1, v3, v2, v4, v6, v7, v8, v5, v9
    }

    function %twice(i8, i128, i64, i128, i128, i32, i128, i128, i128, i128, i128) \
    -> i128, i8, i128, i128, i64, i128, i128, i128, i128, i32, i128 CONVENTION {
      sig0 = (i8, i128, i64, i128, i128, i32, i128, i128, i128, i128, i128) \
    -> i128, i8, i128, i128, i64, i128, i128, i128, i128, i32, i128 CONVENTION
      fn0 = colocated %rotate sig0
    block0(v0: i8, v1: i128, v2: i64, v3: i128, v4: i128, v5: i32, v6: i128, v7: i128, v8: i128, \
    v9: i128, v10: i128):
      v11, v12, v13, v14, v15, v16, v17, v18, v19, v20, v21 = \
    call fn0(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10)
      v22 = func_addr.i64 fn0
      v23, v24, v25, v26, v27, v28, v29, v30, v31, v32, v33 = \
    call_indirect sig0, v22(v12, v11, v15, v13, v14, v20, v16, v17, v18, v19, v21)
      return v23, v24, v25, v26, v27, v28, v29, v30, v31, v32, v33
    }

    function %choose(i32, i128, i128, f64, f64) -> i128, f64 {
    block0(v0: i32, v1: i128, v2: i128, v3: f64, v4: f64):
      v9 = select v1, v3, v4
      br_table v0, block1(v1, v2), [block1(v2, v1), block2(v2), block1(v1, v1)]
    block1(v5: i128, v6: i128):
      v7 = isub v5, v6
      jump block2(v7)
    block2(v8: i128):
      return v8, v9
    }
    """

  private func instance(
    convention: String = "fast", optimizes: Bool
  ) throws -> Instance {
    try ClifPrograms.instantiate(
      Self.text.replacing("CONVENTION", with: convention), optimizes: optimizes)
  }

  @Test(arguments: [false, true])
  func wideIntegersArePassedToBlocks(optimizes: Bool) throws {
    let function = try instance(optimizes: optimizes).function(named: "fibonacci")
    var (number, next): (UInt128, UInt128) = (0, 1)
    for index in 0..<200 {
      let results = try function.call(clif: [ClifValue(type: .i64, bits: UInt128(index))])
      #expect(results == [ClifValue(type: .i128, bits: number)])
      (number, next) = (next, number &+ next)
    }
  }

  private static func rotate(_ values: [ClifValue]) -> [ClifValue] {
    [10, 0, 1, 3, 2, 4, 6, 7, 8, 5, 9].map { values[$0] }
  }

  /// With more arguments and results than there are registers.
  @Test(arguments: ["fast", "tail", "system_v"], [false, true])
  func wideIntegersArePassedToFunctions(convention: String, optimizes: Bool) throws {
    let instance = try instance(convention: convention, optimizes: optimizes)
    var generator = SeededGenerator(3)
    let types: [IRType] = [
      .i8, .i128, .i64, .i128, .i128, .i32, .i128, .i128, .i128, .i128, .i128,
    ]
    for _ in 0..<20 {
      let values = types.map { ClifValue(type: $0, bits: ClifPrograms.number($0, &generator)) }
      let once = Self.rotate(values)
      #expect(try instance.function(named: "rotate").call(clif: values) == once)
      let between = [1, 0, 4, 2, 3, 9, 5, 6, 7, 8, 10].map { once[$0] }
      #expect(try instance.function(named: "twice").call(clif: values) == Self.rotate(between))
    }
  }

  @Test(arguments: [false, true])
  func wideIntegersAreSelected(optimizes: Bool) throws {
    let function = try instance(optimizes: optimizes).function(named: "choose")
    var generator = SeededGenerator(4)
    let floats = [1.5, 2.5].map { ClifValue(type: .f64, bits: UInt128($0.bitPattern)) }
    for index in 0..<40 {
      let first: UInt128 = index % 3 == 0 ? 0 : 1 << UInt128(index * 3)
      let second = ClifPrograms.number(.i128, &generator)
      let expected = [second &- first, second, 0, first &- second][min(index, 3)]
      let results = try function.call(
        clif: [
          ClifValue(type: .i32, bits: UInt128(index)), ClifValue(type: .i128, bits: first),
          ClifValue(type: .i128, bits: second),
        ] + floats)
      #expect(results == [ClifValue(type: .i128, bits: expected), floats[first != 0 ? 0 : 1]])
    }
  }
}
