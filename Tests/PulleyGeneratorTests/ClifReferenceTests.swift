import Foundation
import PulleyIR
import PulleyLegalizer
import Testing

@testable import ClifReference
@testable import PulleyCodegen

@Suite struct ClifReferenceDocument {
  @Test func everyOperationHasItsMeaningInTheDocument() {
    for operation in PulleyIR.Operation.allCases {
      #expect(!operation.meaning.isEmpty, "\(operation)")
      #expect(operation.syntax.contains(operation.mnemonic))
    }
  }

  @Test func theCompilerRefusesJustTheOperationsWhoseRowsSayThatItDoes() {
    var probe = Probe()
    for operation in PulleyIR.Operation.allCases where !operation.needsInstance {
      let isRefused =
        switch probe.outcome(of: operation) {
        case .refused: true
        case .compiled: false
        }
      #expect(isRefused == (operation.legality == .refused), "\(operation)")
    }
  }

  @Test func theCompilerAcceptsTheExamplesInTheDocument() throws {
    var legalizer = Legalizer()
    var compiler = FunctionCompiler()
    // One example has addresses of 32 bits.
    var verifier = Verifier(addressBits: nil)
    let parts = ClifIntroduction.text.components(separatedBy: "```clif\n").dropFirst()
    #expect(parts.count == 4)
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
