import PulleyIR

/// Dead-code elimination (DCE) by marking, as in Cytron et al., "Efficiently Computing Static Single
/// Assignment Form and the Control Dependence Graph" (1991), section 7.1, without control dependence:
/// all branches are live.
///
/// Removes instructions whose results are not used, and block parameters with the arguments passed
/// for them. Values that are only used by one another, such as a loop counter that nothing reads, are
/// dead.
struct DeadCodeElimination: Sendable {
  private var isLive: [Bool] = []
  private var worklist: [Value] = []

  mutating func run(_ function: inout Function, _ incoming: borrowing IncomingEdges) {
    isLive.removeAll(keepingCapacity: true)
    isLive.append(contentsOf: repeatElement(false, count: function.valueCount))
    worklist.removeAll(keepingCapacity: true)
    mark(function, incoming)
    removeInstructions(&function)
    incoming.removeParameters(from: &function) { isLive[$0.index] }
  }

  private mutating func mark(
    _ function: borrowing Function, _ incoming: borrowing IncomingEdges
  ) {
    for block in function.blockOrder {
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        if function.hasEffect(inst) { needArguments(of: inst, function) }
        inst = function.instruction(after: inst)
      }
    }
    while let value = worklist.popLast() {
      switch function.definition(of: value) {
      case .result(let inst, _):
        if !function.hasEffect(inst) { needArguments(of: inst, function) }
      case .parameter(let block, let index):
        for list in incoming.listRange(of: block) {
          need(function.pool[Int(incoming.lists[list].start + index)])
        }
      case .alias(let original):
        need(original)
      }
    }
  }

  private mutating func needArguments(of inst: Inst, _ function: borrowing Function) {
    let data = function.instructions[inst]
    if !data.argument0.isNone {
      need(data.argument0)
      if !data.argument1.isNone {
        need(data.argument1)
        if !data.argument2.isNone { need(data.argument2) }
      }
    }
    for index in Int(data.list.start)..<Int(data.list.start + data.list.count) {
      need(function.pool[index])
    }
  }

  private mutating func need(_ value: Value) {
    guard !isLive[value.index] else { return }
    isLive[value.index] = true
    worklist.append(value)
  }

  private func removeInstructions(_ function: inout Function) {
    for block in function.blockOrder {
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        let next = function.instruction(after: inst)
        if !function.hasEffect(inst) {
          let results = function.results(of: inst)
          let places = Int(results.start)..<Int(results.start + results.count)
          if !places.contains(where: { isLive[function.pool[$0].index] }) { function.remove(inst) }
        }
        inst = next
      }
    }
  }
}

extension Function {
  /// Whether the instruction must stay even if its results are not used.
  func hasEffect(_ inst: Inst) -> Bool {
    let traits = instructions[inst].operation.traits
    if traits.isDisjoint(with: .effects) { return false }
    if !traits.isDisjoint(with: [.terminator, .call, .writes, .atomic]) { return true }
    // The only effect left is a trap.
    let data = instructions[inst]
    switch data.operation {
    case .udiv, .urem:
      return (integerConstant(data.argument1) ?? 0) == 0
    case .sdiv, .srem:
      let divisor = integerConstant(data.argument1) ?? 0
      return divisor == 0 || divisor == -1
    default:
      return !data.flags.contains(.notrap)
    }
  }
}
