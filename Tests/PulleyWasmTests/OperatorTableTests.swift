import Testing

@testable import PulleyWasm

@Suite struct OperatorTableTests {
  private let rows = Array(Operators.all.joined())

  @Test func everyOperatorCodeHasExactlyOneRow() {
    #expect(rows.map(\.code).sorted { $0.rawValue < $1.rawValue } == OperatorCode.allCases)
  }

  @Test func noTwoOperatorsHaveTheSameEncoding() {
    #expect(Set(rows.map(\.encoding)).count == rows.count)
  }

  @Test func theRowOfAnOperatorCodeIsFoundByTheCode() {
    for row in rows {
      #expect(Operators.row(row.code).pointee.code == row.code)
      #expect(Operators.row(row.code).pointee.isAssigned)
      #expect(row.code.encoding == row.encoding)
      #expect(row.code.mnemonic == row.mnemonic)
    }
  }

  @Test func onlyOperatorsThatTheTextFormatTellsApartByTheirImmediatesShareAMnemonic() {
    let shared = Dictionary(grouping: rows, by: \.mnemonic).filter { $0.value.count > 1 }
    #expect(Set(shared.keys) == ["select", "ref.test", "ref.cast"])
  }

  @Test func anOperatorHasAMemoryArgumentIfAndOnlyIfItIsAMemoryAccess() {
    for row in rows {
      let hasArgument =
        row.immediates == .memoryArgument || row.immediates == .memoryArgumentAndLane
      #expect(hasArgument == (row.typing == .access), "\(row.mnemonic)")
    }
  }

  @Test func anOperatorHasALaneCountIfAndOnlyIfItHasTheImmediateThatSelectsALane() {
    for row in rows {
      let hasLane = row.immediates == .lane || row.immediates == .memoryArgumentAndLane
      #expect(hasLane == (row.laneCount > 0), "\(row.mnemonic)")
    }
  }
}
