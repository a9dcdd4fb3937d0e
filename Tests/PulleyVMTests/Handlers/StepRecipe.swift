import PulleyISA
import PulleyGenerator

@testable import PulleyVM

/// An instruction that becomes a step without an accumulator operand.
struct StepRecipe {
  let opcode: Opcode
  /// Whether the step is the form for a memory whose base and bound are in x28 and x29.
  let usesMemoryRegisters: Bool
  /// Whether the step is the form for an immediate of more than 16 bits.
  let needsWideImmediate: Bool
  /// The operand slot of the register that each byte of the cell, from 8 to 14, names.
  let slots: [UInt8: Int]
}

extension StepRecipe {
  /// Finds out by lowering each instruction on its own which step it becomes.
  static let all: [UInt16: [StepRecipe]] = {
    var recipes: [UInt16: [StepRecipe]] = [:]
    for opcode in Opcode.allCases where isStraightLine(opcode) {
      var variations = [(memory: false, wide: false)]
      if opcode.fields.contains(where: { $0.name == "bound" }) {
        variations.append((memory: true, wide: false))
      }
      if opcode.traits.contains(.branch) { variations.append((memory: false, wide: true)) }
      for (memory, wide) in variations {
        guard let (step, slots) = lower(opcode, memory: memory, wide: wide) else { continue }
        // A branch without a wide form has been seen already.
        if wide, recipes[step.number]?.contains(where: { $0.opcode == opcode }) == true { continue }
        recipes[step.number, default: []].append(
          StepRecipe(
            opcode: opcode, usesMemoryRegisters: memory, needsWideImmediate: wide, slots: slots))
      }
    }
    return recipes
  }()

  /// The step that each variant with an accumulator operand is made from, and the operand's byte.
  static let variants: [UInt16: (base: Step, at: UInt8)] = {
    var variants: [UInt16: (base: Step, at: UInt8)] = [:]
    for number in 0..<packedStepInfos.count / 2 {
      for index in 0..<3 {
        let source = Step(number).info.source(UInt64(index))
        if source.at != 0 { variants[source.step] = (Step(number), source.at) }
      }
    }
    return variants
  }()

  /// Control flow between functions and frames have tests of their own.
  private static func isStraightLine(_ opcode: Opcode) -> Bool {
    let others: Set<Opcode> = [
      .nop, .xpcadd, .push_frame, .pop_frame, .push_frame_save, .pop_frame_restore,
      .stack_alloc32, .stack_free32,
    ]
    return !opcode.traits.contains(.call) && !opcode.traits.contains(.terminator)
      && !others.contains(opcode)
  }

  private static func lower(
    _ opcode: Opcode, memory: Bool, wide: Bool
  ) -> (step: Step, slots: [UInt8: Int])? {
    var operands: [Int64] = []
    for (slot, field) in opcode.fields.enumerated() {
      switch field.kind {
      case .pcRel: operands.append(Int64(opcode.length))
      case .i32 where wide: operands.append(1 << 20)
      case .u32 where wide: operands.append(1 << 20)
      case _ where memory && field.name == "base": operands.append(28)
      case _ where memory && field.name == "bound": operands.append(29)
      case _ where field.kind.isRegister: operands.append(Int64(slot + 1))
      default: operands.append(1)
      }
    }
    if opcode.fields.last?.kind == .u128 { operands.append(1) }
    var encoder = Encoder()
    encoder.encode(opcode, operands)
    encoder.ret()
    guard let item = lowered(encoder.bytes)?.items.first, item.step != .trap else { return nil }
    var slots: [UInt8: Int] = [:]
    for (slot, field) in opcode.fields.enumerated() {
      guard let place = place(of: Int(operands[slot]), field.kind.registerClass) else { continue }
      for at: UInt8 in [8, 10, 12, 14]
      where Int(item.words.0 >> UInt64(8 * (at - 8)) & 0xFFFF) == place {
        slots[at] = slot
      }
    }
    return (item.step, slots)
  }

  private static func place(of number: Int, _ registerClass: RegisterClass?) -> Int? {
    switch registerClass {
    case .x: StateLayout.x(number)
    case .f: StateLayout.f(number)
    case .v: StateLayout.v(number)
    case nil: nil
    }
  }
}

/// The steps of one function's bytecode.
func lowered(_ bytes: [UInt8]) -> LoweredFunction? {
  let facts = Lowering.ImageFacts(
    functionCount: 1, entries: nil, hostSignatures: UnsafeBufferPointer(start: nil, count: 0))
  return try? Lowering.lower(FunctionBody(bytes: bytes), function: 0, image: facts)
}

/// The steps that preparation chooses for one function's bytecode, cell by cell.
func chosenSteps(_ bytes: [UInt8], _ options: PredecodingOptions) -> [Step] {
  guard let lowered = lowered(bytes) else { return [] }
  return Emission(lowered, Selection.select(lowered, options), options).steps
}
