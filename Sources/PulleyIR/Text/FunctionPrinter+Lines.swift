/// A line of the text of a function.
public struct FunctionLine: Sendable {
  public var text: String
  /// The instruction on the line, or `none` if it is not an instruction.
  public var inst: Inst
  public var isIndented: Bool

  init(_ text: String, _ inst: Inst = .none, isIndented: Bool) {
    self.text = text
    self.inst = inst
    self.isIndented = isIndented
  }
}

extension FunctionPrinter {
  /// The lines of the text before the closing brace, without empty ones, and without aliases and marks
  /// of instructions, which only functions that were read from text have.
  public mutating func lines(of function: Function) -> [FunctionLine] {
    text = "function "
    write(function.name)
    write(function.signature)
    text += " {\n"
    _ = writePreamble(function)
    var lines = text.split(separator: "\n").map { line in
      FunctionLine(String(line.drop { $0 == " " }), isIndented: line.first == " ")
    }
    for block in function.blockOrder {
      text = ""
      writeHeader(of: block, function)
      if text.utf8.last == UInt8(ascii: "\n") { text.removeLast() }
      lines.append(FunctionLine(text, isIndented: false))
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        lines.append(FunctionLine(print(inst, of: function), inst, isIndented: true))
        inst = function.instruction(after: inst)
      }
    }
    return lines
  }
}
