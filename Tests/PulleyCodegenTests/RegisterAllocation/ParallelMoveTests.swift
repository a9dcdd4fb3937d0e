import PulleyCodegen
import PulleyISA
import Testing

@Suite struct ParallelMoves {
  /// Runs the edits on places that hold their own names.
  private func run(_ edits: [Edit]) -> [Allocation: Allocation] {
    var contents: [Allocation: Allocation] = [:]
    for edit in edits { contents[edit.to] = contents[edit.from] ?? edit.from }
    return contents
  }

  private func randomPlace(_ random: inout SeededGenerator) -> Allocation {
    let number = Int.random(in: 0..<12, using: &random)
    return number < 6 ? .register(.x, UInt8(number)) : .slot(UInt32(number))
  }

  @Test(arguments: [FreeRegisters(), FreeRegisters(x: 1 << 9)])
  func randomParallelMovesActAsIfAtOnce(free: FreeRegisters) {
    var random = SeededGenerator(seed: 7)
    var resolver = ParallelMoveResolver()
    for _ in 0..<2000 {
      var wanted: [Allocation: Allocation] = [:]
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        wanted[randomPlace(&random)] = randomPlace(&random)
      }
      resolver.begin()
      for (to, from) in wanted { resolver.add(.x, from: from, to: to) }
      var edits: [Edit] = []
      if resolver.resolveChains(position: 0, into: &edits) {
        _ = resolver.resolveCycles(position: 0, free: free, scratchSlot: 20, into: &edits)
      }
      let contents = run(edits)
      #expect(wanted.allSatisfy { contents[$0.key] ?? $0.key == $0.value }, "\(wanted) \(edits)")
      #expect(!edits.contains { $0.from.isSlot && $0.to.isSlot })
    }
  }

  @Test func aSwapOfTwoRegistersTakesThreeMoves() {
    var resolver = ParallelMoveResolver()
    resolver.begin()
    resolver.add(.x, from: .register(.x, 1), to: .register(.x, 2))
    resolver.add(.x, from: .register(.x, 2), to: .register(.x, 1))
    var edits: [Edit] = []
    let hasCycles = resolver.resolveChains(position: 3, into: &edits)
    #expect(hasCycles && edits.isEmpty)
    let usesScratch = resolver.resolveCycles(
      position: 3, free: FreeRegisters(), scratchSlot: 0, into: &edits)
    #expect(!usesScratch && edits.count == 3 && edits.allSatisfy { $0.position == 3 })
  }

  @Test func constantsAreMaterialisedAfterTheirDestinationsAreRead() {
    var resolver = ParallelMoveResolver()
    resolver.begin()
    resolver.addRematerialisation(of: VirtualRegister(5), .x, to: .register(.x, 1))
    resolver.add(.x, from: .register(.x, 1), to: .register(.x, 2))
    var edits: [Edit] = []
    let hasCycles = resolver.resolveChains(position: 0, into: &edits)
    #expect(!hasCycles && edits.map(\.to) == [.register(.x, 2), .register(.x, 1)])
  }
}
