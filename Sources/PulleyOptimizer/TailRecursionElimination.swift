import PulleyIR

/// Tail-recursion elimination (Muchnick, "Advanced Compiler Design and Implementation", 15.1): a
/// `return_call` of the function itself becomes a jump to the old entry, which gets a new entry block
/// before it.
enum TailRecursionElimination {
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
