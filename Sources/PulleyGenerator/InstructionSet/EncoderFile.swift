import PulleySpec

/// One encoder method per operation.
func encoderFile(_ operations: [NumberedOperation], number: Int) -> GeneratedFile {
  var text = swiftHeader + "\nextension Encoder {\n"
  for operation in operations { text += encoderMethod(operation) }
  text += "}\n"
  return GeneratedFile(
    path: "Sources/PulleyISA/Generated/EncoderMethods\(number).swift", content: text)
}

private func encoderMethod(_ operation: NumberedOperation) -> String {
  let parameters = operation.fields.map { "_ \($0.name): \($0.kind.parameterType)" }
  var text = "  /// \(operation.operation.meaning)\n"
  text += "  public mutating func \(operation.name)(\(parameters.joined(separator: ", "))) {\n"
  text +=
    operation.isExtended ? "    extended(\(operation.number))" : "    byte(\(operation.number))"
  for operand in operation.operation.operands { text += "; " + operand.encoding }
  return text + "\n  }\n"
}

extension Field.Kind {
  /// The Swift type an encoder method takes.
  fileprivate var parameterType: String {
    switch self {
    case .xWrite, .xRead: "XReg"
    case .fWrite, .fRead: "FReg"
    case .vWrite, .vRead: "VReg"
    case .u6, .u8: "UInt8"
    case .u16: "UInt16"
    case .u32: "UInt32"
    case .u64: "UInt64"
    case .u128: "UInt128"
    case .i8: "Int8"
    case .i16: "Int16"
    case .i32, .pcRel: "Int32"
    case .i64: "Int64"
    case .upperRegs: "UpperRegSet"
    }
  }
}

extension Operand {
  /// The statement that appends the operand.
  fileprivate var encoding: String {
    switch self {
    case .read(_, let name), .write(_, let name): "byte(\(name).number)"
    case .registers: "registers(dst.number, src1.number, src2.number)"
    case .registersAndU6: "registers(dst.number, src1.number, u6: src2)"
    case .immediate(let type, let name):
      switch type {
      case .u8: "byte(\(name))"
      case .i8: "byte(UInt8(bitPattern: \(name)))"
      case .u16: "word16(\(name))"
      case .i16: "word16(UInt16(bitPattern: \(name)))"
      case .u32: "word32(\(name))"
      case .i32: "word32(UInt32(bitPattern: \(name)))"
      case .u64: "word64(\(name))"
      case .i64: "word64(UInt64(bitPattern: \(name)))"
      case .u128: "word128(\(name))"
      }
    case .lane: "byte(lane)"
    case .target(let name): "word32(UInt32(bitPattern: \(name)))"
    case .upperRegisters(let name): "word16(\(name).rawValue)"
    case .addressO32, .addressZ: "byte(addr.number); word32(UInt32(bitPattern: offset))"
    case .addressG32: "g32(base, bound, addr, offset)"
    case .addressG32Bne: "g32bne(base, bound_addr, addr, offset, bound_offset)"
    }
  }
}
