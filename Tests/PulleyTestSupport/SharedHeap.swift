import PulleyIR

/// A function of a context, an index and a value, with a heap that threads share.
func functionWithSharedHeap(_ body: (inout FunctionBuilder, Heap, [Value]) -> Void) -> Function {
  functionWithHeap(isShared: true, body)
}

/// A function of a context, an index and a value, with a heap.
func functionWithHeap(
  isShared: Bool = false, _ body: (inout FunctionBuilder, Heap, [Value]) -> Void
) -> Function {
  let signature = Signature(
    parameters: [
      ABIParameter(.i64, purpose: .vmctx), ABIParameter(.i32), ABIParameter(.i32),
    ], results: [ABIParameter(.i32)], convention: .wasm)
  var builder = FunctionBuilder(name: .user(namespace: 0, index: 0), signature: signature)
  let entry = builder.makeEntry()
  let heap = builder.function.heaps.append(
    HeapData(recordOffset: 32, indexType: .i32, isShared: isShared))
  let parameters = Array(builder.function.parameters(of: entry))
  body(&builder, heap, parameters)
  return builder.finish()
}

func heapAccess(
  _ operation: PulleyIR.Operation, _ heap: Heap, _ arguments: Value..., offset: Int64 = 0
) -> InstructionData {
  let padded = arguments + [.none, .none]
  var data = InstructionData(operation, .i32, padded[0], padded[1], padded[2])
  data.heap = heap
  data.immediate = offset
  return data
}
