import PulleyIR
import Testing

@Suite struct PrintedLines {
  @Test func thePrinterCountsTheLinesOfItsText() throws {
    let function = try readFunction(
      """
      function %f(i32) -> i32 fast {
          ss0 = explicit_slot 8
          sig0 = (i32) -> i32 fast
          fn0 = colocated %g sig0

      block0(v0: i32):
          v1 = iconst.i32 3
          v2 = iadd v0, v1
          brif v2, block1, block2(v2)

      block1:
          v4 = call fn0(v2)
          return v4

      block2(v3: i32) cold:
          return v3
      }
      """)
    var printer = FunctionPrinter()
    let lines = printer.lines(of: function)
    let text = lines.map { ($0.isIndented ? "    " : "") + $0.text }
    let expected = printer.print(function).split(separator: "\n").map(String.init)
    #expect(text == expected.dropLast())
    #expect(lines.filter { !$0.inst.isNone }.count == 6)
  }
}
