/// A line of a function's text.
public struct FunctionLine: Sendable {
  public var text: String
  /// The instruction that the line is; `none` of what stands around instructions.
  public var inst: Inst

  public init(_ text: String, _ inst: Inst = .none) {
    self.text = text
    self.inst = inst
  }
}

extension FunctionPrinter {
  /// The lines of the text, without indentation, empty lines, and what only the text says that a
  /// function was read from: other names of values, and marks in front of instructions.
  public mutating func lines(of function: Function) -> [FunctionLine] {
    text = "function "
    write(function.name)
    write(function.signature)
    text += " {\n"
    _ = writePreamble(function)
    var lines = text.split(separator: "\n").map { line in
      FunctionLine(String(line.drop { $0 == " " }))
    }
    for block in function.blockOrder {
      text = ""
      writeHeader(of: block, function)
      if text.utf8.last == UInt8(ascii: "\n") { text.removeLast() }
      lines.append(FunctionLine(text))
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        lines.append(FunctionLine(print(inst, of: function), inst))
        inst = function.instruction(after: inst)
      }
    }
    lines.append(FunctionLine("}"))
    return lines
  }
}
