/// Checks of branches, calls and exception tables.
extension Verifier {
  /// The kind of an edge.
  private enum Way {
    case branch
    /// The return of a `try_call`.
    case normalReturn
    case exception
  }

  mutating func checkControl(_ data: InstructionData, _ function: Function) {
    switch data.operation {
    case .jump:
      check(data.destination, .branch, function)
    case .brif:
      check(data.destination, .branch, function)
      check(data.otherwise, .branch, function)
    case .br_table:
      for entry in function.jumpTables[data.jumpTable].entries { check(entry, .branch, function) }
      check(function.jumpTables[data.jumpTable].default, .branch, function)
    case .return:
      checkReturn(
        count: Int(data.list.count), message: "arguments of return must match function signature",
        function
      ) { function.type(of: function.pool[Int(data.list.start) + $0]) }
    case .call, .return_call:
      checkPatchable(data, function)
      checkCall(data, function.externals[data.function].signature, function)
    case .call_indirect, .return_call_indirect:
      checkCall(data, data.signature, function)
    case .try_call, .try_call_indirect:
      checkTryCall(data, function)
    case .get_exception_handler_address:
      checkHandler(data, function)
    default:
      break
    }
  }

  // Blocks

  private mutating func check(_ call: BlockCall, _ way: Way, _ function: Function) {
    let parameters = function.blockParameters[call.block.index]
    guard call.arguments.count == parameters.count else {
      let name =
        "\(function.instructions[inst].operation.mnemonic) \(function.name(of: call.block))"
      report(
        .count,
        "mismatched argument count for `\(name)`: got \(call.arguments.count), expected "
          + "\(parameters.count)")
      return
    }
    for index in 0..<Int(parameters.count) {
      let argument = function.pool[Int(call.arguments.start) + index]
      let expected = function.type(of: function.pool[Int(parameters.start) + index])
      guard let name = nameAndCheck(argument, way, function) else { return }
      let type = function.type(of: argument)
      require(type == expected, "arg \(name) has type \(type), expected \(expected)")
    }
  }

  /// The name of a block argument; nil if the edge cannot pass it.
  ///
  /// The results that a `try_call` passes to its blocks are those of the signature, followed by the
  /// payloads. For an invalid name, the reader makes a result that the call does not have, whose number
  /// tells which name it was.
  private mutating func nameAndCheck(
    _ argument: Value, _ way: Way, _ function: Function
  ) -> String? {
    guard case .result(let source, let index) = function.definition(of: argument),
      source == inst
    else { return function.name(of: argument) }
    let data = function.instructions[inst]
    guard data.operation == .try_call || data.operation == .try_call_indirect else {
      let name = index == .max ? "retN" : "exnN"
      report(
        .signature, "`\(name)` block argument in block-call not on `try_call` instruction")
      return nil
    }
    let table = function.exceptionTables[data.exceptionTable]
    let ordinary = UInt32(function.signatures[table.signature].results.count)
    let isReturned = index < ordinary || index == .max
    let isKnown = index < .max - 1
    switch (isReturned, way) {
    case (true, .normalReturn), (false, .exception):
      if !isKnown {
        report(
          .signature, "out-of-bounds `\(isReturned ? "retN" : "exnN")` block argument")
        return nil
      }
    default:
      report(
        .signature,
        "`\(isReturned ? "retN" : "exnN")` block argument used outside normal-return target of "
          + "`try_call`")
      return nil
    }
    return isReturned ? "ret\(index)" : "exn\(index - ordinary)"
  }

  // Calls

  private mutating func checkCall(
    _ data: InstructionData, _ signature: SigRef, _ function: Function
  ) {
    checkArguments(data, signature, function)
    guard data.operation.traits.contains(.returns) else { return }
    let convention = function.signatures[signature].convention
    if !convention.supportsTailCalls {
      report(
        .signature, "calling convention `\(convention.name)` does not support tail calls")
    }
    if convention != function.signature.convention {
      report(.signature, "callee's calling convention must match caller")
    }
    checkReturn(
      count: function.signatures[signature].results.count,
      message: "results of callee must match caller", function
    ) { function.signatures[signature].results[$0].type }
  }

  private mutating func checkArguments(
    _ data: InstructionData, _ signature: SigRef, _ function: Function
  ) {
    let expected = function.signatures[signature].parameters.count
    let count = Int(data.list.count)
    for index in 0..<min(expected, count) {
      let argument = function.pool[Int(data.list.start) + index]
      let type = function.type(of: argument)
      let parameter = function.signatures[signature].parameters[index].type
      if type != parameter {
        report(
          .signature,
          "arg \(index) (\(function.name(of: argument))) has type \(type), expected \(parameter)")
      }
    }
    if count != expected {
      report(
        .signature,
        "mismatched argument count for `\(describeCall(data, function))`: got \(count), expected "
          + "\(expected)")
    }
  }

  private func describeCall(_ data: InstructionData, _ function: Function) -> String {
    let callee =
      switch data.operation.format {
      case .call, .tryCall: function.name(of: data.function)
      case .callIndirect:
        "\(function.name(of: data.signature)), \(function.name(of: data.argument0))"
      default: function.name(of: data.argument0)
      }
    let shown = function.values(data.list).prefix(8).map { function.name(of: $0) }
    let arguments = shown.joined(separator: ", ") + (data.list.count > 8 ? ", …" : "")
    return "\(data.operation.mnemonic) \(callee)(\(arguments))"
  }

  private mutating func checkReturn(
    count: Int, message: String, _ function: Function, type: (Int) -> Type
  ) {
    guard count == function.signature.results.count else {
      return report(.signature, message)
    }
    for index in 0..<count {
      let (actual, expected) = (type(index), function.signature.results[index].type)
      if actual != expected {
        report(
          .signature,
          "result \(index) has type \(actual), must match function signature of \(expected)")
      }
    }
  }

  private mutating func checkPatchable(_ data: InstructionData, _ function: Function) {
    let external = function.externals[data.function]
    guard external.isPatchable else { return }
    if data.operation.traits.contains(.returns) {
      report(.signature, "patchable funcref cannot be used in a return_call")
    }
    if !external.isColocated {
      report(.signature, "patchable call to non-colocated function")
    }
    if !function.signatures[external.signature].results.isEmpty {
      report(.signature, "patchable call cannot occur to a function with return values")
    }
  }

  // Exceptions

  private mutating func checkTryCall(_ data: InstructionData, _ function: Function) {
    let table = function.exceptionTables[data.exceptionTable]
    let convention = function.signatures[table.signature].convention
    if !convention.supportsExceptions {
      report(
        .signature,
        "calling convention `\(convention.name)` of callee does not support exceptions")
    }
    if data.operation == .try_call {
      let own = function.externals[data.function].signature
      if function.signatures[own] != function.signatures[table.signature] {
        report(
          .signature,
          "exception table signature \(function.name(of: table.signature)) did not match function "
            + "\(function.name(of: data.function))'s signature \(function.name(of: own))")
      }
    }
    checkArguments(data, table.signature, function)
    check(table.normal, .normalReturn, function)
    for handler in table.handlers { check(handler, .exception, function) }
  }

  private mutating func checkHandler(_ data: InstructionData, _ function: Function) {
    let (block, index) = (data.destination.block, data.immediate)
    guard index >= 0 else {
      return report(.immediate, "exception handler index \(index) cannot be negative")
    }
    let last = function.lastInstruction(of: block)
    guard !last.isNone, function.instructions[last].operation.format.hasExceptionTable,
      function.exceptionTables.contains(function.instructions[last].exceptionTable)
    else {
      return report(
        .signature,
        "referenced block \(function.name(of: block)) does not end in a try_call")
    }
    let table = function.exceptionTables[function.instructions[last].exceptionTable]
    if index >= table.handlers.count {
      report(.immediate, "exception handler index \(index) is out-of-range")
    }
  }
}

extension Format {
  var hasExceptionTable: Bool { self == .tryCall || self == .tryCallIndirect }
}
