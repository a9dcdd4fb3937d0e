/// Checks of the preamble and of the entry block.
extension Verifier {
  // Global values

  mutating func checkGlobalValues(_ function: Function) {
    checkCycles(function)
    for key in function.globalValues.keys {
      switch function.globalValues[key] {
      case .vmctx:
        if !function.signature.parameters.contains(where: { $0.purpose == .vmctx }) {
          report(
            .signature, .globalValue(key), "undeclared vmctx reference \(function.name(of: key))")
        }
      case .sum(let base, _, let type):
        if !type.isInteger {
          report(
            .type, .globalValue(key), "iadd_imm global value with non-int type \(type)")
        } else if let actual = checkedType(of: base, of: key, function), actual != type {
          report(
            .type, .globalValue(key),
            "iadd_imm type \(type) differs from operand type \(actual)")
        }
      case .load(let base, _, _, _, let region):
        if !region.isNone && !function.aliasRegions.contains(region) {
          report(
            .range, .globalValue(key), "undefined alias region \(function.name(of: region))")
        }
        if let address = addressType, let actual = checkedType(of: base, of: key, function),
          actual != address
        {
          report(
            .type, .globalValue(key),
            "base \(function.name(of: base)) has type \(actual), which is not the pointer type "
              + "\(address)")
        }
      case .symbol:
        break
      }
    }
    let limit = function.stackLimit
    if !limit.isNone && !function.globalValues.contains(limit) {
      report(.range, "undefined global value \(function.name(of: limit))")
    }
  }

  /// The type of addresses; nil if several are allowed.
  var addressType: Type? { addressBits.map { $0 == 32 ? .i32 : .i64 } }

  private mutating func checkedType(
    of base: GlobalValue, of key: GlobalValue, _ function: Function
  ) -> Type? {
    guard function.globalValues.contains(base) else {
      report(
        .range, .globalValue(key), "undefined global value \(function.name(of: base))")
      return nil
    }
    return type(of: base, function)
  }

  /// The type of a global value; nil for an address if several types of addresses are allowed.
  func type(of value: GlobalValue, _ function: Function) -> Type? {
    switch function.globalValues[value] {
    case .load(_, _, let type, _, _), .sum(_, _, let type): type
    case .vmctx, .symbol: addressType
    }
  }

  /// Reports each cycle of global values once.
  private mutating func checkCycles(_ function: Function) {
    enum State { case new, onTheWay, done }
    var states = Array(repeating: State.new, count: function.globalValues.count)
    for key in function.globalValues.keys {
      var path: [GlobalValue] = []
      var walk: GlobalValue? = key
      while let value = walk, function.globalValues.contains(value), states[value.index] == .new {
        states[value.index] = .onTheWay
        path.append(value)
        walk = base(of: value, function)
      }
      if let end = walk, end.index < states.count, states[end.index] == .onTheWay,
        let start = path.firstIndex(of: end)
      {
        let names = path[start...].map { function.name(of: $0) }.joined(separator: ", ")
        report(.layout, .globalValue(end), "global value cycle: [\(names)]")
      }
      for value in path { states[value.index] = .done }
    }
  }

  private func base(of value: GlobalValue, _ function: Function) -> GlobalValue? {
    switch function.globalValues[value] {
    case .load(let base, _, _, _, _), .sum(let base, _, _): base
    case .vmctx, .symbol: nil
    }
  }

  // Alias regions

  mutating func checkAliasRegions(_ function: Function) {
    guard function.aliasRegions.count > 1 else { return }
    var known: [UInt32: AliasRegion] = [:]
    for region in function.aliasRegions.keys {
      let number = function.aliasRegions[region].userID
      if let other = known[number] {
        report(
          .layout, .aliasRegion(region),
          "duplicate alias region user_id \(number): \(function.name(of: other)) and "
            + function.name(of: region))
      } else {
        known[number] = region
      }
    }
  }

  // Signatures

  mutating func checkSignatures(_ function: Function) {
    check(function.signature, of: .function)
    for (purpose, list) in [
      ("Parameter", function.signature.parameters), ("Return value", function.signature.results),
    ] {
      for (index, parameter) in list.enumerated() {
        check(parameter, "\(purpose) at position \(index)", isResult: purpose != "Parameter")
      }
    }
    // A signature without its own declaration is part of the declaration of a function.
    var reported: Set<SigRef> = []
    for external in function.externals.keys {
      let signature = function.externals[external].signature
      guard function.text?.signatures.isNamed(signature.number) == false else { continue }
      check(function.signatures[signature], of: .external(external))
      reported.insert(signature)
    }
    for signature in function.signatures.keys where !reported.contains(signature) {
      check(function.signatures[signature], of: .signature(signature))
    }
  }

  private mutating func check(_ signature: Signature, of entity: VerifierError.Entity) {
    if signature.convention == .preserveAll && !signature.results.isEmpty {
      report(
        .signature, entity, "Signature with `preserve_all` ABI cannot have return values")
    }
  }

  private mutating func check(_ parameter: ABIParameter, _ name: String, isResult: Bool) {
    if parameter.type == .invalid { report(.signature, "\(name) has an invalid type") }
    if case .structArgument = parameter.purpose, isResult {
      report(.signature, "\(name) can't be an struct argument")
    }
    if parameter.extension != .none && !parameter.type.isInteger {
      let kind = parameter.extension == .signed ? "Sext" : "Uext"
      report(.signature, "\(name) has invalid extension \(kind)")
    }
  }

  // The entry

  mutating func checkEntry(_ function: Function) {
    let entry = function.entry
    block = entry
    let values = function.parameters(of: entry)
    let expected = function.signature.parameters
    if values.count != expected.count {
      report(
        .signature,
        "entry block parameters (\(values.count)) must match function signature "
          + "(\(expected.count))")
    } else {
      for (index, (value, parameter)) in zip(values, expected).enumerated() {
        let type = function.type(of: value)
        if type != parameter.type {
          report(
            .signature,
            "entry block parameter \(index) expected to have type \(parameter.type), got \(type)")
        }
      }
    }
    if function.coldBlocks.contains(entry) {
      report(.layout, "entry block cannot be marked as cold")
    }
    block = .none
    let contexts = expected.filter { $0.purpose == .vmctx }.count
    if contexts > 1 { report(.signature, "the signature has several vmctx parameters") }
    if contexts == 0 && function.heaps.count > 0 {
      report(.signature, "there are heaps, but no vmctx parameter to find them by")
    }
    for heap in function.heaps.keys {
      let type = function.heaps[heap].indexType
      if type != .i32 && type != .i64 { report(.type, "\(heap) has an index of type \(type)") }
    }
  }
}
