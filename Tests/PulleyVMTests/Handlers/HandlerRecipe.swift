import PulleyISA
import PulleyGenerator

@testable import PulleyVM

/// An instruction that is predecoded to a handler without an accumulator operand.
struct HandlerRecipe {
  let opcode: Opcode
  /// Whether the handler is the form for a memory whose base and bound are in x28 and x29.
  let usesMemoryRegisters: Bool
  /// Whether the handler is the form for an immediate of more than 16 bits.
  let needsWideImmediate: Bool
  /// The operand slot of the register that each byte of the cell, from 8 to 14, names.
  let slots: [UInt8: Int]
}

extension HandlerRecipe {
  /// Predecodes each instruction alone to see which handler it gets.
  static let all: [UInt16: [HandlerRecipe]] = {
    var recipes: [UInt16: [HandlerRecipe]] = [:]
    for opcode in Opcode.allCases where isStraightLine(opcode) {
      var variations = [(memory: false, wide: false)]
      if opcode.fields.contains(where: { $0.name == "bound" }) {
        variations.append((memory: true, wide: false))
      }
      if opcode.traits.contains(.branch) { variations.append((memory: false, wide: true)) }
      for (memory, wide) in variations {
        guard let (handler, slots) = predecode(opcode, memory: memory, wide: wide) else { continue }
        // A branch without a wide form has been seen already.
        if wide, recipes[handler.number]?.contains(where: { $0.opcode == opcode }) == true {
          continue
        }
        recipes[handler.number, default: []].append(
          HandlerRecipe(
            opcode: opcode, usesMemoryRegisters: memory, needsWideImmediate: wide, slots: slots))
      }
    }
    return recipes
  }()

  /// Of each variant with an operand from an accumulator: the handler that reads the operand from its
  /// register, and the operand.
  static let variants: [UInt16: (base: HandlerID, source: HandlerSource)] = {
    var variants: [UInt16: (base: HandlerID, source: HandlerSource)] = [:]
    for number in 0..<packedHandlerInfos.count / 2 {
      for index in 0..<3 {
        let source = HandlerID(number).info.source(UInt64(index))
        if source.at != 0 { variants[source.handler] = (HandlerID(number), source) }
      }
    }
    return variants
  }()

  /// Calls, returns and frames are tested by `ControlProgram`.
  private static func isStraightLine(_ opcode: Opcode) -> Bool {
    let others: Set<Opcode> = [
      .nop, .xpcadd, .push_frame, .pop_frame, .push_frame_save, .pop_frame_restore,
      .stack_alloc32, .stack_free32,
    ]
    return !opcode.usesHeap && !opcode.traits.contains(.call)
      && !opcode.traits.contains(.terminator)
      && !others.contains(opcode)
  }

  private static func predecode(
    _ opcode: Opcode, memory: Bool, wide: Bool
  ) -> (handler: HandlerID, slots: [UInt8: Int])? {
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
    guard let item = predecoded(encoder.bytes)?.items.first, item.handler != .trap else {
      return nil
    }
    var slots: [UInt8: Int] = [:]
    for (slot, field) in opcode.fields.enumerated() {
      guard let place = place(of: Int(operands[slot]), field.kind.registerClass) else { continue }
      for at: UInt8 in [8, 10, 12, 14]
      where Int(item.words.0 >> UInt64(8 * (at - 8)) & 0xFFFF) == place {
        slots[at] = slot
      }
    }
    return (item.handler, slots)
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

/// The code of one function after predecoding, before handlers are fused.
func predecoded(_ bytes: [UInt8]) -> PredecodedFunction? {
  let facts = Predecoder.ImageFacts(
    functionCount: 1, entryAddress: { _ in 0 },
    hostSignatures: UnsafeBufferPointer(start: nil, count: 0))
  return try? Predecoder.predecode(FunctionBody(bytes: bytes), function: 0, image: facts)
}

/// The handlers that predecoding chooses for one function's bytecode, cell by cell.
func chosenHandlers(_ bytes: [UInt8], _ options: PredecodingOptions) -> [HandlerID] {
  guard let predecoded = predecoded(bytes) else { return [] }
  return Emission(predecoded, Selection.select(predecoded, options), options).handlers
}
