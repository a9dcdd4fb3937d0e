import Foundation
import PulleyIR
import Testing

@testable import PulleyCodegen
@testable import pulley_gen_clif

@Suite struct ClifDocumentation {
  private static let path =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent(ClifDocument.path).path

  @Test func isCurrent() throws {
    let onDisk = try String(contentsOfFile: Self.path, encoding: .utf8)
    #expect(onDisk == ClifDocument.content(), "run `make generate`")
  }

  @Test func everyOperationHasAMeaning() {
    #expect(Set(ClifDocument.operations).count == ClifDocument.operations.count)
    #expect(Set(ClifDocument.operations) == Set(PulleyIR.Opcode.allCases))
    for opcode in PulleyIR.Opcode.allCases {
      #expect(!opcode.meaning.isEmpty, "\(opcode)")
      #expect(opcode.syntax.contains(opcode.mnemonic))
    }
  }

  /// What the document shows is what is accepted.
  @Test func examplesAreRight() throws {
    var legalizer = Legalizer()
    var compiler = FunctionCompiler()
    var verifier = Verifier()
    let parts = ClifIntroduction.text.components(separatedBy: "```clif\n").dropFirst()
    #expect(parts.count == 3)
    for part in parts {
      let text = try #require(part.components(separatedBy: "```").first)
      let file = ClifReader.read(Array(text.utf8))
      #expect(file.errors == [], "\(text)")
      for item in file.functions {
        var function = item.function
        #expect(verifier.verify(function) == [])
        try legalizer.run(&function)
        _ = try compiler.compile(function)
      }
    }
  }
}
