import PulleyIR

/// Locals, which are variables of the builder and so become SSA values.
///
/// A function with many locals and many merge points may need too many block parameters. Its locals
/// are kept in a stack slot instead, so that the code is linear in the size of the body.
extension FunctionTranslator {
  mutating func declareLocals(_ groups: [LocalGroup], inMemory: Bool) {
    let parameters = builder.function.parameters(of: builder.currentBlock).dropFirst()
    let types = parameters.map { builder.function.type(of: $0) }
    locals.reset(parameters: types, groups)
    localSlot = .none
    if inMemory {
      localSlot = builder.function.stackSlots.append(StackSlotData(bytes: 0, logAlignment: 4))
      growLocalSlot()
    } else {
      for type in types { _ = builder.declareVariable(type) }
    }
    for (number, value) in parameters.enumerated() { write(value, toNumber: number) }
  }

  /// The size of the largest type in bytes.
  private static let localSize: UInt32 = 16

  /// The value of a local, and its type.
  mutating func readLocal(_ index: Int) -> (value: Value, type: Type) {
    let number = number(ofLocal: index)
    let type = locals.types[number]
    if localSlot.isNone { return (builder.use(Variable(number: UInt32(number))), type) }
    let address = builder.value(addressData(ofNumber: number))
    return (load(type, address, 0, isConstant: false), type)
  }

  mutating func writeLocal(_ index: Int, _ value: Value) {
    write(value, toNumber: number(ofLocal: index))
  }

  func localType(_ index: Int) -> Type { locals.types[locals.known(index) ?? 0] }

  private mutating func write(_ value: Value, toNumber number: Int) {
    if localSlot.isNone {
      builder.define(Variable(number: UInt32(number)), as: value)
    } else {
      let address = builder.value(addressData(ofNumber: number))
      store(value, locals.types[number], address, 0)
    }
  }

  private mutating func number(ofLocal index: Int) -> Int {
    if let known = locals.known(index) { return known }
    let number = locals.declare(index)
    if localSlot.isNone {
      _ = builder.declareVariable(locals.types[number])
    } else {
      growLocalSlot()
      zero(number)
    }
    return number
  }

  private mutating func growLocalSlot() {
    builder.function.stackSlots[localSlot].bytes =
      Self.localSize * UInt32(truncatingIfNeeded: locals.types.count)
  }

  private func addressData(ofNumber number: Int) -> InstructionData {
    var data = InstructionData(.stack_addr, .pointer)
    data.stackSlot = localSlot
    data.immediate = Int64(number) * Int64(Self.localSize)
    return data
  }

  /// Sets a local that is not a parameter to zero at the start of the function.
  private mutating func zero(_ number: Int) {
    let type = locals.types[number]
    let entry = builder.function.entry
    // Each instruction is prepended, so the order here is reversed.
    var data = InstructionData(.store, type)
    data.flags = .trusted
    let store = builder.function.prepend(data, to: entry)
    let zero = builder.function.prepend(zeroData(type), to: entry)
    let address = builder.function.prepend(addressData(ofNumber: number), to: entry)
    builder.function.instructions[store].argument0 = builder.function.result(of: zero)
    builder.function.instructions[store].argument1 = builder.function.result(of: address)
  }

  private mutating func zeroData(_ type: Type) -> InstructionData {
    if type.isVector {
      var data = InstructionData(.vconst, type)
      data.constant = builder.function.makeConstant(ConstantData(low: 0, high: 0))
      return data
    }
    return InstructionData(type == .f32 ? .f32const : type == .f64 ? .f64const : .iconst, type)
  }
}
