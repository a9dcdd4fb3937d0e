import Testing

@testable import PulleyISA

@Suite struct InverseBranches {
  @Test func theInverseOfTheInverseIsTheBranchItself() {
    var count = 0
    for opcode in Opcode.allCases {
      guard let inverse = opcode.inverse else { continue }
      count += 1
      #expect(inverse.opcode != opcode)
      #expect(inverse.opcode.inverse?.opcode == opcode, "\(opcode)")
      #expect(inverse.opcode.inverse?.swapsSources == inverse.swapsSources, "\(opcode)")
      #expect(inverse.opcode.fields.map(\.kind) == opcode.fields.map(\.kind), "\(opcode)")
    }
    #expect(count == 54)
  }

  @Test func everyConditionalBranchHasAnInverse() {
    for opcode in Opcode.allCases where opcode.traits.contains(.branch) {
      #expect(
        (opcode.inverse == nil) == opcode.traits.contains(.terminator), "\(opcode)")
    }
  }
}
