import Foundation
import PulleyISA
import PulleyTestProcesses
import Testing

/// A file of two functions and a table branch, one section of data and two symbols.
private func sampleFile() throws -> [UInt8] {
  let assembly = try Assembler.assemble(
    """
    first:
      push_frame
      br_table32 x2, 2
      yes
      no
    yes:
      xconst64 x10, 1311768467463790320
    no:
      pop_frame
      ret
    second:
      xmov x1, sp
      trap
    """)
  var writer = ELFWriter()
  let text = writer.addSection(
    ".text", content: assembly.bytes, flags: ELF.flagAllocate | ELF.flagExecute, alignment: 16)
  writer.addSection(".pulley.data", content: [1, 2, 3], alignment: 8)
  let second = try #require(assembly.labels["second"])
  writer.addSymbol(
    "second", section: text, offset: second, size: assembly.bytes.count - second,
    binding: ELF.bindingGlobal)
  writer.addSymbol("wasm[0]::first", section: text, offset: 0, size: second)
  return writer.finish()
}

@Suite struct ELFFiles {
  @Test func theELFReaderReadsWhatTheWriterWrote() throws {
    let file = try ELFFile(sampleFile())
    #expect(file.header == ELFHeader())
    #expect(
      file.sections.map(\.name) == [
        "", ".text", ".pulley.data", ".symtab", ".strtab", ".shstrtab",
      ])
    #expect(try file.content(of: ".pulley.data") == [1, 2, 3])
    #expect(file.symbols.map(\.name) == ["wasm[0]::first", "second"])
    #expect(file.symbols.map(\.binding) == [ELF.bindingLocal, ELF.bindingGlobal])
    #expect(file.sections[1].flags == ELF.flagAllocate | ELF.flagExecute)
    #expect(file.sections[1].range.lowerBound % 16 == 0)
    #expect(throws: ELFError(.missingSection(".nothing"), offset: 0)) {
      try file.content(of: ".nothing")
    }
  }

  @Test func anEmptyELFFileHasNoSymbolTable() throws {
    let file = try ELFFile(ELFWriter().finish())
    #expect(file.sections.map(\.name) == ["", ".shstrtab"])
    #expect(file.symbols.isEmpty)
  }

  @Test func readelfAcceptsTheFilesThatAreWritten() throws {
    let readelf = "/usr/bin/readelf"
    guard FileManager.default.isExecutableFile(atPath: readelf) else { return }
    let path = NSTemporaryDirectory() + "pulley-isa-\(UUID().uuidString).o"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(sampleFile()).write(to: URL(fileURLWithPath: path))
    let result = try ChildProcess(readelf, ["--all", "--wide", path])
    #expect(result.status == 0)
    #expect(result.errors == "")
    let text = result.output
    #expect(!text.lowercased().contains("warning"))
    #expect(text.contains("wasm[0]::first"))
    #expect(text.contains(".pulley.data"))
  }
}

@Suite struct DamagedELFFiles {
  @Test func everyTruncatedELFFileIsRefusedOrHarmless() throws {
    let bytes = try sampleFile()
    for length in 0..<bytes.count {
      // The section table comes last, so that no shorter file is complete.
      #expect(throws: ELFError.self) { try ELFFile(Array(bytes[..<length])) }
    }
  }

  @Test func everyChangedByteOfAnELFFileIsRefusedOrHarmless() throws {
    let bytes = try sampleFile()
    var refused = 0
    for position in bytes.indices {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var damaged = bytes
        damaged[position] = value
        do throws(ELFError) {
          var listing = ""
          try Objdump.list(try ELFFile(damaged), to: &listing)
          #expect(listing.utf8.count < 10_000)
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > 100)
  }

  @Test func filesOfOtherFormatsAreRefusedWithTheReason() throws {
    #expect(throws: ELFError(.notELF, offset: 0)) { try ELFFile([]) }
    #expect(throws: ELFError(.notELF, offset: 0)) { try ELFFile(Array("\0asm".utf8)) }
    #expect(throws: ELFError(.outOfBounds("the file header"), offset: 0)) {
      try ELFFile([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1])
    }
    var bytes = try sampleFile()
    bytes[4] = 1
    #expect(throws: ELFError(.unsupportedClass, offset: 4)) { try ELFFile(bytes) }
  }

  @Test func offsetsOutsideAnELFFileAreRefusedWithTheReason() throws {
    let bytes = try sampleFile()
    let table = Int(bytes[40]) | Int(bytes[41]) << 8
    var wildTable = bytes
    wildTable.replaceSubrange(40..<48, with: [UInt8](repeating: 0xFF, count: 8))
    #expect(throws: ELFError(.outOfBounds("the section table"), offset: 40)) {
      try ELFFile(wildTable)
    }
    var wildSection = bytes
    wildSection.replaceSubrange(
      table + 64 + 32..<table + 64 + 40, with: [UInt8](repeating: 0xFF, count: 8))
    #expect(throws: ELFError(.outOfBounds("a section"), offset: table + 64)) {
      try ELFFile(wildSection)
    }
    var manySections = bytes
    manySections[60] = 0xFF
    manySections[61] = 0xFE
    #expect(throws: ELFError(.outOfBounds("the section table"), offset: table)) {
      try ELFFile(manySections)
    }
  }
}

@Suite struct Listing {
  @Test func aListingShowsAddressesBytesAndBranchTables() throws {
    var options = ObjdumpOptions()
    options.addresses = true
    options.bytes = true
    options.annotations = [ObjdumpAnnotation(address: 0x20, text: "trap: stack")]
    var listing = ""
    try Objdump.list(try ELFFile(sampleFile()), options: options, to: &listing)
    #expect(
      listing == """
        00000000 wasm[0]::first:
                 0: a8                           push_frame
                 1: 40 02 02 00 00 00 08 00 00   br_table32 x2, 2
                    00 0e 00 00 00               0x8    // target = 0xf
                                                 0xe    // target = 0x19
                 f: 47 0a f0 de bc 9a 78 56 34   xconst64 x10, 1311768467463790320
                    12
                19: a9                           pop_frame
                1a: 01                           ret

        0000001b second:
                1b: 41 01 1e                     xmov x1, sp
                1e: dc 00 00                     trap
                                                  ╰─╼ trap: stack

        """)
  }

  @Test func aListingWithoutAddressesAssemblesToTheSameCode() throws {
    let file = try ELFFile(sampleFile())
    var listing = ""
    try Objdump.list(file, to: &listing)
    #expect(try Assembler.assemble(listing).bytes == Array(file.content(of: ".text")))
  }

  @Test func aListingShowsOnlyTheFunctionsAskedFor() throws {
    var options = ObjdumpOptions()
    options.filter = "eco"
    var listing = ""
    try Objdump.list(try ELFFile(sampleFile()), options: options, to: &listing)
    #expect(listing.hasPrefix("second:\n"))
  }

  @Test func aListingReportsUndecodableBytesAndContinues() throws {
    var writer = ELFWriter()
    let text = writer.addSection(".text", content: [0, 221, 0, 1])
    writer.addSymbol("bad", section: text, offset: 0, size: 3)
    writer.addSymbol("good", section: text, offset: 3, size: 1)
    var listing = ""
    try Objdump.list(try ELFFile(writer.finish()), to: &listing)
    #expect(
      listing == """
        bad:
                    nop
                    (bad) unknown opcode 221 at byte 0x1

        good:
                    ret

        """)
  }

  @Test func aListingReportsBranchTablesThatExceedTheFunction() throws {
    var listing = ""
    Objdump.list(code: [64, 0, 255, 255, 255, 255, 0], name: "table", to: &listing)
    #expect(listing.contains("(bad) the code ends inside an instruction at byte 0x7"))
  }
}
