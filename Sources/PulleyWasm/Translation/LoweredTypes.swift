import PulleyIR

extension ValueType {
  /// How values of this type are represented: references are addresses.
  public var lowered: Type {
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
  /// The signature of translated functions of this type: the context comes first.
  public var lowered: Signature {
    Signature(
      parameters: [ABIParameter(.pointer, purpose: .vmctx)]
        + parameters.map { ABIParameter($0.lowered) },
      results: results.map { ABIParameter($0.lowered) }, convention: .wasm)
  }
}

/// The bridge that makes a host function look like a translated one.
public enum HostThunk {
  /// A function that is called with a pointer to a host function as its context, and passes all on
  /// to it by a far call.
  public static func function(forType typeIndex: UInt32, _ type: FunctionType) -> Function {
    let signature = type.lowered
    var builder = FunctionBuilder(
      name: FunctionNames.hostThunk(ofType: typeIndex), signature: signature)
    let entry = builder.makeEntry()
    let arguments = Array(builder.function.parameters(of: entry))
    var farSignature = signature
    // The context is the pointer to the host function here; memory records are nothing to it.
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
