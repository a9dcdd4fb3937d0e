import PulleyISA
import PulleyGenerator

@testable import PulleyVM

/// A handler under test and the instructions that it executes in one dispatch.
struct HandlerPattern {
  struct Part {
    let action: Action
    /// The operands that come from the accumulators.
    var accumulated: [HandlerSource] = []
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
        Self.part(HandlerID(number: fusion.part($0)))
      }
      if parts.count < fusion.count { return nil }
    } else {
      guard handler != .jump, let part = Self.part(handler), case .handler = part.action
      else {
        return nil
      }
      parts = [part]
    }
  }

  static let fusions: [UInt16: FusedHandler] = Dictionary(
    uniqueKeysWithValues: (0..<FusedHandler.total).map {
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

  private static func part(_ handler: HandlerID) -> Part? {
    if handler == .jump { return Part(action: .jump) }
    if let saves = Self.framesThatReturn[handler.number] {
      return Part(action: .popFrameAndReturn(saves: saves))
    }
    if HandlerRecipe.all[handler.number] != nil {
      return Part(action: .handler(handler))
    }
    guard let variant = HandlerRecipe.variants[handler.number], var part = part(variant.base)
    else { return nil }
    part.accumulated.append(variant.source)
    return part
  }
}

/// What each accumulator holds, if it is known.
struct AccumulatorClasses {
  var integer: Int?
  var float: Int?

  subscript(isFloat isFloat: Bool) -> Int? {
    get { isFloat ? float : integer }
    set { if isFloat { float = newValue } else { integer = newValue } }
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
  /// The class of each operand: operands of one class are one register.
  private(set) var classes: [Int] = []
  /// The file of each class.
  private(set) var files: [RegisterClass] = []

  /// The classes of the registers that instructions before the pattern leave in the accumulators.
  private(set) var prefixClasses = AccumulatorClasses()

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
    // After the operands, what the accumulators hold before the pattern.
    var parents = Array(0..<operands.count + 2)
    func root(_ index: Int) -> Int {
      var index = index
      while parents[index] != index { index = parents[index] }
      return index
    }
    func operand(_ part: Int, _ at: UInt8) -> Int? {
      guard let slot = recipes[part]?.slots[at] else { return nil }
      return operands.firstIndex { $0.part == part && $0.slot == slot }
    }
    var accumulators = AccumulatorClasses(integer: operands.count, float: operands.count + 1)
    var prefixIsRead = AccumulatorClasses()
    for (index, part) in pattern.parts.enumerated() {
      guard case .handler(let handler) = part.action else { continue }
      for source in part.accumulated {
        var at = source.at
        // Predecoding swaps the operands of a commuting operation if that helps.
        if handler.info.commutes, random.below(2) == 0 { at += 2 }
        if let reader = operand(index, at), let held = accumulators[isFloat: source.isFloat] {
          prefixIsRead[isFloat: source.isFloat] =
            prefixIsRead[isFloat: source.isFloat] ?? (held >= operands.count ? held : nil)
          parents[root(reader)] = root(held)
        }
      }
      if handler.info.result != 0, let result = operand(index, handler.info.result) {
        accumulators[isFloat: handler.info.isFloat] = result
      }
    }
    var numbers: [Int: Int] = [:]
    for index in operands.indices {
      let root = root(index)
      if numbers[root] == nil {
        numbers[root] = files.count
        files.append(operands[index].kind.registerClass ?? .x)
      }
      classes.append(numbers[root] ?? 0)
    }
    prefixClasses.integer = prefixIsRead.integer.flatMap { numbers[root($0)] }
    prefixClasses.float = prefixIsRead.float.flatMap { numbers[root($0)] }
  }

  /// The class of the register whose value is in an accumulator after a part, and its width.
  func accumulator(after part: Int, isFloat: Bool) -> (class: Int, width: UInt8)? {
    for index in pattern.parts[...part].indices.reversed() {
      guard case .handler(let handler) = pattern.parts[index].action, handler.info.result != 0,
        handler.info.isFloat == isFloat,
        let slot = recipes[index]?.slots[handler.info.result],
        let operand = operands.firstIndex(where: { $0.part == index && $0.slot == slot })
      else { continue }
      return (classes[operand], handler.info.width)
    }
    return prefixClasses[isFloat: isFloat].map { ($0, 64) }
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
