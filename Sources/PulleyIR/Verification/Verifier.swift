/// Checks the invariants that all passes rely on.
///
/// The verifier itself assumes nothing: it terminates and reports errors for any contents of the tables.
/// It reports all errors, except those that may be consequences of an invalid layout or, in one
/// instruction, of numbers out of range.
public struct Verifier: Sendable {
  /// The width of addresses, 32 or 64; nil if both are allowed.
  public let addressBits: Int?

  var errors: [VerifierError] = []
  /// The position of the current check.
  var block = Block.none
  var inst = Inst.none
  /// By instruction: its position in its block, from 1, or 0 if it is in no block.
  var places: [UInt32] = []
  var isPlaced: [Bool] = []
  /// By instruction: whether it has an invalid reference.
  private var isBroken: [Bool] = []
  /// By value: the value that it is an alias of; empty if there are no aliases.
  var originals: [Value] = []
  var graph = ControlFlowGraph()
  var dominators = DominatorTree()

  public init(addressBits: Int? = 64) { self.addressBits = addressBits }

  /// The errors of `function`; empty if it is valid.
  public mutating func verify(_ function: Function) -> [VerifierError] {
    errors.removeAll()
    originals.removeAll(keepingCapacity: true)
    block = .none
    inst = .none
    checkTables(function)
    guard errors.isEmpty else { return errors }
    checkLayout(function)
    guard errors.isEmpty else { return errors }
    findOriginals(function)
    checkGlobalValues(function)
    checkAliasRegions(function)
    checkSignatures(function)
    checkEntry(function)
    checkBlocks(function)
    isBroken = Array(repeating: false, count: function.instructions.count)
    forEachInstruction(function) { verifier, data in
      let count = verifier.errors.count
      verifier.checkReferences(data, function)
      verifier.isBroken[verifier.inst.index] = verifier.errors.count != count
    }
    forEachSoundInstruction(function) { verifier, data in
      verifier.checkTypes(data, function)
      verifier.checkImmediates(data, function)
      verifier.checkControl(data, function)
    }
    checkDominance(function)
    return errors
  }

  mutating func report(_ rule: VerifierError.Rule, _ message: String) {
    let entity: VerifierError.Entity =
      if !inst.isNone { .instruction(inst) } else if !block.isNone { .block(block) } else {
        .function
      }
    report(rule, entity, message)
  }

  mutating func report(
    _ rule: VerifierError.Rule, _ entity: VerifierError.Entity, _ message: String
  ) {
    errors.append(VerifierError(rule: rule, entity: entity, block: block, message: message))
  }

  private mutating func forEachInstruction(
    _ function: Function, _ body: (inout Verifier, InstructionData) -> Void
  ) {
    for block in function.blockOrder {
      self.block = block
      inst = function.firstInstruction(of: block)
      while !inst.isNone {
        body(&self, function.instructions[inst])
        inst = function.instruction(after: inst)
      }
    }
    block = .none
    inst = .none
  }

  /// Calls `body` with the instructions whose references are all valid.
  mutating func forEachSoundInstruction(
    _ function: Function, _ body: (inout Verifier, InstructionData) -> Void
  ) {
    forEachInstruction(function) { verifier, data in
      if !verifier.isBroken[verifier.inst.index] { body(&verifier, data) }
    }
  }

  // Tables and layout

  private mutating func checkTables(_ function: Function) {
    let blocks = function.blockParameters.count
    let instructions = function.instructions.count
    if function.firstInstructions.count != blocks || function.lastInstructions.count != blocks {
      report(.layout, "the tables of blocks differ in length")
    }
    if function.resultLists.count != instructions
      || function.sourceLocations.count != instructions
      || function.nextInstructions.count != instructions
      || function.previousInstructions.count != instructions
      || function.instructionBlocks.count != instructions
    {
      report(.layout, "the tables of instructions differ in length")
    }
    if function.valueTypes.count != function.valueDefinitions.count {
      report(.layout, "the tables of values differ in length")
    }
    for external in function.externals.keys
    where !function.signatures.contains(function.externals[external].signature) {
      report(.range, .external(external), "the signature of \(external) does not exist")
    }
    for (index, list) in function.blockParameters.enumerated() {
      block = Block(number: UInt32(index))
      checkRange(list, function)
    }
    block = .none
  }

  private mutating func checkLayout(_ function: Function) {
    isPlaced = Array(repeating: false, count: function.blockCount)
    places = Array(repeating: 0, count: function.instructions.count)
    if function.blockOrder.isEmpty { report(.layout, "there is no entry block") }
    for block in function.blockOrder {
      guard block.index < function.blockCount else {
        report(.range, "the layout has \(block), which does not exist")
        continue
      }
      self.block = block
      if isPlaced[block.index] {
        report(.layout, "the block is in the layout twice")
        continue
      }
      isPlaced[block.index] = true
      checkInstructionLinks(of: block, function)
    }
    block = .none
  }

  private mutating func checkInstructionLinks(of block: Block, _ function: Function) {
    var previous = Inst.none
    var next = function.firstInstruction(of: block)
    var place: UInt32 = 1
    while !next.isNone {
      guard next.index < function.instructions.count else {
        report(.range, "\(next) does not exist")
        return
      }
      inst = next
      defer { inst = .none }
      guard places[next.index] == 0 else {
        report(.layout, "the instruction is in the layout twice")
        return
      }
      places[next.index] = place
      place += 1
      if function.block(of: next) != block {
        report(.layout, "the instruction is taken to be in \(function.block(of: next))")
      }
      if function.instruction(before: next) != previous {
        report(.layout, "the instruction before is taken to be another")
      }
      previous = next
      next = function.instruction(after: next)
    }
    if function.lastInstruction(of: block) != previous {
      report(.layout, "the last instruction is taken to be another")
    }
  }

  private mutating func checkBlocks(_ function: Function) {
    for block in function.blockOrder {
      self.block = block
      let last = function.lastInstruction(of: block)
      if last.isNone {
        report(.terminator, "\(function.name(of: block)) cannot be empty")
      } else if !function.instructions[last].operation.traits.contains(.terminator) {
        report(.terminator, "block does not end in a terminator instruction")
      }
      var inst = function.firstInstruction(of: block)
      while !inst.isNone && inst != last {
        if function.instructions[inst].operation.traits.contains(.terminator) {
          report(
            .terminator, .instruction(inst),
            "a terminator instruction was encountered before the end of "
              + function.name(of: block))
        }
        inst = function.instruction(after: inst)
      }
      for (index, value) in function.parameters(of: block).enumerated() {
        let expected = ValueDefinition.parameter(block, index: UInt32(index))
        if function.definition(of: value) != expected {
          report(.layout, "\(function.name(of: value)) is taken not to be parameter \(index)")
        }
        if function.type(of: value) == .invalid {
          report(.type, "\(function.name(of: value)) has no type")
        }
      }
    }
    block = .none
  }
}
