import PulleyIR
import PulleyVM
import Testing

@testable import PulleyCodegen

extension Maker {
  fileprivate mutating func atomic(
    _ opcode: PulleyIR.Operation, _ type: Type, _ heap: Heap, _ arguments: [Value],
    offset: Int64 = 0, operation: AtomicOperation = .add
  ) -> Inst {
    let padded = arguments + [.none, .none]
    var data = InstructionData(opcode, type, padded[0], padded[1], padded[2])
    data.heap = heap
    data.immediate = offset
    if opcode == .heap_atomic_rmw { data.atomicOperation = operation }
    return builder.append(data)
  }

  fileprivate func result(_ inst: Inst) -> Value { builder.function.result(of: inst) }
}

/// The atomic operations that the machine has instructions for.
private let machineOperations: [AtomicOperation] = [.add, .sub, .and, .or, .xor, .xchg]

private let reload = ["xload64le_o32", "xload64le_o32", "xload64le_o32"]

/// The lowering of atomic operations.
@Suite struct AtomicSelection {
  @Test func anAtomicAccessIsLoweredToACheckAndAnOperation() throws {
    for (type, bits) in [(Type.i8, 8), (.i16, 16), (.i32, 32), (.i64, 64)] {
      for operation in machineOperations {
        var m = Maker([.i32, type], [type], convention: .wasm, context: true)
        let heap = m.heap()
        let old = m.atomic(
          .heap_atomic_rmw, type, heap, [m.parameter(1), m.parameter(2)], offset: 8,
          operation: operation)
        m.ret(m.result(old))
        let name = "xatomic_\(operation.name)\(bits)"
        #expect(try work(compile(m.finish()).code) == ["xaddr\(bits)_g32", name])
      }
    }
  }

  @Test func resultsOfAtomicOperationsNeedNoExtension() throws {
    var m = Maker([.i32, .i8], [.i64], convention: .wasm, context: true)
    let old = m.atomic(.heap_atomic_rmw, .i8, m.heap(), [m.parameter(1), m.parameter(2)])
    m.ret(m.op(.uextend, .i64, m.result(old)))
    #expect(try work(compile(m.finish()).code) == ["xaddr8_g32", "xatomic_add8"])
  }

  @Test func operandsOfAtomicOperationsNeedNoMask() throws {
    var m = Maker([.i32, .i64], [], convention: .wasm, context: true)
    let low = m.op(.ireduce, .i16, m.parameter(2))
    _ = m.atomic(.heap_atomic_store, .i16, m.heap(), [low, m.parameter(1)])
    m.ret()
    #expect(try work(compile(m.finish()).code) == ["xaddr16_g32", "xatomic_store16"])
  }

  @Test func atomicAccessesWithLongOffsetsOrIndicesTakeOneCheck() throws {
    var m = Maker([.i64, .i32], [.i32], convention: .wasm, context: true)
    let heap = m.heap(indexType: .i64)
    let value = m.atomic(.heap_atomic_load, .i32, heap, [m.parameter(1)], offset: 1 << 40)
    m.ret(m.result(value))
    #expect(try work(compile(m.finish()).code) == ["xaddr32_g64", "xatomic_load32"])

    m = Maker([.i32], [.i32], convention: .wasm, context: true)
    let far = m.atomic(.heap_atomic_load, .i32, m.heap(), [m.parameter(1)], offset: 0x1_0000)
    m.ret(m.result(far))
    #expect(
      try work(compile(m.finish()).code) == ["zext32", "xaddr32_g64", "xatomic_load32"])
  }

  @Test func anAtomicAccessWithAnUnusedResultIsKept() throws {
    var m = Maker([.i32], [], convention: .wasm, context: true)
    _ = m.atomic(.heap_atomic_load, .i32, m.heap(), [m.parameter(1)])
    m.ret()
    #expect(try work(compile(m.finish()).code) == ["xaddr32_g32", "xatomic_load32"])
  }

  @Test func theBoundOfASharedHeapIsReloadedAfterAtomicOperations() throws {
    func accesses(shared: Bool, number: Int) throws -> [String] {
      var m = Maker([.i32], [.i32], convention: .wasm, context: true)
      for offset in 0...number {
        m.builder.function.heaps.append(
          HeapData(recordOffset: 32 + 8 * Int32(offset), indexType: .i32, isShared: shared))
      }
      let heap = Heap(number: UInt32(number))
      let a = m.heapLoad(.heap_load, .i32, heap, m.parameter(1))
      m.builder.append(InstructionData(.fence))
      let b = m.heapLoad(.heap_load, .i32, heap, m.parameter(1), 4)
      m.ret(m.op(.iadd, .i32, a, b))
      return work(try compile(m.finish()).code).filter { $0.hasPrefix("xload") || $0.contains("_") }
    }
    for number in [0, 1] {
      let unshared = try accesses(shared: false, number: number)
      let shared = try accesses(shared: true, number: number)
      // The machine has base and bound of the first heap, unless another thread has grown it.
      let load = number == 0 ? [] : reload
      #expect(unshared == load + ["xload32le_g32", "atomic_fence", "xload32le_g32"])
      #expect(shared == load + ["xload32le_g32", "atomic_fence"] + reload + ["xload32le_g32"])
    }
  }

  @Test func theReloadedBoundOfASharedHeapReachesLaterBlocks() throws {
    var m = Maker([.i32], [.i32], convention: .wasm, context: true)
    let heap = m.builder.function.heaps.append(
      HeapData(recordOffset: 32, indexType: .i32, isShared: true))
    let (loop, _) = m.block()
    let (end, _) = m.block()
    let first = m.heapLoad(.heap_load, .i32, heap, m.parameter(1))
    m.jump(loop)
    m.go(loop)
    let flag = m.atomic(.heap_atomic_load, .i32, heap, [m.parameter(1)])
    m.brif(m.result(flag), end, [], loop)
    m.go(end)
    m.ret(m.op(.iadd, .i32, first, m.heapLoad(.heap_load, .i32, heap, m.parameter(1), 4)))
    let code = try work(compile(m.finish()).code)
    #expect(code.filter { $0 == "xload64le_o32" }.count == 3)
    let access = try #require(code.firstIndex(of: "xatomic_load32"))
    #expect(Array(code[(access + 1)...].prefix(3)) == reload)
  }
}

/// Runs compiled atomic operations.
@Suite struct AtomicExecution {
  @Test func atomicReadModifyWriteAndCompareAndSwapUpdateMemory() throws {
    for (type, bits) in [(Type.i8, 8), (.i16, 16), (.i32, 32), (.i64, 64)] {
      for operation in machineOperations {
        for indexType in [Type.i32, .i64] {
          var m = Maker([indexType, type], [type], convention: .wasm, context: true)
          let heap = m.heap(indexType: indexType)
          let old = m.atomic(
            .heap_atomic_rmw, type, heap, [m.parameter(1), m.parameter(2)], offset: 8,
            operation: operation)
          m.ret(m.result(old))
          let memory = Memory(size: 64)
          let before = memory.word(at: 24, bits)
          let runner = try Runner([m.finish()])
          let operand = UInt64(0x1122_3344_5566_7788) & (.max >> UInt64(64 - bits))
          #expect(runner.call(0, [memory.context, 16, operand]) == .success([before]))
          let after: UInt64 =
            switch operation {
            case .add: before &+ operand
            case .sub: before &- operand
            case .and: before & operand
            case .or: before | operand
            case .xor: before ^ operand
            case .xchg: operand
            default: before
            }
          #expect(memory.word(at: 24, bits) == after & (.max >> UInt64(64 - bits)))
        }
      }
    }
  }

  @Test func compareAndSwapStoresOnlyIfEqual() throws {
    var m = Maker([.i32, .i16, .i16], [.i16], convention: .wasm, context: true)
    let old = m.atomic(
      .heap_atomic_cas, .i16, m.heap(), [m.parameter(1), m.parameter(2), m.parameter(3)])
    m.ret(m.result(old))
    let memory = Memory(size: 16)
    let runner = try Runner([m.finish()])
    let before = memory.word(at: 2, 16)
    #expect(runner.call(0, [memory.context, 2, before &+ 1, 9]) == .success([before]))
    #expect(memory.word(at: 2, 16) == before)
    #expect(runner.call(0, [memory.context, 2, before, 9]) == .success([before]))
    #expect(memory.word(at: 2, 16) == 9)
  }

  @Test func atomicAccessesAtUnalignedOrOutsideAddressesTrap() throws {
    for (indexType, offset) in [(Type.i32, 4), (.i64, 4), (.i32, 0x2_0000)] as [(Type, Int64)] {
      var m = Maker([indexType], [.i32], convention: .wasm, context: true)
      let value = m.atomic(
        .heap_atomic_load, .i32, m.heap(indexType: indexType), [m.parameter(1)], offset: offset)
      m.ret(m.result(value))
      let memory = Memory(size: 64)
      let runner = try Runner([m.finish()])
      #expect(
        runner.call(0, [memory.context, 2])
          == .failure(RunnerTrap(kind: .unalignedAtomic, message: nil)))
      #expect(
        runner.call(0, [memory.context, 60])
          == .failure(RunnerTrap(kind: .memoryOutOfBounds, message: nil)))
    }
  }

  @Test func atomicOperationsAcceptAddressesOfTheHost() throws {
    var m = Maker([.i64, .i32], [.i32])
    var data = InstructionData(.atomic_rmw, .i32, m.parameter(0), m.parameter(1))
    data.atomicOperation = .sub
    let old = m.builder.value(data)
    m.builder.append(InstructionData(.fence))
    m.ret(old)
    let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    defer { word.deallocate() }
    word.initialize(to: 50)
    let runner = try Runner([m.finish()])
    #expect(runner.call(0, [UInt64(UInt(bitPattern: word)), 8]) == .success([50]))
    #expect(word.pointee == 42)
    #expect(
      runner.call(0, [0, 8]) == .failure(RunnerTrap(kind: .memoryOutOfBounds, message: nil)))
  }
}

extension Memory {
  fileprivate func word(at offset: Int, _ bits: Int) -> UInt64 {
    (0..<bits / 8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }
}
