import PulleyIR

extension ValueType {
  /// The IR type that represents values of this type. References are addresses.
  public var irType: Type {
    switch kind {
    case .i32: .i32
    case .i64, .reference: .i64
    case .f32: .f32
    case .f64: .f64
    case .v128: .i8x16
    }
  }
}

extension FunctionType {
  /// The signature of translated functions of this type. The context is the first parameter.
  public var irSignature: Signature {
    Signature(
      parameters: [ABIParameter(.pointer, purpose: .vmctx)]
        + parameters.map { ABIParameter($0.irType) },
      results: results.map { ABIParameter($0.irType) }, convention: .wasm)
  }
}

/// A function that makes a host function callable as if it were translated.
public enum HostThunk {
  /// A function whose context argument is a pointer to a host function. It passes all its arguments
  /// to the host function.
  public static func function(forType typeIndex: UInt32, _ type: FunctionType) -> Function {
    let signature = type.irSignature
    var builder = FunctionBuilder(
      name: FunctionNames.hostThunk(ofType: typeIndex), signature: signature)
    let entry = builder.makeEntry()
    let arguments = Array(builder.function.parameters(of: entry))
    var farSignature = signature
    // The context is the pointer to the host function, so it has no memory records.
    for index in farSignature.parameters.indices {
      farSignature.parameters[index].purpose = .normal
    }
    let host = builder.function.externals.append(
      ExternalFunction(
        name: FunctionNames.hostSignature(ofType: typeIndex),
        signature: builder.function.signatures.append(farSignature), isColocated: false))
    var call = InstructionData(.call)
    call.function = host
    call.list = builder.function.makeList(arguments)
    let inst = builder.append(call)
    var exit = InstructionData(.return)
    exit.list = builder.function.results(of: inst)
    builder.append(exit)
    return builder.finish()
  }
}
