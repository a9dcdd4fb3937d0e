import PulleyISA
import Testing

/// The text of a lone instruction with, after a branch table's head, enough entries.
func assemblyText(_ instruction: Instruction) -> String {
  var text = Disassembler.text(instruction, at: 0x1000)
  for _ in 0..<instruction.tableEntryCount { text += "\n0x0" }
  return text
}

@Suite struct Text {
  @Test func theAssemblerReadsEveryOperationAsItIsPrinted() throws {
    for opcode in Opcode.allCases {
      for var instruction in sampleInstructions(of: opcode) {
        if opcode == .br_table32 { instruction[1] &= 0xFF }
        var encoder = Encoder()
        encoder.encode(instruction)
        let assembly = try Assembler.assemble(assemblyText(instruction))
        #expect(Array(assembly.bytes.prefix(instruction.length)) == encoder.bytes)
        #expect(assembly.bytes.count == instruction.lengthWithTable)
      }
    }
  }

  @Test func theAssemblerRefusesOrSurvivesDamagedText() {
    var generator = SystemRandomNumberGenerator()
    let letters = Array("x0-+*[],:/ \n\t9af_spé".utf8)
    var refused = 0
    for opcode in Opcode.allCases {
      let instruction = sampleInstructions(of: opcode)[0]
      var text = Array(Disassembler.text(instruction, at: 0).utf8)
      for _ in 0..<8 {
        text[Int.random(in: 0..<text.count, using: &generator)] =
          letters[Int.random(in: 0..<letters.count, using: &generator)]
        if (try? Assembler.assemble(String(decoding: text, as: UTF8.self))) == nil { refused += 1 }
      }
    }
    #expect(refused > 1000)
  }

  @Test func labelsBecomeDistances() throws {
    let assembly = try Assembler.assemble(
      """
      start:
        br_if_not32 x0, end   // forward
        jump start            // backward
        br_table32 x1, 2
          start
          end
      end:
        ret
      """)
    #expect(assembly.labels == ["start": 0, "end": 25])
    #expect(
      assembly.bytes == [
        11, 0, 25, 0, 0, 0, 8, 250, 255, 255, 255, 64, 1, 2, 0, 0, 0, 239, 255, 255, 255, 4, 0, 0,
        0, 1,
      ])
  }

  @Test func functionNamesAreLabels() throws {
    let assembly = try Assembler.assemble("wasm[0]::function[1]::g:\r\n  ret\r\n\r\nnext:\r\n  nop")
    #expect(assembly.bytes == [1, 0])
    #expect(assembly.labels == ["wasm[0]::function[1]::g": 0, "next": 1])
  }

  @Test func registersMayBeWrittenByTheirNumber() throws {
    #expect(
      try Assembler.assemble("xmov x30, x31").bytes
        == Assembler.assemble("xmov sp, spilltmp0").bytes)
  }

  @Test(
    arguments: [
      ("nop\nfrobnicate x1", AssemblyError.Reason.unknownMnemonic("frobnicate"), 2),
      ("xmov x1", .wrongOperandCount(expected: 2, found: 1), 1),
      ("xmov x1, x2, x3", .wrongOperandCount(expected: 2, found: 3), 1),
      ("xmov x1, x32", .badOperand("x32", wanted: .xRead), 1),
      ("xmov x1, f2", .badOperand("f2", wanted: .xRead), 1),
      ("xmov x1, x+2", .badOperand("x+2", wanted: .xRead), 1),
      ("xconst8 x1, 128", .badOperand("128", wanted: .i8), 1),
      ("xconst8 x1, -129", .badOperand("-129", wanted: .i8), 1),
      ("xconst64 x1, 9223372036854775808", .badOperand("9223372036854775808", wanted: .i64), 1),
      ("xadd32_u8 x1, x2, -1", .badOperand("-1", wanted: .u8), 1),
      ("xshl32_u6 x1, x2, 64", .badOperand("64", wanted: .u6), 1),
      ("vconst128 v1, --1", .badOperand("--1", wanted: .u128), 1),
      ("jump 0x100000000", .badOperand("0x100000000", wanted: .pcRel), 1),
      ("push_frame_save 16, x3", .badOperand("x3", wanted: .upperRegs), 1),
      ("xload32le_g32bne x0, x1, x2, x3, 4", .badOperand("x2", wanted: .xRead), 1),
      ("jump nowhere", .unknownLabel("nowhere"), 1),
      ("a:\nnop\na:", .duplicateLabel("a"), 3),
      ("br_table32 x0, 3\n0x0", .missingTableEntries(2), 2),
    ])
  func theAssemblerNamesTheLineOfAMistake(
    source: String, reason: AssemblyError.Reason, line: Int
  ) {
    #expect(throws: AssemblyError(reason: reason, line: line)) {
      try Assembler.assemble(source)
    }
  }
}
