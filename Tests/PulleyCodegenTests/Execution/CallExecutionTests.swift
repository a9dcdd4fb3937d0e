import PulleyIR
import PulleyVM
import Testing

@testable import PulleyCodegen

@Suite struct CallExecutionTests {
  /// A function of 40 parameters and 20 results, and one that calls it.
  @Test func manyArgumentsAndResultsArePassedOnTheStack() throws {
    let types: [Type] = (0..<40).map { $0 % 3 == 2 ? .f64 : $0 % 2 == 0 ? .i64 : .i32 }
    let results: [Type] = (0..<20).map { $0 % 5 == 4 ? .f64 : .i64 }
    var callee = Maker(types, results)
    var integer = callee.iconst(.i64, 0)
    var float = callee.f64const(0)
    for (index, type) in types.enumerated() {
      let weight = callee.iconst(.i64, Int64(index + 1))
      switch type {
      case .f64: float = callee.op(.fadd, .f64, float, callee.parameter(index))
      case .i32:
        let wide = callee.op(.uextend, .i64, callee.parameter(index))
        integer = callee.op(.iadd, .i64, integer, callee.op(.imul, .i64, wide, weight))
      default:
        let product = callee.op(.imul, .i64, callee.parameter(index), weight)
        integer = callee.op(.iadd, .i64, integer, product)
      }
    }
    callee.ret(
      results.enumerated().map { index, type in
        type == .f64
          ? callee.op(.fadd, .f64, float, callee.f64const(Double(index)))
          : callee.op(.iadd, .i64, integer, callee.iconst(.i64, Int64(index)))
      })

    var caller = Maker([.i64], [.i64, .f64])
    let function = caller.external(.user(namespace: 0, index: 1), types, results)
    let arguments = types.enumerated().map { index, type in
      type == .f64
        ? caller.f64const(Double(index)) : caller.iconst(type, Int64(1000 - index))
    }
    let got = caller.call(function, arguments)
    var sum = caller.parameter(0)
    var floatSum = caller.f64const(0)
    for (value, type) in zip(got, results) {
      if type == .f64 {
        floatSum = caller.op(.fadd, .f64, floatSum, value)
      } else {
        sum = caller.op(.iadd, .i64, sum, value)
      }
    }
    caller.ret(sum, floatSum)
    let functions = [caller.finish(), callee.finish()]
    let expected = try Evaluator(functions).call(0, [5])
    #expect(try Runner(functions).call(0, [5]).get() == expected)
  }

  @Test func largeFramesKeepSavedRegistersAndStackSlots() throws {
    var m = Maker([.i64, .i64], [.i64])
    let slot = m.builder.function.stackSlots.append(StackSlotData(bytes: 200_000))
    var address = InstructionData(.stack_addr, .i64)
    address.stackSlot = slot
    let base = m.builder.value(address)
    m.store(.store, .i64, m.parameter(0), base, 199_992)
    m.store(.store, .i64, m.parameter(1), base)
    let other = m.external(.user(namespace: 0, index: 1), [.i64], [.i64])
    let result = m.call(other, [m.parameter(1)])[0]
    let first = m.load(.load, .i64, base, 199_992)
    let second = m.load(.load, .i64, base)
    let sum = m.op(.iadd, .i64, m.op(.iadd, .i64, first, second), result)
    m.ret(m.op(.iadd, .i64, sum, m.parameter(0)))
    var callee = Maker([.i64], [.i64])
    callee.ret(callee.op(.imul, .i64, callee.parameter(0), callee.parameter(0)))
    let functions = [m.finish(), callee.finish()]
    #expect(try Runner(functions).call(0, [7, 5]).get() == [7 + 5 + 25 + 7])
  }

  @Test func theEntryBlockMayBeALoopHeader() throws {
    var m = Maker([.i64, .i64], [.i64])
    let entry = m.entry
    let exit = m.block().block
    let next = m.op(.isub, .i64, m.parameter(0), m.iconst(.i64, 1))
    let product = m.op(.imul, .i64, m.parameter(1), m.iconst(.i64, 3))
    m.brif(next, entry, [next, product], exit)
    m.go(exit)
    m.ret(product)
    #expect(try Runner([m.finish()]).call(0, [4, 1]).get() == [81])
  }

  @Test func functionsThatNeedMoreRegistersThanExistComputeTheRightResults() throws {
    var m = Maker([.i64, .f64], [.i64, .f64])
    var integers: [Value] = []
    var floats: [Value] = []
    for index in 0..<60 {
      integers.append(
        m.op(.imul, .i64, m.parameter(0), m.iconst(.i64, Int64(index) * 1_000_003 + 7)))
      floats.append(m.op(.fmul, .f64, m.parameter(1), m.f64const(Double(index) + 0.5)))
    }
    let (header, state) = m.block(.i64, .f64, .i32)
    let exit = m.block().block
    m.jump(header, m.parameter(0), m.parameter(1), m.iconst(.i32, 3))
    m.go(header)
    var (sum, floatSum) = (state[0], state[1])
    for index in 0..<60 {
      sum = m.op(.bxor, .i64, m.op(.iadd, .i64, sum, integers[index]), integers[59 - index])
      floatSum = m.op(.fadd, .f64, floatSum, floats[59 - index])
    }
    let left = m.op(.isub, .i32, state[2], m.iconst(.i32, 1))
    m.brif(left, header, [sum, floatSum, left], exit)
    m.go(exit)
    m.ret(sum, floatSum)
    let functions = [m.finish()]
    let arguments = [12345, (1.25).bitPattern]
    let expected = try Evaluator(functions).call(0, arguments)
    #expect(try Runner(functions).call(0, arguments).get() == expected)
  }

  @Test func accessesOfTheSecondHeapReachItsMemory() throws {
    for convention in [CallConvention.fast, .wasm] {
      for offset in [Int64(0), 40, 70_000, 0xFFFF_FFF0] {
        for type in [Type.i32, .i64] {
          var m = Maker([type], [.i32], convention: convention, context: true)
          _ = m.heap(recordOffset: 96)
          let heap = m.heap(indexType: type)
          m.ret(m.heapLoad(.heap_load, .i32, heap, m.parameter(1), offset))
          let functions = [m.finish()]
          let memory = Memory(size: 80_000)
          let runner = try Runner(functions)
          for index: UInt64 in [0, 9960, 79_996, 79_997, 0xFFFF_FFFF, .max] {
            let arguments = [memory.context, truncate(index, type)]
            let expected = Result { try Evaluator(functions).call(0, arguments) }
            let actual = runner.call(0, arguments)
            switch (expected, actual) {
            case (.success(let a), .success(let b)): #expect(a == b)
            case (.failure, .failure(let trap)): #expect(trap.kind == .memoryOutOfBounds)
            default: Issue.record("\(type) \(offset) \(index): \(expected) but \(actual)")
            }
          }
        }
      }
    }
  }
}
