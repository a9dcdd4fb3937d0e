import PulleyIR
import PulleyOptimizer
import Testing

@testable import PulleyTestSupport

@Suite struct OptimizingAtomics {
  @Test func noLoadIsReusedAcrossAnAtomicOperation() {
    for operation in [PulleyIR.Operation.fence, .heap_atomic_load, .heap_atomic_rmw] {
      var function = functionWithSharedHeap { builder, heap, values in
        let index = values[1]
        let a = builder.value(heapAccess(.heap_load, heap, index))
        let b = builder.value(heapAccess(.heap_load, heap, index))
        switch operation {
        case .fence: builder.append(InstructionData(.fence))
        case .heap_atomic_load: builder.append(heapAccess(operation, heap, index))
        default: builder.append(heapAccess(operation, heap, index, values[2]))
        }
        let c = builder.value(heapAccess(.heap_load, heap, index))
        let sum = builder.binary(.iadd, a, b)
        builder.return([builder.binary(.iadd, sum, c)])
      }
      var optimizer = Optimizer()
      optimizer.run(&function)
      let text = function.description
      #expect(text.split(separator: "heap_load").count == 3, "\(text)")
      #expect(text.contains(operation.mnemonic))
    }
  }

  @Test func atomicOperationsAreNeitherMovedNorRemoved() {
    var function = functionWithSharedHeap { builder, heap, values in
      let loop = builder.makeBlock()
      let end = builder.makeBlock()
      builder.jump(loop)
      builder.position(atEndOf: loop)
      let flag = builder.value(heapAccess(.heap_atomic_load, heap, values[1]))
      _ = builder.value(heapAccess(.heap_atomic_load, heap, values[1]))
      builder.branch(flag, end, loop)
      builder.position(atEndOf: end)
      builder.return([values[2]])
    }
    var optimizer = Optimizer()
    optimizer.run(&function)
    let text = function.description
    #expect(text.split(separator: "heap_atomic_load").count == 3)
    #expect(text.contains("brif"))
  }

  @Test func aLoopThatWaitsForAnotherThreadLoadsInEachIteration() {
    var function = functionWithSharedHeap { builder, heap, values in
      let (loop, end) = (builder.makeBlock(), builder.makeBlock())
      let before = builder.value(heapAccess(.heap_load, heap, values[1]))
      builder.jump(loop)
      builder.position(atEndOf: loop)
      let flag = builder.value(heapAccess(.heap_load, heap, values[1]))
      builder.branch(flag, loop, end)
      builder.position(atEndOf: end)
      builder.return([before])
    }
    var optimizer = Optimizer()
    optimizer.run(&function)
    let text = function.description
    #expect(text.split(separator: "heap_load").count == 3, "\(text)")
  }

  @Test func noLoadOfASharedMemoryIsReusedAcrossAStore() {
    var function = functionWithSharedHeap { builder, heap, values in
      let a = builder.value(heapAccess(.heap_load, heap, values[1]))
      builder.append(heapAccess(.heap_store, heap, values[2], values[1], offset: 8))
      let b = builder.value(heapAccess(.heap_load, heap, values[1]))
      builder.return([builder.binary(.iadd, a, b)])
    }
    var optimizer = Optimizer()
    optimizer.run(&function)
    let text = function.description
    #expect(text.split(separator: "heap_load").count == 3, "\(text)")
  }
}
