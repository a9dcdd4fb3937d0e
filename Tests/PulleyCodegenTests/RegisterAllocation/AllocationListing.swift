import PulleyCodegen

/// The program with its allocations and edits, for reading when a test fails.
func listing(of problem: AllocationProblem, _ result: AllocationResult) -> String {
  var text = ""
  var edits = result.edits[...]
  for (number, block) in problem.blocks.enumerated() {
    let parameters = block.parameters.map { "\(problem.parameterPool[Int($0)])" }
    text += "block\(number)(\(parameters.joined(separator: ", "))): depth \(block.loopDepth)\n"
    for instruction in block.instructions {
      while let edit = edits.first, edit.position == instruction {
        text += "         \(edit)\n"
        edits.removeFirst()
      }
      let operands = problem.instructions[Int(instruction)].operands.map { index in
        let operand = problem.operands[Int(index)]
        let hint = operand.hint == AllocationOperand.noHint ? "" : "(\(operand.hint))"
        return "\(operand.role) \(operand.register)\(hint)=\(result.operandAllocations[Int(index)])"
      }
      let kind = problem.instructions[Int(instruction)].kind
      text += "  \(instruction): \(kind) \(operands.joined(separator: " "))\n"
    }
    for edge in problem.edges where edge.from == UInt32(number) {
      let arguments = edge.arguments.map { "\(problem.argumentPool[Int($0)])" }
      text += "    -> block\(edge.to)(\(arguments.joined(separator: ", ")))\n"
    }
  }
  return text
}
