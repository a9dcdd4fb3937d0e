import PulleyCodegen
import PulleyIR
import PulleyLegalizer

/// Finds out which types of an operation can be compiled, by compiling a function with one.
struct Probe {
  private var legalizer = Legalizer()
  private var compiler = FunctionCompiler()
  private var verifier = Verifier(addressBits: nil)

  typealias IRType = PulleyIR.`Type`

  /// All types that values of functions which run can have.
  static let types: [IRType] = [
    .i8, .i16, .i32, .i64, .i128, .f32, .f64, .i8x16, .i16x8, .i32x4, .i64x2, .f32x4, .f64x2,
  ]

  enum Outcome: Equatable {
    /// The controlling types that can be compiled; empty of an operation that has none to choose.
    case compiled([IRType])
    case refused(String)
  }

  mutating func outcome(of operation: PulleyIR.Operation) -> Outcome {
    let typing = operation.typing
    let hasChoice = typing.isPolymorphic && operation.fixedType == .invalid
    let candidates =
      hasChoice ? Self.types.filter(typing.controlling.contains) : [operation.fixedType]
    var compiled: [IRType] = []
    var refusal = "no type of values that run"
    for type in candidates {
      switch attempt(operation, type) {
      case nil: compiled.append(type)
      case let reason?: if compiled.isEmpty { refusal = reason }
      }
    }
    if compiled.isEmpty { return .refused(refusal) }
    return .compiled(hasChoice ? compiled : [])
  }

  /// Why the operation cannot be compiled with the controlling type; nil if it can, with operands of
  /// some types.
  private mutating func attempt(_ operation: PulleyIR.Operation, _ type: IRType) -> String? {
    let rules = operation.typing.operands
    var reason = "no operands of types that run"
    for first in Self.operandTypes(rules.0, type) {
      for second in Self.operandTypes(rules.1, type) {
        for third in Self.operandTypes(rules.2, type) {
          let text = Self.text(operation, type, [first, second, third])
          guard let failure = compile(text) else { return nil }
          reason = failure
        }
      }
    }
    return reason
  }

  private mutating func compile(_ text: String) -> String? {
    let file = ClifReader.read(Array(text.utf8))
    if let error = file.errors.first { return error.message }
    guard var function = file.functions.first?.function else { return "nothing was read" }
    if let error = verifier.verify(function).first { return error.message }
    do {
      function.resolveAllAliases()
      try legalizer.run(&function)
      _ = try compiler.compile(function)
      return nil
    } catch {
      return "\(error)"
    }
  }

  private static func operandTypes(_ rule: OperandRule, _ type: IRType) -> [IRType] {
    switch rule {
    case .none: [.i64]
    case .same: [type]
    case .lane: [type.lane]
    case .exactly(let exact): [exact]
    case .of(let set): types.reversed().filter { set.contains($0) }
    case .narrowerInteger, .narrowerFloat:
      types.filter {
        $0.lane.isInteger == type.lane.isInteger && $0.laneCount == type.laneCount
          && $0.laneBits < type.laneBits
      }
    case .widerInteger, .widerFloat:
      types.filter {
        $0.lane.isInteger == type.lane.isInteger && $0.laneCount == type.laneCount
          && $0.laneBits > type.laneBits
      }
    }
  }

  /// A function with one such instruction and only what that refers to.
  private static func text(
    _ operation: PulleyIR.Operation, _ type: IRType, _ operands: [IRType]
  ) -> String {
    let returns = results(operation, type)
    let names = returns.indices.map { "v\(10 + $0)" }.joined(separator: ", ")
    let hasType = operation.typing.isPolymorphic && operation.fixedType == .invalid
    let mnemonic = operation.mnemonic + (hasType ? ".\(type)" : "")
    let start = names.isEmpty ? mnemonic : "\(names) = \(mnemonic)"
    let parameters = operands.enumerated().map { "v\($0): \($1)" }.joined(separator: ", ")
    let types = operands.map(\.description).joined(separator: ", ")
    let list = returns.map(\.description).joined(separator: ", ")
    let convention = operation.traits.contains([.call, .returns]) ? "tail" : "system_v"
    let ending =
      switch operation {
      case .get_exception_handler_address:
        """
            jump block1
        block1:
            try_call fn0(), sig0, block2, [ default: block2 ]
        block2:
            return \(names)
        """
      case _ where operation.traits.contains(.branch): "block1:\n    return"
      case _ where operation.traits.contains(.terminator): ""
      default: "    return \(names)"
      }
    return """
      function %f(\(types))\(list.isEmpty ? "" : " -> \(list)") \(convention) {
      \(declarations(operation, convention))
      block0(\(parameters)):
          \(start) \(instructionOperands(operation, type))
      \(ending)
      }
      """
  }

  private static func declarations(_ operation: PulleyIR.Operation, _ convention: String) -> String
  {
    switch operation.format {
    case .stackAddress: "    ss0 = explicit_slot 8"
    case .functionAddress, .call, .callIndirect, .tryCall, .tryCallIndirect,
      .exceptionHandlerAddress:
      "    sig0 = () \(convention)\n    fn0 = colocated %g sig0"
    case .globalValue:
      operation == .tls_value ? "    gv0 = symbol tls %x" : "    gv0 = symbol %x"
    case .vectorConstant where operation != .f128const:
      "    const0 = 0x000102030405060708090a0b0c0d0e0f"
    default: ""
    }
  }

  private static func instructionOperands(_ operation: PulleyIR.Operation, _ type: IRType) -> String
  {
    switch operation.format {
    case .nullary: ""
    case .constant: type.isFloat ? "0x1.8p0" : "1"
    case .vectorConstant: operation == .f128const ? "0x1.8p0" : "const0"
    case .unary: operation == .bitcast ? "little v0" : "v0"
    case .binary: "v0, v1"
    case .ternary, .atomicCas: "v0, v1, v2"
    case .extractLane: "v0, 1"
    case .insertLane: "v0, v1, 1"
    case .shuffle: "v0, v1, 0x000102030405060708090a0b0c0d0e0f"
    case .intCompare: "slt v0, v1"
    case .floatCompare: "lt v0, v1"
    case .load: "v0"
    case .store: "v0, v1"
    case .atomicRmw: "add v0, v1"
    case .heapLoad, .heapStore, .heapAtomicRmw, .heapAtomicCas: "heap0 v0"
    case .stackAddress: "ss0"
    case .functionAddress: "fn0"
    case .globalValue: "gv0"
    case .jump: "block1"
    case .branch: "v0, block1, block1"
    case .branchTable: "v0, block1, [block1]"
    case .call: "fn0()"
    case .callIndirect: "sig0, v0()"
    case .tryCall: "fn0(), sig0, block1, [ default: block1 ]"
    case .tryCallIndirect: "v0(), sig0, block1, [ default: block1 ]"
    case .multiary: ""
    case .trap: "user1"
    case .conditionalTrap: "v0, user1"
    case .binaryTrap: "v0, v1, user1"
    case .ternaryTrap: "v0, v1, v2, user1"
    case .allocation: "v0, 16, user1"
    case .exceptionHandlerAddress: "block1, 0"
    }
  }

  private static func results(_ operation: PulleyIR.Operation, _ type: IRType) -> [IRType] {
    switch operation.result {
    case .none: []
    case .same, .pointer: [type]
    case .comparison: [type.comparisonResult]
    case .truth: [.i8]
    case .halves: [type.halved, type.halved]
    case .doubled: [type.doubled]
    case .withFlag: [type, .i8]
    case .lane: [type.lane]
    case .mergedLanes: [type.mergedLanes]
    case .splitLanes: [type.splitLanes]
    }
  }
}
