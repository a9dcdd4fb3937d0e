import PulleyIR

/// Makes loops of functions that end by calling themselves: such a call becomes a jump to what was
/// the entry, in front of which there is a new one.
enum SelfTailCalls {
  static func replace(in function: inout Function) {
    var first = true
    let entry = function.entry
    for block in function.blockOrder {
      let inst = function.lastInstruction(of: block)
      guard !inst.isNone, isSelfCall(function.instructions[inst], function) else { continue }
      if first { prependEntry(to: &function) }
      first = false
      var jump = InstructionData(.jump)
      jump.destination = BlockCall(entry, function.instructions[inst].list)
      function.instructions[inst] = jump
    }
  }

  private static func isSelfCall(_ data: InstructionData, _ function: borrowing Function) -> Bool {
    guard data.operation == .return_call else { return false }
    let callee = function.externals[data.function]
    return callee.isColocated && callee.name == function.name
      && function.signatures[callee.signature] == function.signature
  }

  private static func prependEntry(to function: inout Function) {
    let old = function.entry
    let entry = function.makeBlock()
    function.blockOrder.insert(entry, at: 0)
    for value in Array(function.parameters(of: old)) {
      function.appendParameter(function.type(of: value), to: entry)
    }
    var jump = InstructionData(.jump)
    jump.destination = BlockCall(old, function.blockParameters[entry.index])
    function.append(jump, to: entry)
  }
}
