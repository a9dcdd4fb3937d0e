import PulleyISA

@testable import PulleyVM

/// A pattern as a function: the instructions with registers and immediates, and instructions around
/// them.
///
/// If an instruction takes an operand from an accumulator that none before it has written, an instruction
/// before the pattern writes it. Those after the pattern read the accumulators and the memory, and set x25
/// to 1 if all branches fell through, or to 2 and the number of the part that branched.
struct HandlerTrial {
  let shape: PatternShape
  /// The register of each class.
  let registers: [Int]
  private(set) var bytes: [UInt8] = []
  /// The instruction of each part, and its offset.
  private(set) var instructions: [Instruction?] = []
  private(set) var offsets: [Int] = []
  private(set) var immediates: [Int64] = []
  private var jumps: [(part: Int, instruction: Int, opcode: Opcode)] = []
  /// Whether an instruction accesses memory by its host address.
  private(set) var accessesHost = false

  init?(_ shape: PatternShape, groups: [Int], _ random: inout Random) {
    self.shape = shape
    // Sometimes callee-saved registers.
    let first = random.pick(groups.max() ?? 0 < 8 ? [0, 1, 8, 16] : [0, 1])
    var registers = groups.map { first + $0 }
    // Sometimes an operand is the base or the bound of the memory.
    if random.below(8) == 0, !groups.isEmpty {
      let group = random.below(groups.count)
      let number = 28 + random.below(2)
      for index in groups.indices where groups[index] == groups[group] && shape.files[index] == .x {
        registers[index] = number
      }
    }
    self.registers = registers
    var encoder = Encoder()
    if let saves = shape.pattern.popsFrame { Self.pushFrame(saves, &encoder) }
    if let prefix = shape.prefixClasses.float {
      let register = Int64(registers[prefix])
      encoder.encode(shape.files[prefix] == .v ? .vmov : .fmov, [register, register])
    }
    if let prefix = shape.prefixClasses.integer {
      let register = Int64(registers[prefix])
      encoder.encode(
        random.below(2) == 0 || needsWideAccumulator ? .xmin64_u : .xmin32_u,
        [register, register, register])
    }
    for (index, part) in shape.pattern.parts.enumerated() {
      offsets.append(encoder.offset)
      switch part.action {
      case .jump:
        jumps.append((index, encoder.offset, .jump))
        encoder.encode(.jump, [0])
        instructions.append(nil)
      case .popFrameAndReturn(let saves):
        encoder.encode(.pop_frame_restore, [Int64(frameBytes(saves)), set(saves)])
        encoder.ret()
        instructions.append(nil)
      case .handler:
        guard let recipe = shape.recipes[index],
          let operands = operands(of: index, recipe, &random)
        else { return nil }
        if recipe.opcode.traits.contains(.branch) {
          jumps.append((index, encoder.offset, recipe.opcode))
        }
        if TrialAccess.isRaw(recipe.opcode) { accessesHost = true }
        let instruction = Instruction(recipe.opcode, operands)
        encoder.encode(instruction)
        instructions.append(instruction)
      }
    }
    if shape.pattern.popsFrame == nil {
      writeSuffix(mark: 1, after: shape.pattern.parts.count - 1, &encoder)
      for jump in jumps {
        encoder.patch32(
          at: jump.instruction + (jump.opcode.pcRelByteOffset ?? 0),
          Int32(encoder.offset - jump.instruction))
        writeSuffix(mark: 2 + Int64(jump.part), after: jump.part, &encoder)
      }
    }
    bytes = encoder.bytes
  }

  /// Whether the part that reads the accumulator first reads all of it.
  private var needsWideAccumulator: Bool {
    for part in shape.pattern.parts {
      if let source = part.accumulated.first(where: { !$0.isFloat }) { return source.width == 64 }
    }
    return false
  }

  private func frameBytes(_ saves: Int) -> Int { (8 * saves + 15) / 16 * 16 }
  private func set(_ saves: Int) -> Int64 { (1 << Int64(saves)) - 1 }

  private static func pushFrame(_ saves: Int, _ encoder: inout Encoder) {
    encoder.encode(
      .push_frame_save, [Int64((8 * saves + 15) / 16 * 16), (1 << Int64(saves)) - 1])
  }

  private func writeSuffix(mark: Int64, after part: Int, _ encoder: inout Encoder) {
    if let (accumulator, width) = shape.accumulator(after: part, isFloat: false) {
      encoder.encode(width == 64 ? .bswap64 : .bswap32, [27, Int64(registers[accumulator])])
    }
    if let (accumulator, width) = shape.accumulator(after: part, isFloat: true) {
      encoder.encode(
        shape.files[accumulator] == .v ? .vbnot128 : width == 64 ? .fneg64 : .fneg32,
        [27, Int64(registers[accumulator])])
    }
    // Checks that the handler passes on base and bound of the memory.
    if !registers.contains(28), !registers.contains(29) {
      encoder.encode(.xconst8, [24, 0])
      encoder.encode(.xload8_u32_g32, [26, 28, 29, 24, 0])
    }
    // Predecoding must not copy it in place of a jump to it.
    for _ in 0..<8 { encoder.encode(.xconst8, [25, mark]) }
    encoder.ret()
  }

  private mutating func operands(
    of part: Int, _ recipe: HandlerRecipe, _ random: inout Random
  ) -> [Int64]? {
    var operands: [Int64] = []
    for (slot, field) in recipe.opcode.fields.enumerated() {
      if let index = shape.operands.firstIndex(where: { $0.part == part && $0.slot == slot }) {
        operands.append(Int64(registers[shape.classes[index]]))
      } else if field.kind.isRegister {
        operands.append(field.name == "base" ? 28 : 29)
      } else {
        guard let value = immediate(field, recipe, &random) else { return nil }
        operands.append(value)
        immediates.append(value)
        if field.kind == .u128 {
          operands.append(Int64(bitPattern: random.pick(BoundaryValues.integers)))
        }
      }
    }
    return operands
  }

  private func immediate(
    _ field: OperandField, _ recipe: HandlerRecipe, _ random: inout Random
  ) -> Int64? {
    if field.kind == .pcRel { return 0 }
    if field.name == "lane" { return Int64(random.below(16)) }
    if field.name.hasSuffix("offset") {
      let choices: [Int64] =
        field.kind == .i32 ? [0, 0, 8, 16, 63, -8, -1] : [0, 0, 1, 8, 63, 200, 255, 65535]
      return choices.filter { field.kind.admits($0) }[
        random.below(choices.filter { field.kind.admits($0) }.count)]
    }
    for _ in 0..<100 {
      let bits =
        recipe.opcode.mnemonic.hasPrefix("f")
        ? (field.kind == .u32
          ? UInt64(Float(random.pick(BoundaryValues.doubles)).bitPattern)
          : random.pick(BoundaryValues.doubles).bitPattern)
        : random.pick(BoundaryValues.integers)
      var value = Int64(bitPattern: bits)
      // What an operation of an earlier part with its immediate gives of such a value.
      if let earlier = immediates.last, random.below(3) == 0 { value &+= earlier }
      let signed32 = Int64(Int32(truncatingIfNeeded: value))
      for value in [value, signed32] where field.kind.admits(value) {
        if recipe.needsWideImmediate, value == Int64(Int16(truncatingIfNeeded: value)) { continue }
        if recipe.needsWideImmediate, value >> 16 == 0 { continue }
        return value
      }
    }
    return nil
  }

  /// A function of the instructions before a part. It traps if it does not reach the part.
  func instructions(before part: Int) -> [UInt8] {
    var encoder = Encoder()
    encoder.bytes = Array(bytes[..<offsets[part]])
    encoder.ret()
    for jump in jumps where jump.part < part {
      encoder.patch32(
        at: jump.instruction + (jump.opcode.pcRelByteOffset ?? 0),
        Int32(encoder.offset - jump.instruction))
    }
    encoder.trap()
    return encoder.bytes
  }

  var text: String {
    var lines: [String] = []
    var offset = 0
    while offset < bytes.count, let instruction = try? Decoder.decode(bytes, at: offset) {
      lines.append("\(offset): \(Disassembler.text(instruction, at: UInt64(offset)))")
      offset += instruction.length
    }
    return lines.joined(separator: "; ")
  }
}
