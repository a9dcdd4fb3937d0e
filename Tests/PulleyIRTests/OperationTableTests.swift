import PulleyIR
import Testing

@Suite struct OperationTable {
  @Test func operationsOfOneGroupFollowOneAnother() {
    let groups = PulleyIR.Operation.allCases.map(\.group.rawValue)
    #expect(groups == groups.sorted())
    #expect(Set(groups).count == OperationGroup.allCases.count)
  }

  @Test func everyPlainLoadAndStoreSaysWhatItMoves() {
    for operation in PulleyIR.Operation.allCases {
      let isAccess =
        switch operation.format {
        case .load, .store, .heapLoad, .heapStore: !operation.traits.contains(.atomic)
        default: false
        }
      #expect((operation.accessShape != nil) == isAccess, "\(operation)")
    }
  }

  @Test func operationsThatCommuteGiveTheSameOfSwappedConstants() {
    for operation in binaryIntegerOperations where operation.traits.contains(.commutes) {
      for (a, b) in pairs {
        #expect(fold(operation, a, b) == fold(operation, b, a), "\(operation) \(a) \(b)")
      }
    }
  }

  @Test func neutralConstantsGiveTheLeftOperand() {
    for operation in binaryIntegerOperations {
      for (a, b) in pairs where operation.isNeutral(b, .i32) {
        #expect(fold(operation, a, b) == a, "\(operation) \(a) \(b)")
      }
    }
  }

  @Test func absorbingConstantsGiveThemselves() {
    for operation in binaryIntegerOperations {
      for (a, b) in pairs where operation.isAbsorbing(b) {
        #expect(fold(operation, a, b) == b, "\(operation) \(a) \(b)")
      }
    }
  }

  @Test func equalOperandsGiveThemselvesOrZeroWhereARowSaysSo() {
    for operation in binaryIntegerOperations {
      for a in numbers {
        let result = fold(operation, a, a)
        if operation.laws.contains(.isIdempotent) { #expect(result == a, "\(operation) \(a)") }
        if operation.laws.contains(.cancelsItself) { #expect(result == 0, "\(operation) \(a)") }
      }
    }
  }

  @Test func involutionsDoneTwiceGiveTheOperand() {
    for operation in PulleyIR.Operation.allCases
    where operation.laws.contains(.isInvolution) && operation != .fneg {
      for a in numbers {
        let once = ConstantFolding.integer(operation, .i32, from: .i32, a)
        let twice = once.flatMap { ConstantFolding.integer(operation, .i32, from: .i32, $0) }
        #expect(twice == a, "\(operation) \(a)")
      }
    }
  }

  private let numbers: [Int64] = [0, 1, -1, 2, 31, 32, 77, -12345, 0x7FFF_FFFF, -0x8000_0000]

  private var pairs: [(Int64, Int64)] { numbers.flatMap { a in numbers.map { (a, $0) } } }

  private var binaryIntegerOperations: [PulleyIR.Operation] {
    PulleyIR.Operation.allCases.filter { operation in
      guard case .integers = operation.folding else { return false }
      return operation.format == .binary
    }
  }

  private func fold(_ operation: PulleyIR.Operation, _ a: Int64, _ b: Int64) -> Int64? {
    ConstantFolding.integer(operation, .i32, a, b)
  }
}
