import PulleyISA
import Testing

private let goldenPath = "suites/pulley-golden/instructions.tsv"

/// One encoding made by Wasmtime with the text its objdump prints for it.
private struct GoldenLine {
  let address: UInt64
  /// The first nine bytes at most; for a branch table some of the entries too.
  let bytes: [UInt8]
  let text: String

  init?(_ line: Substring) {
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard columns.count == 4, let address = UInt64(columns[1], radix: 16) else { return nil }
    self.address = address
    let digits = Array(columns[2])
    bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
    text = String(columns[3])
  }
}

@Suite(.enabled(if: SharedSuites.text(goldenPath) != nil, "shared/\(goldenPath) is missing"))
struct GoldenText {
  @Test func theTextOfEveryEncodingEqualsWasmtimes() throws {
    let lines = try #require(SharedSuites.text(goldenPath)).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
    var whole = 0
    var cut = 0
    for line in lines {
      let golden = try #require(GoldenLine(line), "\(line)")
      let text = assemblyText(of: golden)
      let assembled = try Assembler.assemble(text).bytes
      #expect(assembled.starts(with: golden.bytes.prefix(6)), "\(line)")
      var source = golden.bytes
      if let instruction = try? Decoder.decode(golden.bytes, at: 0) {
        whole += 1
        #expect(
          Array(assembled.prefix(instruction.length))
            == Array(golden.bytes.prefix(instruction.length)))
      } else {
        // The listing shows nine bytes of a longer instruction: take the rest from its text.
        cut += 1
        #expect(golden.bytes.count == 9 && assembled.starts(with: golden.bytes), "\(line)")
        source = assembled
      }
      let instruction = try Decoder.decode(source, at: 0)
      #expect(Disassembler.text(instruction, at: golden.address) == golden.text)
    }
    #expect(whole + cut == 10_325)
    print("golden text: \(whole) encodings compared whole, \(cut) by their first nine bytes")
  }

  private func assemblyText(of golden: GoldenLine) -> String {
    guard golden.text.hasPrefix("br_table32"), let amount = golden.text.split(separator: " ").last,
      let count = Int(amount)
    else { return golden.text }
    return golden.text + String(repeating: "\n0x0", count: count)
  }
}
