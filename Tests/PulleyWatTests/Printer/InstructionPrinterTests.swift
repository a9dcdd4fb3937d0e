import PulleySource
import PulleyWasm
import Testing

@testable import PulleyWat

@Suite struct InstructionPrinting {
  private let text = """
    (module
      (import "env" "log" (func $log (param i32)))
      (global $g (mut i32) (i32.const 0))
      (func $f (param $n i32) (result i32) (local $m i64)
        (block $out
          (loop $again
            (if (local.get $n) (then (call $log (i32.const 7))) (else (br $out)))
            (br_table $again $out (local.get $n))))
        (global.get $g))
      (func))
    """

  @Test func printedInstructionsAreLinesOfThePrintedModule() throws {
    let bytes = ModuleBytes(try TextModule.encode(SourceText(text)).bytes)
    var printer = try InstructionPrinter(bytes)
    #expect(printer.functionCount == 2)
    let lines = try printer.instructions(of: 0)
    let whole = String(decoding: try WatPrinter.print(bytes), as: UTF8.self)
    let expected = whole.split(separator: "\n").map { line in String(line.drop { $0 == " " }) }
    let start = try #require(expected.firstIndex { $0.hasPrefix("block") })
    // The text leaves out the end of the body.
    #expect(lines.dropLast().map(\.text) == Array(expected[start...].prefix(lines.count - 1)))
    #expect(lines.last?.text == "end")
    #expect(try printer.instructions(of: 1).map(\.text) == ["end"])
    #expect(try printer.instructions(of: 2).isEmpty)
  }

  @Test func printedInstructionsHaveTheirOffsets() throws {
    let bytes = ModuleBytes(try TextModule.encode(SourceText(text)).bytes)
    var printer = try InstructionPrinter(bytes)
    let lines = try printer.instructions(of: 0)
    for line in lines {
      let opcode = bytes.withBytes(in: Int(line.offset)..<Int(line.offset) + 1) { $0.first }
      switch line.text.prefix(while: { $0 != " " }) {
      case "end": #expect(opcode == 0x0B)
      case "local.get": #expect(opcode == 0x20)
      case "call": #expect(opcode == 0x10)
      case "loop": #expect(opcode == 0x03 && line.depth == 1)
      case "else": #expect(opcode == 0x05 && line.depth == 2)
      default: break
      }
    }
    #expect(lines.first?.depth == 0)
    #expect(lines.last?.depth == 0)
  }
}
