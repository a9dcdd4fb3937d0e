/// Checks of types, by `Operation.typing`.
extension Verifier {
  mutating func checkTypes(_ data: InstructionData, _ function: Function) {
    let typing = data.operation.typing
    let type = controllingType(data, typing, function)
    if typing.isPolymorphic {
      if !typing.controlling.contains(type) {
        report(
          .type,
          "has an invalid controlling type \(type) (allowed: \(typing.controlling))")
      }
    } else if data.operation.fixedType != .invalid && data.type != data.operation.fixedType {
      report(.type, "\(data.operation.mnemonic) does not work on \(data.type)")
    }
    checkResults(data, type, function)
    check(data.argument0, 0, typing.operands.0, type, function)
    check(data.argument1, 1, typing.operands.1, type, function)
    check(data.argument2, 2, typing.operands.2, type, function)
    checkAddress(data, function)
  }

  /// Front ends may omit it for operations on addresses and conditions.
  private func controllingType(
    _ data: InstructionData, _ typing: OperationTyping, _ function: Function
  ) -> Type {
    guard data.type == .invalid, let index = typing.inferredFrom else {
      if data.type == .invalid, data.operation.result == .pointer { return .pointer }
      return data.type
    }
    let argument = data.argument(index)
    return argument.isNone ? .invalid : function.type(of: argument)
  }

  mutating func require(_ isRight: Bool, _ message: @autoclosure () -> String) {
    if !isRight { report(.type, message()) }
  }

  private mutating func check(
    _ argument: Value, _ index: Int, _ rule: OperandRule, _ controlling: Type,
    _ function: Function
  ) {
    if argument.isNone { return }
    let type = function.type(of: argument)
    switch rule {
    case .none: return
    case .same: expect(argument, index, type, controlling, function)
    case .lane: expect(argument, index, type, controlling.lane, function)
    case .exactly(let expected): expect(argument, index, type, expected, function)
    case .of(let set):
      if !set.contains(type) { refuse(argument, index, type, "\(set)", function) }
    case .narrowerInteger, .narrowerFloat:
      if !Self.hasShape(type, of: controlling, isInteger: rule == .narrowerInteger)
        || type.laneBits >= controlling.laneBits
      {
        refuse(argument, index, type, "narrower than \(controlling)", function)
      }
    case .widerInteger, .widerFloat:
      if !Self.hasShape(type, of: controlling, isInteger: rule == .widerInteger)
        || type.laneBits <= controlling.laneBits
      {
        refuse(argument, index, type, "wider than \(controlling)", function)
      }
    }
  }

  private static func hasShape(_ type: Type, of other: Type, isInteger: Bool) -> Bool {
    type.laneCount == other.laneCount && type.lane.isInteger == isInteger && type.laneBits > 0
  }

  private mutating func expect(
    _ argument: Value, _ index: Int, _ type: Type, _ expected: Type, _ function: Function
  ) {
    require(
      type == expected,
      "arg \(index) (\(function.name(of: argument))) has type \(type), expected \(expected)")
  }

  private mutating func refuse(
    _ argument: Value, _ index: Int, _ type: Type, _ allowed: String, _ function: Function
  ) {
    report(
      .type,
      "arg \(index) (\(function.name(of: argument))) with type \(type) failed to satisfy type set "
        + "(allowed: \(allowed))")
  }

  // Addresses

  /// Addresses have the width of the machine. Indices into a heap have the type that the heap declares.
  private mutating func checkAddress(_ data: InstructionData, _ function: Function) {
    let address: Value
    switch data.operation.format {
    case .load, .atomicRmw, .atomicCas: address = data.argument0
    case .store: address = data.argument1
    case .callIndirect, .tryCallIndirect: address = data.argument0
    case .heapLoad, .heapAtomicRmw, .heapAtomicCas:
      return checkIndex(data.argument0, data, function)
    case .heapStore: return checkIndex(data.argument1, data, function)
    default: return
    }
    guard let addressBits else { return }
    let bits = function.type(of: address).bits
    require(
      bits == addressBits,
      "invalid pointer width (got \(bits), expected \(addressBits)) encountered "
        + function.name(of: address))
  }

  private mutating func checkIndex(
    _ index: Value, _ data: InstructionData, _ function: Function
  ) {
    let (type, expected) = (function.type(of: index), function.heaps[data.heap].indexType)
    require(
      type == expected,
      "index \(function.name(of: index)) has type \(type), expected \(expected)")
  }

  // Results

  private mutating func checkResults(
    _ data: InstructionData, _ type: Type, _ function: Function
  ) {
    let results = function.values(function.results(of: inst))
    let first: Type
    var second: Type?
    switch data.operation.result {
    case .none: return checkCallResults(data, results, function)
    case .same: first = type
    case .comparison: first = type.comparisonResult
    case .lane: first = type.lane
    case .mergedLanes: first = type.mergedLanes
    case .splitLanes: first = type.splitLanes
    case .truth: first = .i8
    case .halves: (first, second) = (type.halved, type.halved)
    case .doubled: first = type.doubled
    case .withFlag: (first, second) = (type, .i8)
    case .pointer: first = type
    }
    guard checkCount(results, second == nil ? 1 : 2) else { return }
    checkResult(results, 0, first, function)
    if let second { checkResult(results, 1, second, function) }
  }

  private mutating func checkCallResults(
    _ data: InstructionData, _ results: ArraySlice<Value>, _ function: Function
  ) {
    let signature: SigRef
    var payloads: [Type] = []
    switch data.operation {
    case .call: signature = function.externals[data.function].signature
    case .call_indirect: signature = data.signature
    case .try_call, .try_call_indirect:
      signature = function.exceptionTables[data.exceptionTable].signature
      payloads = function.signatures[signature].convention.exceptionPayloadTypes
    default:
      _ = checkCount(results, 0)
      return
    }
    let ordinary = function.signatures[signature].results.count
    guard checkCount(results, ordinary + payloads.count) else { return }
    for index in 0..<ordinary {
      checkResult(results, index, function.signatures[signature].results[index].type, function)
    }
    for (index, type) in payloads.enumerated() {
      checkResult(results, ordinary + index, type, function)
    }
  }

  private mutating func checkCount(_ results: ArraySlice<Value>, _ expected: Int) -> Bool {
    if results.count == expected { return true }
    report(.count, "expected \(expected) result values, found \(results.count)")
    return false
  }

  private mutating func checkResult(
    _ results: ArraySlice<Value>, _ index: Int, _ expected: Type, _ function: Function
  ) {
    let value = results[results.startIndex + index]
    if function.definition(of: value) != .result(inst, index: UInt32(index)) {
      report(.layout, "\(function.name(of: value)) is taken not to be result \(index)")
    }
    let type = function.type(of: value)
    require(
      type == expected,
      "expected result \(index) (\(function.name(of: value))) to have type \(expected), found "
        + "\(type)")
  }
}

extension TypeSet: CustomStringConvertible {
  /// `i8 to i64`, `i32, i64 or vectors of these`.
  public var description: String {
    var scalars: [String] = []
    for (letter, widths) in [("i", integers), ("f", floats)] where widths.greatest > 0 {
      scalars.append(
        widths.least == widths.greatest
          ? "\(letter)\(widths.least)" : "\(letter)\(widths.least) to \(letter)\(widths.greatest)")
    }
    let list = scalars.joined(separator: " or ")
    if lanes.greatest == 1 { return list.isEmpty ? "none" : list }
    if lanes.least == 1 { return "\(list), and vectors of these" }
    if lanes.least == lanes.greatest { return "\(list)x\(lanes.least)" }
    return "vectors of \(list)"
  }
}
