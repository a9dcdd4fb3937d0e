import Testing

@testable import PulleyVM

/// Stacks and memories that one guest has left and the next one gets.
@Suite struct Recycling {
  private func isZero(_ memory: UnsafeMutableRawPointer, _ count: Int) -> Bool {
    UnsafeRawBufferPointer(start: memory, count: count).allSatisfy { $0 == 0 }
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
      var range = try #require(MemoryRange(for: 1 << 16, reserving: 123 << 16))
      let count = 3 << 16
      #expect(range.makeAccessible(to: count))
      #expect(range.accessible == count && range.size == 123 << 16)
      #expect(isZero(range.base, count))
      range.base.initializeMemory(as: UInt8.self, repeating: 0xAB, count: count)
    }
  }

  @Test func contentsMoveToALargerRange() throws {
    for first in [1 << 16, 3 << 16] {
      var small = try #require(MemoryRange(for: first, reserving: first))
      #expect(small.makeAccessible(to: first))
      small.base.initializeMemory(as: UInt8.self, repeating: 7, count: first)
      var large = try #require(MemoryRange(for: 2 * first, reserving: 4 * first))
      #expect(large.makeAccessible(to: 2 * first))
      small.moveContents(first, to: large)
      #expect((0..<first).allSatisfy { large.base.load(fromByteOffset: $0, as: UInt8.self) == 7 })
      #expect(isZero(large.base + first, first))
      // The second move finds a range of several mappings.
      var larger = try #require(MemoryRange(for: 3 * first, reserving: 8 * first))
      #expect(larger.makeAccessible(to: 3 * first))
      large.moveContents(2 * first, to: larger)
      #expect(larger.base.load(fromByteOffset: first - 1, as: UInt8.self) == 7)
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
