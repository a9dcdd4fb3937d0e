import PulleyIR
import PulleyISA

extension Lowering {
  mutating func lowerFloatBinary(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    guard let opcode = FloatOpcodes.binary(data.operation, data.type) else {
      throw unsupported(data)
    }
    let left = try use(data.argument0)
    emit(opcode, result, left, try use(data.argument1))
  }

  mutating func lowerFloatUnary(
    _ data: InstructionData, into result: Reg
  ) throws(CodegenError) {
    let from = function.type(of: data.argument0)
    guard let opcode = FloatOpcodes.unary(data.operation, from: from, to: data.type) else {
      throw unsupported(data)
    }
    emit(opcode, result, try use(data.argument0))
  }

  mutating func lowerBitcast(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    guard let opcode = FloatOpcodes.bitcast(function.type(of: data.argument0), data.type) else {
      throw unsupported(data)
    }
    emit(opcode, result, try use(data.argument0))
  }

  /// Conversions between integers and floats.
  mutating func lowerConversion(_ data: InstructionData, into result: Reg) throws(CodegenError) {
    let from = function.type(of: data.argument0)
    guard let opcode = FloatOpcodes.conversion(data.operation, from: from, to: data.type) else {
      throw unsupported(data)
    }
    guard from.isInteger, from.bits < 32 else {
      emit(opcode, result, try use(data.argument0))
      return
    }
    let value = try extended(data.argument0, signed: data.operation == .fcvt_from_sint)
    emit(opcode, result, value.register)
    complete(value)
  }
}
