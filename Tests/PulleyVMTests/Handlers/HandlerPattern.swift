import PulleyISA
import PulleyGenerator

@testable import PulleyVM

/// A handler under test and the instructions that it executes in one dispatch.
struct HandlerPattern {
  struct Part {
    let action: Action
    /// The byte in the cell of the operand that comes from the accumulator.
    var accumulatorAt: UInt8?
    /// The byte in the cell of the operand that is the result of the part before; 0 if there is none.
    var takenAt: UInt8 = 0
  }

  enum Action {
    /// An instruction that is predecoded to this handler.
    case handler(HandlerID)
    case jump
    case popFrameAndReturn(saves: Int)
  }

  let handler: HandlerID
  let parts: [Part]

  var name: String { handlerNames[Int(handler.number)] }

  var popsFrame: Int? {
    guard case .popFrameAndReturn(let saves)? = parts.last?.action else { return nil }
    return saves
  }

  var endsInJump: Bool {
    guard case .jump? = parts.last?.action else { return false }
    return true
  }

  /// Nil for handlers of calls, frames and returns, and for those written by hand; see
  /// `ControlProgram`.
  init?(_ handler: HandlerID) {
    self.handler = handler
    if let fusion = Self.fusions[handler.number] {
      parts = (0..<fusion.count).compactMap {
        Self.part(HandlerID(number: fusion.part($0)), takenAt: fusion.taken(by: $0))
      }
      if parts.count < fusion.count { return nil }
    } else {
      guard handler != .jump, let part = Self.part(handler, takenAt: 0), case .handler = part.action
      else {
        return nil
      }
      parts = [part]
    }
  }

  private static let fusions: [UInt16: FusedHandler] = Dictionary(
    uniqueKeysWithValues: (0..<packedFusions.count / 2).map {
      (FusedHandler($0).handler.number, FusedHandler($0))
    })

  /// The number of registers that each handler restores which pops a frame and returns.
  private static let framesThatReturn: [UInt16: Int] = {
    var frames: [UInt16: Int] = [:]
    for saves in ControlProgram.saves {
      guard let number = handlerNames.firstIndex(of: "pop_frame_restore_\(saves)_ret") else {
        continue
      }
      frames[UInt16(number)] = saves
    }
    return frames
  }()

  private static func part(_ handler: HandlerID, takenAt: UInt8) -> Part? {
    if handler == .jump { return Part(action: .jump) }
    if let saves = Self.framesThatReturn[handler.number] {
      return Part(action: .popFrameAndReturn(saves: saves))
    }
    if HandlerRecipe.all[handler.number] != nil {
      return Part(action: .handler(handler), takenAt: takenAt)
    }
    guard let variant = HandlerRecipe.variants[handler.number],
      HandlerRecipe.all[variant.base.number] != nil
    else { return nil }
    return Part(action: .handler(variant.base), accumulatorAt: variant.at, takenAt: takenAt)
  }
}

/// A register operand of a pattern's instructions.
struct PatternOperand {
  let part: Int
  let slot: Int
  let kind: OperandField.Kind
  let name: String
}

/// A pattern with an instruction for each part, and the operands that must be the same register.
struct PatternShape {
  let pattern: HandlerPattern
  /// Nil for parts that are control flow.
  let recipes: [HandlerRecipe?]
  /// The operands that may be any register.
  private(set) var operands: [PatternOperand] = []
  /// The class of each operand: operands of one class are one register. The last element is the class
  /// of the register that an instruction before the pattern leaves in the accumulator.
  private(set) var classes: [Int] = []
  /// The file of each class.
  private(set) var files: [RegisterClass] = []

  var isAccumulatorPrepared: Bool { prefixClass != nil }
  private(set) var prefixClass: Int?

  init(_ pattern: HandlerPattern, _ random: inout Random) {
    self.pattern = pattern
    recipes = pattern.parts.map { part in
      guard case .handler(let handler) = part.action else { return nil }
      return HandlerRecipe.all[handler.number].map { random.pick($0) }
    }
    collectOperands()
    classify(&random)
  }

  private mutating func collectOperands() {
    for (part, recipe) in recipes.enumerated() {
      guard let recipe else { continue }
      for (slot, field) in recipe.opcode.fields.enumerated() where field.kind.isRegister {
        if recipe.usesMemoryRegisters, field.name == "base" || field.name == "bound" { continue }
        operands.append(
          PatternOperand(part: part, slot: slot, kind: field.kind, name: field.name))
      }
    }
  }

  private mutating func classify(_ random: inout Random) {
    var parents = Array(0...operands.count)
    func root(_ index: Int) -> Int {
      var index = index
      while parents[index] != index { index = parents[index] }
      return index
    }
    func operand(_ part: Int, _ at: UInt8) -> Int? {
      guard let slot = recipes[part]?.slots[at] else { return nil }
      return operands.firstIndex { $0.part == part && $0.slot == slot }
    }
    var accumulator = operands.count
    var readsPrefix = false
    for (index, part) in pattern.parts.enumerated() {
      guard case .handler(let handler) = part.action else { continue }
      if var at = part.accumulatorAt {
        // Predecoding swaps the operands of a commuting operation if that helps.
        if handler.info.commutes, random.below(2) == 0 { at += 2 }
        if let reader = operand(index, at) {
          readsPrefix = readsPrefix || accumulator == operands.count
          parents[root(reader)] = root(accumulator)
        }
      }
      if part.takenAt != 0, index > 0, let taker = operand(index, part.takenAt),
        let taken = operand(index - 1, 8)
      {
        parents[root(taker)] = root(taken)
      }
      if handler.info.result != 0, let result = operand(index, handler.info.result) {
        accumulator = result
      }
    }
    var numbers: [Int: Int] = [:]
    for index in 0...operands.count {
      if index == operands.count, !readsPrefix { break }
      let root = root(index)
      if numbers[root] == nil {
        numbers[root] = files.count
        files.append(index < operands.count ? operands[index].kind.registerClass ?? .x : .x)
      }
      classes.append(numbers[root] ?? 0)
    }
    if readsPrefix { prefixClass = classes[operands.count] }
  }

  /// The class of the register whose value is in the accumulator at the end, and its width.
  var accumulatorAtEnd: (class: Int, width: UInt8)? {
    for index in pattern.parts.indices.reversed() {
      guard case .handler(let handler) = pattern.parts[index].action, handler.info.result != 0,
        let slot = recipes[index]?.slots[handler.info.result],
        let operand = operands.firstIndex(where: { $0.part == index && $0.slot == slot })
      else { continue }
      return (classes[operand], handler.info.width)
    }
    return prefixClass.map { ($0, 64) }
  }

  /// Ways to let classes of one file share a register: for each way the group of each class. All of
  /// them if they are few; else none shared, each pair shared, and some at random.
  func aliasings(atMost limit: Int, _ random: inout Random) -> [[Int]] {
    var all: [[Int]] = [[]]
    for index in files.indices {
      all = all.flatMap { groups -> [[Int]] in
        // A group that has a class of this file, or a new one.
        var choices = Set<Int>()
        for (other, group) in groups.enumerated() where files[other] == files[index] {
          choices.insert(group)
        }
        let new = (groups.max() ?? -1) + 1
        return ([new] + choices.sorted()).map { groups + [$0] }
      }
      if all.count > 4 * limit { return someAliasings(atMost: limit, &random) }
    }
    return all.count <= limit ? all : someAliasings(atMost: limit, &random)
  }

  private func someAliasings(atMost limit: Int, _ random: inout Random) -> [[Int]] {
    let distinct = Array(files.indices)
    var result = [distinct]
    for one in files.indices {
      for other in files.indices where other > one && files[other] == files[one] {
        var groups = distinct
        groups[other] = groups[one]
        result.append(groups)
      }
    }
    while result.count < limit {
      var groups = distinct
      for index in files.indices where random.below(2) == 0 {
        let other = random.below(index + 1)
        if files[other] == files[index] { groups[index] = groups[other] }
      }
      result.append(groups)
    }
    return Array(result.prefix(max(limit, files.count * files.count)))
  }
}
