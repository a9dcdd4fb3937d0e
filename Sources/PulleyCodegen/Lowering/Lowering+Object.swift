import PulleyIR
import PulleyISA

/// Objects of the collected heap. Each operation is one instruction.
extension Lowering {
  mutating func lowerObject(
    _ inst: Inst, _ data: InstructionData
  ) throws(CodegenError) {
    try requireHeap()
    switch data.operation {
    case .object_new:
      let result = try destination(inst)
      emit(.xobject_new, result, try use(data.argument0), immediate: data.immediate)
    case .array_new:
      let result = try destination(inst)
      let shape = try use(data.argument0)
      emit(.xarray_new, result, shape, try use(data.argument1))
    case .array_load, .array_uload8, .array_sload8, .array_uload16, .array_sload16:
      let result = try destination(inst)
      let array = try use(data.argument0)
      emit(try elementLoad(data), result, array, try use(data.argument1))
    case .array_store, .array_istore8, .array_istore16, .array_store_reference:
      let array = try use(data.argument0)
      let index = try use(data.argument1)
      emit(try elementStore(data), array, index, try use(data.argument2))
    case .store_reference:
      guard let offset = Int32(exactly: data.immediate) else {
        throw .malformed("a field is too far from its object")
      }
      let value = try use(data.argument0)
      emit(.xstore_reference, try use(data.argument1), value, immediate: Int64(offset))
    default:
      let reference = try use(data.argument0)
      emit(
        data.operation == .reference_cast ? .xreference_cast : .xreference_cast_null, reference,
        try use(data.argument1))
    }
    code[code.count - 1].trapCode = data.trapCode.rawValue
  }

  /// `reference_test` and `reference_kind`.
  mutating func lowerReferenceTest(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    try requireHeap()
    let reference = try use(data.argument0)
    if data.operation == .reference_kind {
      emit(.xreference_kind, result, reference)
    } else {
      emit(.xreference_test, result, reference, try use(data.argument1))
    }
  }

  /// Machines have a heap only for functions made from WebAssembly.
  private func requireHeap() throws(CodegenError) {
    guard isWindowed else {
      throw .unsupportedFeature("an object of WebAssembly's heap in CLIF is")
    }
  }

  private func elementLoad(_ data: InstructionData) throws(CodegenError) -> Opcode {
    switch data.operation {
    case .array_uload8: .xarray_load8_u32
    case .array_sload8: .xarray_load8_s32
    case .array_uload16: .xarray_load16_u32
    case .array_sload16: .xarray_load16_s32
    default:
      switch data.type {
      case .i32: .xarray_load32
      case .i64: .xarray_load64
      case .f32: .farray_load32
      case .f64: .farray_load64
      case _ where data.type.bits == 128 && data.type.isVector: .varray_load128
      default: throw .malformed("an array has no elements of \(data.type)")
      }
    }
  }

  private func elementStore(_ data: InstructionData) throws(CodegenError) -> Opcode {
    switch data.operation {
    case .array_istore8: .xarray_store8
    case .array_istore16: .xarray_store16
    case .array_store_reference: .xarray_store_reference
    default:
      switch data.type {
      case .i32: .xarray_store32
      case .i64: .xarray_store64
      case .f32: .farray_store32
      case .f64: .farray_store64
      case _ where data.type.bits == 128 && data.type.isVector: .varray_store128
      default: throw .malformed("an array has no elements of \(data.type)")
      }
    }
  }
}
