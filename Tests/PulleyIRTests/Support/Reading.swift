import PulleyIR
import Testing

func read(_ text: String) -> ClifFile { ClifReader.read(Array(text.utf8)) }

/// The only function of `text`, which must be free of errors.
func readFunction(
  _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> Function {
  let file = read(text)
  #expect(file.errors == [], sourceLocation: sourceLocation)
  return try #require(file.functions.first, sourceLocation: sourceLocation).function
}

/// The errors of a function of these statements, as `line:column message`, where the
/// statements start on line 1.
func errors(inBody body: String) -> [String] {
  read("function %f(i32) -> i32 { block0(v0: i32): " + body + "\n}").errors.map { error in
    "\(error.line) \(error.message)"
  }
}

extension Function {
  /// In the order of the text.
  var allInstructions: [Inst] {
    blockOrder.flatMap { block in
      var instructions: [Inst] = []
      var inst = firstInstruction(of: block)
      while !inst.isNone {
        instructions.append(inst)
        inst = instruction(after: inst)
      }
      return instructions
    }
  }

  func firstData(_ operation: PulleyIR.Operation) throws -> InstructionData {
    let inst = allInstructions.first { instructions[$0].operation == operation }
    return instructions[try #require(inst)]
  }
}
