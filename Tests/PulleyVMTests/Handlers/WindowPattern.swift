import PulleyGenerator
import PulleyISA

@testable import PulleyVM

/// A handler with a part that only images with windows have, and the instructions that it executes in one
/// dispatch.
struct WindowPattern {
  struct Part {
    let action: Action
    /// The byte in the cell of the operand that comes from the accumulator.
    var accumulatorAt: UInt8?
    /// The byte in the cell of the operand that is the result of the part before; 0 if there is none.
    var takenAt: UInt8 = 0

    private var opcode: Opcode? {
      guard case .handler(let handler) = action else { return nil }
      return HandlerRecipe.all[handler.number]?.first?.opcode
    }

    var branches: Bool { opcode?.traits.contains(.branch) ?? false }
    /// Whether it accesses memory by its host address.
    var readsHost: Bool { opcode.map(TrialAccess.isRaw) ?? false }
  }

  enum Action: Equatable {
    /// An instruction that is predecoded to this handler.
    case handler(HandlerID)
    case call(arguments: Int)
    case indirectCall
    case returnInPlace
    case context
  }

  let handler: HandlerID
  let parts: [Part]

  var name: String { handlerNames[Int(handler.number)] }
  var returns: Bool { parts.last?.action == .returnInPlace }

  var calls: Bool {
    switch parts.last?.action {
    case .call?, .indirectCall?: true
    default: false
    }
  }

  /// Whether only images with windows have the handler.
  static func isOfWindows(_ number: Int) -> Bool {
    let names = [
      "wcall", "wret", "wcontext", "wtail", "wslot", "wenter", "wleave", "wmemory", "wframe",
      "wreload",
    ]
    return handlerNames[number] == "return_from_instance"
      || handlerNames[number].split(separator: "_").contains { part in
        names.contains { part.hasPrefix($0) }
      }
  }

  /// Nil for handlers without such a part, and for those that `WindowProgram` runs.
  init?(_ handler: HandlerID) {
    guard Self.isOfWindows(Int(handler.number)) else { return nil }
    self.handler = handler
    if let fusion = HandlerPattern.fusions[handler.number] {
      parts = (0..<fusion.count).compactMap {
        Self.part(HandlerID(number: fusion.part($0)), takenAt: 0)
      }
      if parts.count < fusion.count { return nil }
    } else {
      guard let part = Self.part(handler, takenAt: 0), part.action != .returnInPlace else {
        return nil
      }
      parts = [part]
    }
  }

  private static func part(_ handler: HandlerID, takenAt: UInt8) -> Part? {
    let variant = HandlerRecipe.variants[handler.number]
    let base = variant?.base ?? handler
    let action: Action
    if let arguments = HandlerFamily.wcalls.index(of: base) {
      action = .call(arguments: arguments)
    } else if base == .wcall_indirect {
      action = .indirectCall
    } else if base == .wret_in_place {
      action = .returnInPlace
    } else if base == .wcontext {
      action = .context
    } else if HandlerRecipe.all[base.number] != nil {
      action = .handler(base)
    } else {
      return nil
    }
    return Part(action: action, accumulatorAt: variant?.source.at, takenAt: takenAt)
  }
}

/// A pattern in a function that another function calls. Both load numbers into all registers, and return
/// a hash of them.
struct WindowTrial {
  private(set) var functions: [FunctionBody] = []
  /// The handlers of the function with the pattern.
  private(set) var handlers: Set<UInt16> = []

  private static let opcodes: [Opcode] = [.call1, .call2, .call3, .call4]
  private static let context: Int64 = 20
  private static let hash: Int64 = 21
  /// Holds the entry of the function that an indirect call reaches.
  private static let entry: Int64 = 7
  private static let kept = Array(Int64(8)..<20)
  private static let passed = Array(Int64(1)...6)

  private let pattern: WindowPattern
  private let isLeaf: Bool
  /// The registers that the pattern's instructions use.
  private var pool: [Int64] = []
  private var function: WindowFunction
  /// The register whose value is in the accumulator.
  private var last: Int64 = 0
  /// The branches of the pattern.
  private var branches: [(offset: Int, opcode: Opcode)] = []

  /// Nil if it makes no valid instructions. With `isRecursive` the function with the pattern calls itself.
  init?(_ pattern: WindowPattern, isRecursive: Bool, _ random: inout Random) {
    self.pattern = pattern
    isLeaf = !pattern.calls && random.below(2) == 0
    function = Self.beginning(isLeaf: isLeaf)
    pool = (Self.kept + Self.passed).shuffled(using: &random)
    pool.removeLast(random.below(pool.count - 1))
    if pattern.parts.last?.action == .indirectCall {
      function.add(.xmov, 0, Self.context)
      function.add(.xpcadd, [Self.entry], function: isRecursive ? 1 : 2)
    }
    if pattern.parts[0].accumulatorAt != nil {
      last =
        pattern.parts[0].readsHost ? Self.context : random.pick(pool.filter(mayBeWritten) + [8])
      function.add(.xmin64_u, last, last, last)
    }
    // The exit of a function has no branches.
    let exit = 1 + (pattern.parts.lastIndex(where: \.branches) ?? -1)
    for index in pattern.parts.indices {
      if pattern.returns, index == exit { function.exit() }
      guard append(index, callee: isRecursive ? 1 : 2, &random) else { return nil }
    }
    // The result of a call is in the accumulator, too.
    if pattern.calls { function.add(.bswap64, 0, 0) }
    if !pattern.returns {
      Self.end(&function, x: Self.kept + (pattern.calls ? [0] : Self.passed))
    }
    for branch in branches {
      function.encoder.patch32(
        at: branch.offset + (branch.opcode.pcRelByteOffset ?? 0),
        Int32(function.encoder.offset - branch.offset))
      Self.end(&function, x: Self.kept + Self.passed)
    }
    functions = [Self.driver(), function.body, Self.callee()]
    handlers = windowHandlers(functions[1], functionCount: functions.count)
  }

  // MARK: The pattern

  /// In the exit of a function, registers that pass values are its caller's.
  private func mayBeWritten(_ register: Int64) -> Bool {
    !pattern.returns || isLeaf || register >= 8
  }

  private mutating func append(
    _ index: Int, callee: Int, _ random: inout Random
  ) -> Bool {
    let part = pattern.parts[index]
    switch part.action {
    case .handler(let handler):
      guard let recipe = HandlerRecipe.all[handler.number].map({ random.pick($0) }),
        let operands = operands(recipe, handler, index, &random)
      else { return false }
      if part.branches { branches.append((function.encoder.offset, recipe.opcode)) }
      function.encoder.encode(recipe.opcode, operands)
      if let slot = recipe.slots[handler.info.result] { last = operands[slot] }
    case .context:
      last = random.pick(pool)
      function.add(.xmov, last, Int64(RegisterRoles.context))
    case .call(let arguments):
      var operands = [Int64(RegisterRoles.context)]
      for argument in 0..<arguments {
        let at = UInt8(CellPlace.wcalls.c0_ + 2 * argument)
        operands.append(part.accumulatorAt == at ? last : random.pick(pool))
      }
      function.add(Self.opcodes[arguments], operands, function: callee)
    case .indirectCall:
      function.add(.call_indirect, Self.entry)
    case .returnInPlace:
      if last != 0 { function.add(.xmov, 0, last) }
      function.encoder.ret()
    }
    return true
  }

  private func operands(
    _ recipe: HandlerRecipe, _ handler: HandlerID, _ index: Int, _ random: inout Random
  ) -> [Int64]? {
    let part = pattern.parts[index]
    var taken: [Int] = []
    if var at = part.accumulatorAt {
      // Predecoding swaps the operands of a commuting operation if that helps.
      if handler.info.commutes, random.below(2) == 0 { at += 2 }
      if let slot = recipe.slots[at] { taken.append(slot) }
    }
    if part.takenAt != 0, let slot = recipe.slots[part.takenAt] { taken.append(slot) }
    let isRaw = TrialAccess.isRaw(recipe.opcode)
    let returnsNext = pattern.returns && index + 2 == pattern.parts.count
    var operands: [Int64] = []
    for (slot, field) in recipe.opcode.fields.enumerated() {
      if taken.contains(slot) {
        operands.append(last)
      } else if field.kind.isWrite {
        let choices = pool.filter(mayBeWritten) + (returnsNext ? [0] : [8])
        operands.append(returnsNext && random.below(2) == 0 ? 0 : random.pick(choices))
      } else if recipe.usesMemoryRegisters, field.name == "base" {
        operands.append(Int64(RegisterRoles.memoryBase))
      } else if recipe.usesMemoryRegisters, field.name == "bound" {
        operands.append(Int64(RegisterRoles.memoryBound))
      } else if isRaw, field.name == "addr" {
        operands.append(Self.context)
      } else if field.kind.isRegister {
        operands.append(random.pick(pool))
      } else if isRaw {
        operands.append(WindowInstance.offset(random.below(WindowInstance.numberCount)))
      } else {
        let isTarget = field.kind == .pcRel
        guard let value = isTarget ? 0 : immediate(field, &random) else { return nil }
        operands.append(value)
      }
    }
    return operands
  }

  private func immediate(_ field: OperandField, _ random: inout Random) -> Int64? {
    if field.name.hasSuffix("offset") { return random.pick([0, 0, 1, 8, 63, 250]) }
    for _ in 0..<100 {
      let bits = random.pick(BoundaryValues.integers)
      for value in [Int64(bitPattern: bits), Int64(Int32(truncatingIfNeeded: bits))]
      where field.kind.admits(value) { return value }
    }
    return nil
  }

  // MARK: The functions around it

  /// A function that has received x1 to x4 in x9 to x12, and that has loaded numbers into its other
  /// registers and into those that pass values.
  private static func beginning(isLeaf: Bool) -> WindowFunction {
    var record = WindowRecord(f: 2, v: 1, passes: 5, isLeaf: isLeaf)
    record.outgoing = isLeaf ? 0 : 1
    func moves(_ function: inout WindowFunction) {
      for number: Int64 in 1...4 { function.add(.xmov, number + 8, number) }
    }
    var function = WindowFunction(record, frame: isLeaf ? 0 : 32) { moves(&$0) }
    function.add(.xmov, context, Int64(RegisterRoles.context))
    for (index, register) in ([8] + Array(13..<20) + passed).enumerated() {
      function.add(.xload64le_o32, register, context, WindowInstance.offset(index))
    }
    for (index, register) in [Int64(0), 8, 9].enumerated() {
      function.add(.fload64le_o32, register, context, WindowInstance.offset(20 + index))
    }
    for (index, register) in [Int64(0), 8].enumerated() {
      function.add(.vload128le_o32, register, context, WindowInstance.offset(22 + 2 * index))
    }
    return function
  }

  private static func end(_ function: inout WindowFunction, x registers: [Int64]) {
    function.hash(hash, scratch: context, x: registers, f: [8, 9], v: [8])
    function.returnValue(hash)
  }

  /// Calls the function with the pattern.
  private static func driver() -> FunctionBody {
    var function = beginning(isLeaf: false)
    function.add(.call4, [Int64(RegisterRoles.context), 8, 15, 13], function: 1)
    function.add(.bswap64, 0, 0)
    end(&function, x: kept + [0])
    return function.body
  }

  /// Returns a hash of all that can be passed.
  private static func callee() -> FunctionBody {
    var function = WindowFunction(WindowRecord(isLeaf: true))
    function.add(.xmov, context, Int64(RegisterRoles.context))
    function.add(.xload64le_o32, 8, context, WindowInstance.offset(0))
    function.hash(hash, scratch: context, x: passed + [8], f: [0], v: [0])
    function.returnValue(hash)
    return function.body
  }

  var text: String {
    var lines: [String] = []
    let bytes = functions[1].bytes
    var offset = 0
    while offset < bytes.count, let instruction = try? Decoder.decode(bytes, at: offset) {
      lines.append("\(offset): \(Disassembler.text(instruction, at: UInt64(offset)))")
      offset += instruction.length
    }
    return lines.joined(separator: "; ")
  }
}

/// The code of one function of an image with windows after predecoding, before handlers are fused.
func predecodedInWindow(
  _ body: FunctionBody, functionCount: Int, hostSignatures: [UInt32] = []
) throws(BytecodeError) -> PredecodedFunction {
  let table = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: hostSignatures.count)
  defer { table.deallocate() }
  _ = table.initialize(from: hostSignatures)
  let facts = Predecoder.ImageFacts(
    functionCount: functionCount, entryAddress: { _ in 0 },
    hostSignatures: UnsafeBufferPointer(table), hasWindows: true)
  return try Predecoder.predecode(body, function: 0, image: facts)
}

/// The handlers that predecoding chooses for one function of an image with windows.
func windowHandlers(_ body: FunctionBody, functionCount: Int) -> Set<UInt16> {
  guard let predecoded = try? predecodedInWindow(body, functionCount: functionCount) else {
    return []
  }
  let options = PredecodingOptions()
  let emission = Emission(predecoded, Selection.select(predecoded, options), options)
  return Set(emission.handlers.map(\.number))
}
