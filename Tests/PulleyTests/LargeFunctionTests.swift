import Pulley
import Testing

/// Functions so large that the compiler keeps locals in memory, takes registers as alive where they
/// are not, and displaces nothing: they compute what they say all the same.
@Suite struct LargeFunctions {
  /// The same numbers in each run.
  private struct Numbers {
    private var state: UInt64 = 1

    mutating func next(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  private func call(_ text: String, _ argument: Int32) throws -> Int32? {
    let engine = Engine()
    let module = try Module(engine: engine, bytes: Array(text.utf8))
    let instance = try Linker(engine: engine).instantiate(module)
    let function = try instance.function(named: "run")
    guard case .i32(let result) = try function.call([.i32(argument)]).first else { return nil }
    return result
  }

  /// Locals read before they are set, set in some arms, and read after all of them.
  @Test(arguments: [20, 700])
  func manyLocalsAndMergesAreCompiledCorrectly(count: Int) throws {
    var numbers = Numbers()
    var code = ""
    var steps: [(bit: Int, target: Int, source: Int, addend: Int)] = []
    for _ in 0..<count {
      let step = (
        bit: numbers.next(below: 8), target: 1 + numbers.next(below: count),
        source: 1 + numbers.next(below: count), addend: numbers.next(below: 1000)
      )
      steps.append(step)
      code += """
        (block (br_if 0 (i32.and (local.get 0) (i32.const \(1 << step.bit))))
          (local.set \(step.target)
            (i32.add (local.get \(step.source)) (i32.const \(step.addend)))))\n
        """
    }
    // In a loop that goes round twice, so that every local comes back to its start.
    let text = """
      (module (func (export "run") (param i32) (result i32)
        (local \(String(repeating: "i32 ", count: count))i32)
        (loop \(code)
          (local.set \(count + 1) (i32.add (local.get \(count + 1)) (i32.const 1)))
          (br_if 0 (i32.lt_u (local.get \(count + 1)) (i32.const 2))))
        (i32.const 0)
        \((1...count).map { "(i32.mul (i32.const 31)) (i32.add (local.get \($0)))" }
          .joined(separator: "\n"))))
      """
    for argument: Int32 in [0, 0b1010_0110, 0xFF] {
      var locals = [Int32](repeating: 0, count: count + 1)
      for _ in 0..<2 {
        for step in steps where argument & 1 << Int32(step.bit) == 0 {
          locals[step.target] = locals[step.source] &+ Int32(step.addend)
        }
      }
      let expected = locals.dropFirst().reduce(Int32(0)) { $0 &* 31 &+ $1 }
      #expect(try call(text, argument) == expected)
    }
  }

  /// Values that are made first, and needed last, with blocks, loops and calls between.
  @Test(arguments: [30, 1_500])
  func manyValuesAndBlocksAreCompiledCorrectly(count: Int) throws {
    var code = ""
    for index in 0..<count {
      code += "(i32.mul (local.get 0) (i32.const \(index * 7_919 + 3)))\n"
    }
    for index in 0..<count {
      switch index % 3 {
      case 0:
        code +=
          "(if (i32.and (local.get 0) (i32.const \(1 << (index % 7)))) (then"
          + " (local.set 1 (i32.add (local.get 1) (i32.const \(index))))))\n"
      case 1:
        code +=
          "(loop (local.set 2 (i32.add (local.get 2) (i32.const 1)))"
          + " (br_if 0 (i32.and (local.get 2) (i32.const 1))))\n"
      default:
        code += "(if (i32.eq (local.get 0) (i32.const -1)) (then (return (call $f))))\n"
      }
    }
    let text = """
      (module (func $f (result i32) (i32.const 77))
        (func (export "run") (param i32) (result i32) (local i32 i32)
        \(code)
        \(String(repeating: "(i32.xor)\n", count: count - 1))
        (i32.add (local.get 1)) (i32.add (local.get 2))))
      """
    for argument: Int32 in [0, 1, 0b101_0101, 12_345] {
      var expected: Int32 = 0
      var (first, second): (Int32, Int32) = (0, 0)
      for index in 0..<Int32(count) {
        expected ^= argument &* (index &* 7_919 &+ 3)
        if index % 3 == 0, argument & 1 << (index % 7) != 0 { first &+= index }
        if index % 3 == 1 {
          repeat { second &+= 1 } while second & 1 != 0
        }
      }
      #expect(try call(text, argument) == expected &+ first &+ second)
    }
    #expect(try call(text, -1) == 77)
  }
}
