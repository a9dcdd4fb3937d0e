import PulleyIR
import PulleyISA

extension FunctionCompiler {
  /// A function that passes everything it receives to the host function whose record is in x0: the
  /// places in which it received the arguments are those in which a host function expects them.
  ///
  /// - Parameter number: that of the signature, for the linker.
  public static func hostThunk(
    _ signature: Signature, number: UInt32
  ) throws(CodegenError) -> CompiledFunction {
    var lowering = Lowering()
    lowering.function.signature = signature
    lowering.isWindowed = true
    var record = WindowRecord()
    try record.setPassed(lowering.makeABI(signature))
    var encoder = Encoder()
    var output = CompiledFunction()
    let isShort = number < 255
    if !isShort { record.keptX = Emitter.signatureRegister - WindowRecord.firstKept + 1 }
    encoder.xconst64(.spillTmp0, Int64(bitPattern: record.bits))
    if !isShort { encoder.xconst64(XReg(Emitter.signatureRegister), Int64(number)) }
    output.relocations = [
      Relocation(
        offset: UInt32(encoder.offset), kind: .hostCall, patchDistance: 3,
        namespace: ExternalNamespace.hostSignature, target: number)
    ]
    output.sourceLocations = [SourceEntry(offset: 0, location: .max)]
    encoder.call_indirect_host(isShort ? 0 : 255)
    encoder.ret()
    output.code = encoder.bytes
    output.statistics.instructions = isShort ? 3 : 4
    return output
  }
}
