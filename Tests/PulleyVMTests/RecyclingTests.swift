import Testing

@testable import PulleyVM

/// Stacks and memories that one guest has left and the next one gets.
@Suite struct Recycling {
  private func isZero(_ memory: UnsafeMutableRawPointer, _ count: Int) -> Bool {
    UnsafeRawBufferPointer(start: memory, count: count).allSatisfy { $0 == 0 }
  }

  private struct NoRange: Error {}

  private func made(_ range: consuming MemoryRange?, accessible: Int) throws -> MemoryRange {
    guard var range, range.makeAccessible(to: accessible) else { throw NoRange() }
    return range
  }

  @Test func aRecycledStackHasNothingOfTheOneBefore() throws {
    for _ in 0..<20 {
      let memory = try StateMemory(windowBytes: 100_000)
      let bytes = memory.limit - memory.base
      #expect(isZero(memory.base, bytes))
      memory.base.initializeMemory(as: UInt8.self, repeating: 0xAB, count: bytes)
    }
  }

  @Test func fewStacksStayMapped() throws {
    func use(_ depth: Int) throws {
      let memory = try StateMemory(windowBytes: 200_000)
      memory.windows.storeBytes(of: 1, as: UInt64.self)
      if depth > 0 { try use(depth - 1) }
    }
    try use(100)
    #expect(StateBlocks.spareCount <= StateBlocks.mostSpares)
    // Other tests may use them meanwhile.
    StateBlocks.dropSpares()
    try use(20)
    #expect(StateBlocks.spareCount <= StateBlocks.mostSpares)
  }

  @Test func aRecycledRangeHasNothingOfTheOneBefore() throws {
    for _ in 0..<20 {
      let count = 3 << 16
      let range = try made(MemoryRange(for: 1 << 16, reserving: 123 << 16), accessible: count)
      let (accessible, size) = (range.accessible, range.size)
      #expect(accessible == count && size == 123 << 16)
      #expect(isZero(range.base, count))
      range.base.initializeMemory(as: UInt8.self, repeating: 0xAB, count: count)
    }
  }

  @Test func contentsMoveToALargerRange() throws {
    for first in [1 << 16, 3 << 16] {
      var small = try made(MemoryRange(for: first, reserving: first), accessible: first)
      small.base.initializeMemory(as: UInt8.self, repeating: 7, count: first)
      var large = try made(MemoryRange(for: 2 * first, reserving: 4 * first), accessible: 2 * first)
      small.moveContents(first, to: large)
      let moved = UnsafeRawBufferPointer(start: large.base, count: first)
      #expect(moved.allSatisfy { $0 == 7 })
      #expect(isZero(large.base + first, first))
      // The second move finds a range of several mappings.
      let larger = try made(
        MemoryRange(for: 3 * first, reserving: 8 * first), accessible: 3 * first)
      large.moveContents(2 * first, to: larger)
      let last = larger.base.load(fromByteOffset: first - 1, as: UInt8.self)
      #expect(last == 7)
      #expect(isZero(larger.base + first, 2 * first))
    }
  }

  @Test func slotsOfAnArenaAreApartAndCleanAndGivenBack() throws {
    let size = MemoryArena.largestSlot
    let count = 3 * MemoryArena.chunkBytes / size
    let before = MemoryArena.chunkCount
    for _ in 0..<2 {
      var slots: Set<UnsafeMutableRawPointer> = []
      for _ in 0..<count {
        let slot = try #require(MemoryArena.take(size - 1))
        #expect(slot.size == size && isZero(slot.base, 1000))
        slot.base.initializeMemory(as: UInt8.self, repeating: 0xAB, count: 1000)
        #expect(slots.insert(slot.base).inserted)
      }
      #expect(MemoryArena.chunkCount >= before + 2)
      let bases = slots.map { UInt(bitPattern: $0) }.sorted()
      #expect(zip(bases, bases.dropFirst()).allSatisfy { $1 - $0 >= UInt(size) })
      for slot in slots.shuffled() { MemoryArena.give(slot, size) }
      #expect(MemoryArena.chunkCount <= before + 1)
    }
    #expect(MemoryArena.take(size + 1) == nil)
    let small = try #require(MemoryArena.take(0))
    #expect(small.size == MemoryArena.smallestSlot)
    MemoryArena.give(small.base, small.size)
  }
}
