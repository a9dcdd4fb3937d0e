import PulleyIR
import Testing

@testable import PulleyTestSupport

@Suite struct Atomics {
  @Test func atomicOperationsArePrintedAndVerified() {
    let function = functionWithSharedHeap { builder, heap, values in
      let (context, index, value) = (values[0], values[1], values[2])
      let loaded = builder.value(heapAccess(.heap_atomic_load, heap, index, offset: 8))
      var change = heapAccess(.heap_atomic_rmw, heap, index, value, offset: 4)
      change.atomicOperation = .xor
      let old = builder.value(change)
      let seen = builder.value(heapAccess(.heap_atomic_cas, heap, index, loaded, old))
      builder.append(heapAccess(.heap_atomic_store, heap, seen, index))
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
    let function = functionWithSharedHeap { builder, heap, values in
      var data = heapAccess(.heap_atomic_rmw, heap, values[1], values[2])
      data.type = .i16
      builder.append(data)
      data = heapAccess(.heap_atomic_load, heap, values[0])
      data.flags = .canMove
      builder.append(data)
      builder.return([values[2]])
    }
    var verifier = Verifier()
    #expect(verifier.verify(function).count == 3)
  }
}
