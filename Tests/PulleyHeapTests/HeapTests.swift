import Testing

@testable import PulleyHeap

@Suite struct HeapTests {
  @Test func anObjectThatNoRootReachesIsCollectedAndACycleToo() throws {
    let fixture = Fixture()
    let first = try #require(fixture.pair(0, 0))
    let second = try #require(fixture.pair(first, 0))
    fixture.store(second, first, 8)
    fixture.roots.objects = [first]
    fixture.heap.collect()
    #expect(fixture.heap.statistics.liveBytes == 48)
    fixture.roots.objects = []
    fixture.heap.collect()
    #expect(fixture.heap.statistics.liveBytes == 0)
    #expect(!fixture.heap.isObject(first))
  }

  @Test func allocationToExhaustionGivesNilAndTheHeapIsUsableAfterwards() throws {
    for limit in [1 << 16, 1 << 20, 10 << 20] {
      let fixture = Fixture(limit: limit)
      for _ in 0..<3 {
        var count = 0
        while let object = fixture.pair(fixture.roots.objects.last ?? 0, 0) {
          fixture.roots.objects = [object]
          count += 1
        }
        #expect(count * 24 > limit / 3 && count * 24 < limit)
        fixture.heap.collect()
        #expect(fixture.heap.statistics.liveBytes == count * 24)
        #expect(fixture.heap.statistics.reservedBytes <= limit)
        fixture.roots.objects = []
      }
      #expect(fixture.new(shapes.leaf) != nil)
    }
  }

  @Test func aGuestThatKeepsTheHeapFullIsStoppedInsteadOfCollectingForever() {
    let fixture = Fixture(limit: 16 << 20)
    fixture.roots.objects = [fixture.array(shapes.references, 700_000) ?? 0]
    var filled = 0
    while let object = fixture.new(shapes.pair) {
      fixture.store(object, fixture.roots.objects[0], 16 + filled * 8)
      filled += 1
    }
    // Each round frees one object, for which the heap would be collected.
    let collections = fixture.heap.statistics.collections
    var rounds = 0
    repeat {
      rounds += 1
      fixture.store(0, fixture.roots.objects[0], 16 + rounds * 8)
    } while rounds < 1000 && fixture.new(shapes.pair) != nil
    #expect(rounds < 1000)
    #expect(fixture.heap.statistics.collections - collections < 20)
  }

  @Test func allocatedObjectsContainZerosOnly() throws {
    let fixture = Fixture(limit: 8 << 20)
    var random = Random(state: 3)
    for round in 0..<5000 {
      let length = UInt32.random(in: 0..<(round % 50 == 0 ? 100_000 : 2000), using: &random)
      let array = try #require(fixture.array(shapes.bytes, length))
      let place = pointer(array)
      #expect(place.load(fromByteOffset: 8, as: UInt32.self) == length)
      let bytes = UnsafeMutableRawBufferPointer(start: place + 16, count: Int(length))
      #expect(bytes.allSatisfy { $0 == 0 })
      _ = bytes.initializeMemory(as: UInt8.self, repeating: 0xFF)
    }
    #expect(fixture.heap.statistics.collections > 0)
  }

  @Test func arraysUpToTheLimitAreAllocatedAndLongerOnesRefused() throws {
    let fixture = Fixture(limit: 64 << 20)
    #expect(fixture.array(shapes.vectors, .max) == nil)
    #expect(fixture.array(shapes.bytes, .max) == nil)
    #expect(fixture.array(shapes.references, .max) == nil)
    #expect(fixture.array(shapes.bytes, 64 << 20) == nil)
    for length: UInt32 in [63 << 20, 40 << 20, 3_900_000, 9000, 63 << 20] {
      let array = try #require(fixture.array(shapes.bytes, length))
      fixture.roots.objects = [array]
      fixture.heap.collect()
      #expect(fixture.heap.isObject(array))
      #expect(fixture.heap.statistics.liveBytes == fixture.cellBytes(16 + Int(length)))
      fixture.roots.objects = []
    }
  }

  @Test func aHugeObjectThatIsFreedGoesBackToTheSystem() throws {
    let fixture = Fixture()
    fixture.roots.objects = [try #require(fixture.array(shapes.bytes, 100 << 20))]
    fixture.heap.collect()
    #expect(fixture.account.bytes > 100 << 20)
    fixture.roots.objects = []
    fixture.heap.collect()
    #expect(fixture.account.bytes < 1 << 20)
  }

  @Test func memoryThatStaysFreeGoesBackToTheSystem() throws {
    let fixture = Fixture()
    fixture.roots.objects = [try #require(fixture.list(1_000_000))]
    fixture.heap.collect()
    #expect(fixture.account.bytes > 24_000_000)
    fixture.roots.objects = [try #require(fixture.new(shapes.leaf))]
    for _ in 0..<3 { fixture.heap.collect() }
    #expect(fixture.account.bytes < 1 << 20)
    #expect(fixture.account.bytes == fixture.heap.statistics.reservedBytes)
  }

  @Test func theAccountIsBalancedWhenTheHeapIsGone() {
    let account = TestAccount()
    let roots = TestRoots()
    do {
      let fixture = Fixture()
      _ = fixture.list(300_000)
      _ = fixture.array(shapes.bytes, 10 << 20)
      fixture.heap.collect()
      _ = fixture.list(1000)
      account.bytes = fixture.account.bytes
      #expect(account.bytes > 0)
    }
    var heap = Heap(
      limit: 1 << 30, roots: roots,
      reserve: {
        account.bytes += $0
        return true
      }, release: { account.bytes -= $0 })
    account.bytes = 0
    for _ in 0..<100_000 { _ = heap?.allocate(shapes.pair, size: 24) }
    _ = heap?.allocateArray(shapes.bytes, length: 10 << 20)
    heap?.collect()
    _ = heap?.allocateArray(shapes.bytes, length: 10 << 20)
    #expect(account.bytes > 10 << 20)
    heap = nil
    #expect(account.bytes == 0)
  }

  @Test func aRefusalOfTheAccountIsLikeTheLimit() {
    let fixture = Fixture()
    fixture.account.limit = 2 << 20
    var count = 0
    while let object = fixture.pair(fixture.roots.objects.last ?? 0, 0) {
      fixture.roots.objects = [object]
      count += 1
    }
    #expect(count > 40_000 && fixture.account.bytes <= 2 << 20)
    fixture.roots.objects = []
    #expect(fixture.new(shapes.leaf) != nil)
  }

  @Test func aHeapWithFewObjectsReservesLittle() {
    let fixture = Fixture()
    _ = fixture.new(shapes.leaf)
    _ = fixture.new(shapes.pair)
    #expect(fixture.heap.statistics.reservedBytes < 64 << 10)
  }

  @Test func freeBlocksServeOtherClassesAndLargeObjects() throws {
    let fixture = Fixture(limit: 8 << 20)
    for _ in 0..<4 {
      fixture.roots.objects = [try #require(fixture.list(200_000))]
      fixture.roots.objects = []
      fixture.roots.objects = [try #require(fixture.array(shapes.bytes, 6 << 20))]
      fixture.roots.objects = []
      for _ in 0..<700 {
        fixture.roots.objects.append(try #require(fixture.array(shapes.bytes, 8000)))
      }
      fixture.roots.objects = []
    }
  }

  @Test func stressCollectsAtEveryAllocation() throws {
    let fixture = Fixture()
    fixture.heap.isStressed = true
    for count in 1...50 {
      let object = try #require(fixture.pair(fixture.roots.objects.last ?? 0, 0))
      fixture.roots.objects = [object]
      #expect(fixture.heap.statistics.collections == count)
      #expect(fixture.heap.statistics.liveBytes == (count - 1) * 24)
    }
    _ = fixture.new(shapes.leaf)
    _ = fixture.array(shapes.bytes, 100_000)
    #expect(fixture.heap.statistics.liveBytes == 50 * 24)
  }

  @Test func aWordGivenToTheSlowPathKeepsItsObject() throws {
    let fixture = Fixture()
    fixture.heap.isStressed = true
    let object = try #require(fixture.new(shapes.leaf))
    _ = fixture.heap.allocateSlowly(shapes.leaf, size: 16, keeping: object + 3)
    #expect(fixture.heap.statistics.liveBytes == 16)
    _ = fixture.heap.allocateSlowly(shapes.leaf, size: 16)
    #expect(fixture.heap.statistics.liveBytes == 0)
  }

  @Test func onlyExactAddressesOfAllocatedObjectsAreObjects() throws {
    let fixture = Fixture()
    let object = try #require(fixture.new(shapes.pair))
    let large = try #require(fixture.array(shapes.bytes, 50_000))
    let huge = try #require(fixture.array(shapes.bytes, 20 << 20))
    for address in [object, large, huge] {
      #expect(fixture.heap.isObject(address))
      for distance: UInt in [1, 4, 8, 9] { #expect(!fixture.heap.isObject(address + distance)) }
    }
    #expect(!fixture.heap.isObject(huge + 10 << 20))
    // The next cell is handed out, but not used.
    #expect(!fixture.heap.isObject(object + 24))
    for word: UInt in [0, 1, 8, .max, .max - 7, 1 << 47, object & ~Chunk.mask] {
      #expect(!fixture.heap.isObject(word))
    }
  }
}
