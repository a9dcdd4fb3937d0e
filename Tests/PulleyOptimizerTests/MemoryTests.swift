import PulleyIR
import PulleyOptimizer
import Testing

@testable import PulleyTestSupport

@Suite struct OptimizingMemory {
  private func optimized(
    _ body: (inout FunctionBuilder, Heap, [Value]) -> Void
  ) -> Function {
    var function = functionWithHeap(body)
    var optimizer = Optimizer()
    optimizer.run(&function)
    var verifier = Verifier()
    #expect(verifier.verify(function).isEmpty, "\(function)")
    return function
  }

  private func count(_ word: String, in function: Function) -> Int {
    function.description.split(separator: word).count - 1
  }

  /// The number of loads left of one at v1+4, four bytes, before and after `write`.
  private func loads(
    around write: (inout FunctionBuilder, Heap, [Value]) -> Void
  ) -> Int {
    let function = optimized { builder, heap, values in
      let a = builder.value(heapAccess(.heap_load, heap, values[1], offset: 4))
      write(&builder, heap, values)
      let b = builder.value(heapAccess(.heap_load, heap, values[1], offset: 4))
      builder.return([builder.binary(.iadd, a, b)])
    }
    return count("heap_load", in: function)
  }

  @Test func aLoadIsReusedAcrossStoresToOtherBytesAtTheSameBase() {
    for offset: Int64 in [0, 8, 100] {
      let count = loads { builder, heap, values in
        builder.append(heapAccess(.heap_store, heap, values[2], values[1], offset: offset))
      }
      #expect(count == 1, "\(offset)")
    }
  }

  @Test func aLoadIsNotReusedAcrossAStoreToOneOfItsBytes() {
    for offset: Int64 in [4, 5, 6, 7] {
      let count = loads { builder, heap, values in
        builder.append(heapAccess(.heap_istore8, heap, values[2], values[1], offset: offset))
      }
      #expect(count == 2, "\(offset)")
    }
  }

  @Test func aLoadIsNotReusedAcrossAStoreAtAnUnknownPlace() {
    let count = loads { builder, heap, values in
      builder.append(heapAccess(.heap_store, heap, values[1], values[2], offset: 100))
    }
    #expect(count == 2)
  }

  @Test func aNumberAddedToAnIndexTellsPlacesApartAlsoIfTheSumWrapsAround() {
    let results = [(8, 0, 1), (4, 0, 2), (1, 0, 2), (-4, 8, 2), (-16, 0, 1), (-16, 20, 2)]
    for (added, offset, expected) in results {
      let count = loads { builder, heap, values in
        let sum = builder.binary(.iadd, values[1], builder.constant(Int64(added), .i32))
        builder.append(heapAccess(.heap_store, heap, values[2], sum, offset: Int64(offset)))
      }
      #expect(count == expected, "\(added)+\(offset)")
    }
  }

  @Test func aStoredValueIsForwardedAcrossStoresToOtherPlaces() {
    let function = optimized { builder, heap, values in
      builder.append(heapAccess(.heap_store, heap, values[2], values[1], offset: 4))
      builder.append(heapAccess(.heap_store, heap, values[1], values[1], offset: 8))
      builder.return([builder.value(heapAccess(.heap_load, heap, values[1], offset: 4))])
    }
    #expect(count("heap_load", in: function) == 0)
    #expect(count("heap_store", in: function) == 2)
    #expect(function.description.contains("return v2"))
  }

  /// The number of loads left of one at v1+4 before a branch around `write`, and one after it.
  private func loadsAtJoin(
    _ write: (inout FunctionBuilder, Heap, [Value]) -> Void
  ) -> Int {
    let function = optimized { builder, heap, values in
      let (left, join) = (builder.makeBlock(), builder.makeBlock())
      let a = builder.value(heapAccess(.heap_load, heap, values[1], offset: 4))
      builder.branch(values[2], left, join)
      builder.position(atEndOf: left)
      write(&builder, heap, values)
      builder.jump(join)
      builder.position(atEndOf: join)
      let b = builder.value(heapAccess(.heap_load, heap, values[1], offset: 4))
      builder.return([builder.binary(.iadd, a, b)])
    }
    return count("heap_load", in: function)
  }

  @Test func aLoadIsReusedWherePathsMeetIfNoneOfThemWritesItsBytes() {
    let (other, same) = (Int64(8), Int64(6))
    #expect(
      loadsAtJoin { builder, heap, values in
        builder.append(heapAccess(.heap_store, heap, values[2], values[1], offset: other))
      } == 1)
    #expect(
      loadsAtJoin { builder, heap, values in
        builder.append(heapAccess(.heap_store, heap, values[2], values[1], offset: same))
      } == 2)
    #expect(loadsAtJoin { builder, _, _ in builder.append(InstructionData(.fence)) } == 2)
  }

  /// The number of loads left of one at v1+4 before a loop with a store, and one in it.
  private func loadsInLoop(storeAt offset: Int64, indexChanges: Bool) -> Int {
    let function = optimized { builder, heap, values in
      let (loop, end) = (builder.makeBlock(), builder.makeBlock())
      let index = builder.function.appendParameter(.i32, to: loop)
      let a = builder.value(heapAccess(.heap_load, heap, values[1], offset: 4))
      builder.jump(loop, [a])
      builder.position(atEndOf: loop)
      let b = builder.value(heapAccess(.heap_load, heap, values[1], offset: 4))
      let next = builder.binary(.isub, index, b)
      builder.append(
        heapAccess(
          .heap_store, heap, next, indexChanges ? index : values[1], offset: offset))
      builder.branch(next, BlockCall(loop, builder.function.makeList([next])), BlockCall(end))
      builder.position(atEndOf: end)
      builder.return([next])
    }
    return count("heap_load", in: function)
  }

  @Test func aLoadBeforeALoopIsReusedInItIfTheLoopWritesOnlyOtherBytes() {
    #expect(loadsInLoop(storeAt: 8, indexChanges: false) == 1)
    #expect(loadsInLoop(storeAt: 7, indexChanges: false) == 2)
    #expect(loadsInLoop(storeAt: 8, indexChanges: true) == 2)
  }

  /// Whether the load of a global in a loop is moved before it.
  private func isHoisted(_ addToLoop: (inout FunctionBuilder, Heap, [Value]) -> Void) -> Bool {
    let function = optimized { builder, heap, values in
      let (loop, end) = (builder.makeBlock(), builder.makeBlock())
      builder.jump(loop)
      builder.position(atEndOf: loop)
      var global = InstructionData(.load, .i32, values[0])
      global.flags = [.trusted, .canMove]
      global.immediate = 64
      let loaded = builder.value(global)
      addToLoop(&builder, heap, values)
      builder.branch(loaded, loop, end)
      builder.position(atEndOf: end)
      builder.return([loaded])
    }
    return function.order(of: function.entry).contains {
      function.instructions[$0].operation == .load
    }
  }

  @Test func aLoadOfAGlobalMovesOutOfALoopThatDoesNotWriteIt() {
    func store(_ values: [Value], at offset: Int64) -> InstructionData {
      var data = InstructionData(.store, .i32, values[1], values[0])
      data.flags = .trusted
      data.immediate = offset
      return data
    }
    #expect(isHoisted { _, _, _ in })
    #expect(isHoisted { $0.append(heapAccess(.heap_store, $1, $2[1], $2[2])) })
    #expect(isHoisted { builder, _, values in builder.append(store(values, at: 80)) })
    #expect(!isHoisted { builder, _, values in builder.append(store(values, at: 66)) })
    #expect(!isHoisted { builder, _, _ in builder.append(InstructionData(.fence)) })
  }
}
