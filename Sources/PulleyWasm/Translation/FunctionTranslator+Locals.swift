import PulleyIR

/// Locals: variables of the builder, which become values.
///
/// A function with many locals and many joins may need more block parameters than can be held. Its
/// locals stay in the stack frame, which takes no more than the operators that access them.
extension FunctionTranslator {
  mutating func declareLocals(_ groups: [LocalGroup], inMemory: Bool) {
    localTypes.removeAll(keepingCapacity: true)
    let parameters = builder.function.parameters(of: builder.currentBlock).dropFirst()
    for value in parameters { localTypes.append(builder.function.type(of: value)) }
    for group in groups {
      localTypes.append(contentsOf: repeatElement(group.type.lowered, count: Int(group.count)))
    }
    localSlot = .none
    guard inMemory else {
      for type in localTypes { _ = builder.declareVariable(type) }
      for (index, value) in parameters.enumerated() { writeLocal(index, value) }
      return
    }
    let size = Self.localSize * UInt32(truncatingIfNeeded: localTypes.count)
    localSlot = builder.function.stackSlots.append(StackSlotData(bytes: size, logAlignment: 4))
    for (index, value) in parameters.enumerated() { writeLocal(index, value) }
    for index in parameters.count..<localTypes.count {
      writeLocal(index, constant(0, localTypes[index]))
    }
  }

  /// Enough for every type there is.
  private static let localSize: UInt32 = 16

  mutating func readLocal(_ index: Int) -> Value {
    if localSlot.isNone { return builder.use(Variable(number: UInt32(index))) }
    let address = address(ofLocal: index)
    return load(localTypes[index], address, 0, isConstant: false)
  }

  mutating func writeLocal(_ index: Int, _ value: Value) {
    if localSlot.isNone {
      builder.define(Variable(number: UInt32(index)), as: value)
    } else {
      let address = address(ofLocal: index)
      store(value, localTypes[index], address, 0)
    }
  }

  private mutating func address(ofLocal index: Int) -> Value {
    var data = InstructionData(.stack_addr, .pointer)
    data.stackSlot = localSlot
    data.immediate = Int64(index) * Int64(Self.localSize)
    return builder.value(data)
  }
}
