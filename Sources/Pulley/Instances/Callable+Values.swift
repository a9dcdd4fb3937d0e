import PulleyIR
import PulleyWasm

extension Callable {
  /// The type without indices of structure and array types, which have no meaning outside of the module.
  public var describedType: CallableType {
    wasm.map { type.named(by: $0.state.wasm.module) } ?? type
  }

  /// Calls a function of WebAssembly with values, whose types are checked.
  public func call(_ arguments: [GuestValue]) throws(PulleyError) -> [GuestValue] {
    guard case .wasm(let type) = type, let wasm else {
      throw PulleyError(.argument, "a function in CLIF takes values of CLIF's types")
    }
    guard arguments.count == type.parameters.count else {
      throw PulleyError(
        .argument,
        "the function takes \(type.parameters.count) arguments and was given \(arguments.count)")
    }
    var words: [UInt64] = []
    for (index, (argument, wanted)) in zip(arguments, type.parameters).enumerated() {
      let wanted = wanted.numbered(by: wasm.state.wasm.typeNumbers)
      guard argument.fits(wanted, in: wasm.state.group.current) else {
        throw PulleyError(
          .argument, "argument \(index + 1) must be of type \(wanted), not \(argument.type)")
      }
      let bits = argument.cell
      words.append(bits.low)
      if wanted == .v128 { words.append(bits.high) }
    }
    let slots = try call(words: words)
    var values: [GuestValue] = []
    var slot = 0
    for type in type.results {
      let high = type == .v128 ? slots[slot + 1] : 0
      let numbered = type.numbered(by: wasm.state.wasm.typeNumbers)
      guard
        let value = GuestValue(
          CellBits(low: slots[slot], high: high), type: numbered, state.module.engine)
      else {
        throw PulleyError(.unsupported, "results of type \(type) cannot be received")
      }
      values.append(value)
      slot += type.slotCount
    }
    return values
  }

  /// An external reference as the `anyref` that `any.convert_extern` makes of it, for a function of this
  /// one's group.
  public func converted(_ value: GuestValue) throws(PulleyError) -> GuestValue {
    guard case .externref(let word) = value else { return value }
    guard let reference = try state.group.current.internalize(word) else {
      throw PulleyError(trap: .heapExhausted)
    }
    return .anyref(reference)
  }

  /// Calls a function in CLIF with values, whose types are checked.
  public func call(clif arguments: [ClifValue]) throws(PulleyError) -> [ClifValue] {
    guard case .clif(let signature) = type else {
      throw PulleyError(.argument, "a function of WebAssembly takes values of WebAssembly's types")
    }
    let wanted = signature.parameters.map(\.type)
    guard arguments.map(\.type) == wanted else {
      throw PulleyError(
        .argument,
        "the function takes (\(wanted.map(\.description).joined(separator: ", "))), not "
          + "(\(arguments.map(\.type.description).joined(separator: ", ")))")
    }
    let slots = try call(words: arguments.flatMap(\.words))
    var results: [ClifValue] = []
    var slot = 0
    for type in signature.results.map(\.type) {
      let high = type.slotCount > 1 ? slots[slot + 1] : 0
      results.append(ClifValue(type: type, bits: UInt128(slots[slot]) | UInt128(high) << 64))
      slot += type.slotCount
    }
    return results
  }

  /// - Parameter words: those of the arguments.
  /// - Returns: the slots after the call, those of the results first.
  private func call(words: [UInt64]) throws(PulleyError) -> [UInt64] {
    var slots = words
    slots += Array(repeating: 0, count: max(1, slotCount) - min(slots.count, slotCount))
    let failure = slots.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { run(slots: $0) }
    }
    if let failure { throw failure.error }
    return slots
  }
}

extension ValueType {
  /// How many words a value has in `Callable.call(slots:)`.
  public var slotCount: Int { self == .v128 ? 2 : 1 }
}

extension Type {
  /// How many words a value has in `Callable.call(slots:)`.
  public var slotCount: Int { bits > 64 ? 2 : 1 }
}
