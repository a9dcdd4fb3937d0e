import PulleyIR
import PulleyOptimizer
import Testing

@Suite struct Atomics {
  /// A function of a context, an index and a value, with a heap that threads share.
  private func build(_ body: (inout FunctionBuilder, Heap, [Value]) -> Void) -> Function {
    let signature = Signature(
      parameters: [
        ABIParameter(.i64, purpose: .vmctx), ABIParameter(.i32), ABIParameter(.i32),
      ], results: [ABIParameter(.i32)], convention: .wasm)
    var builder = FunctionBuilder(name: .user(namespace: 0, index: 0), signature: signature)
    let entry = builder.makeEntry()
    let heap = builder.function.heaps.append(
      HeapData(recordOffset: 32, indexType: .i32, isShared: true))
    let parameters = Array(builder.function.parameters(of: entry))
    body(&builder, heap, parameters)
    return builder.finish()
  }

  private func access(
    _ operation: PulleyIR.Operation, _ heap: Heap, _ arguments: Value..., offset: Int64 = 0
  ) -> InstructionData {
    let padded = arguments + [.none, .none]
    var data = InstructionData(operation, .i32, padded[0], padded[1], padded[2])
    data.heap = heap
    data.immediate = offset
    return data
  }

  @Test func atomicOperationsArePrintedAndVerified() {
    let function = build { builder, heap, values in
      let (context, index, value) = (values[0], values[1], values[2])
      let loaded = builder.value(access(.heap_atomic_load, heap, index, offset: 8))
      var change = access(.heap_atomic_rmw, heap, index, value, offset: 4)
      change.atomicOperation = .xor
      let old = builder.value(change)
      let seen = builder.value(access(.heap_atomic_cas, heap, index, loaded, old))
      builder.append(access(.heap_atomic_store, heap, seen, index))
      builder.append(InstructionData(.fence))
      var plain = InstructionData(.atomic_load, .i64, context)
      plain.flags = .trusted
      let word = builder.value(plain)
      var exchange = InstructionData(.atomic_rmw, .i64, context, word)
      exchange.atomicOperation = .xchg
      let other = builder.value(exchange)
      builder.append(InstructionData(.atomic_store, .i64, other, context))
      _ = builder.value(InstructionData(.atomic_cas, .i64, context, word, other))
      builder.return([seen])
    }
    var verifier = Verifier()
    #expect(verifier.verify(function).isEmpty)
    #expect(
      function.description == """
        function u0:0(i64 vmctx, i32, i32) -> i32 wasm {
            heap0 = record vmctx+32, index_type i32, shared

        block0(v0: i64, v1: i32, v2: i32):
            v3 = heap_atomic_load.i32 heap0 v1+8
            v4 = heap_atomic_rmw.i32 heap0 xor v1+4, v2
            v5 = heap_atomic_cas.i32 heap0 v1, v3, v4
            heap_atomic_store heap0 v5, v1
            fence
            v6 = atomic_load.i64 notrap aligned v0
            v7 = atomic_rmw.i64 xchg v0, v6
            atomic_store v7, v0
            v8 = atomic_cas v0, v6, v7
            return v5
        }
        """)
  }

  @Test func theVerifierFindsAtomicOperationsOfWrongTypes() {
    let function = build { builder, heap, values in
      var data = access(.heap_atomic_rmw, heap, values[1], values[2])
      data.type = .i16
      builder.append(data)
      data = access(.heap_atomic_load, heap, values[0])
      data.flags = .canMove
      builder.append(data)
      builder.return([values[2]])
    }
    var verifier = Verifier()
    #expect(verifier.verify(function).count == 3)
  }

  @Test func noLoadIsReusedAcrossAnAtomicOperation() {
    for operation in [PulleyIR.Operation.fence, .heap_atomic_load, .heap_atomic_rmw] {
      var function = build { builder, heap, values in
        let index = values[1]
        let a = builder.value(access(.heap_load, heap, index))
        let b = builder.value(access(.heap_load, heap, index))
        switch operation {
        case .fence: builder.append(InstructionData(.fence))
        case .heap_atomic_load: builder.append(access(operation, heap, index))
        default: builder.append(access(operation, heap, index, values[2]))
        }
        let c = builder.value(access(.heap_load, heap, index))
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
    var function = build { builder, heap, values in
      let loop = builder.makeBlock()
      let end = builder.makeBlock()
      builder.jump(loop)
      builder.position(atEndOf: loop)
      let flag = builder.value(access(.heap_atomic_load, heap, values[1]))
      _ = builder.value(access(.heap_atomic_load, heap, values[1]))
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
}
