import Testing

@testable import PulleyHeap

@Suite struct MergingTests {
  @Test func theObjectsOfAMergedHeapAreThoseOfTheOther() throws {
    let first = Fixture()
    let second = Fixture()
    var lists: [UInt] = []
    for fixture in [first, second, first, second] {
      let list = try #require(fixture.list(200_000))
      fixture.roots.objects.append(list)
      lists.append(list)
      _ = fixture.list(100_000)
      fixture.roots.objects.append(try #require(fixture.array(shapes.bytes, 6 << 20)))
      fixture.heap.beginMarking(keeping: 0)
      fixture.heap.mark(100)
    }
    let live = 4 * (200_000 * 24 + (6 << 20) + 16)
    let allocated =
      first.heap.statistics.allocatedBytes + second.heap.statistics.allocatedBytes
    #expect(first.heap.merge(second.heap))
    first.roots.objects += second.roots.objects
    second.roots.objects = []
    #expect(second.account.bytes == second.heap.statistics.reservedBytes)
    #expect(first.account.bytes == first.heap.statistics.reservedBytes)
    #expect(first.heap.statistics.allocatedBytes == allocated)
    for list in lists { #expect(first.heap.isObject(list) && !second.heap.isObject(list)) }
    for _ in 0..<3 {
      first.heap.collect()
      #expect(first.heap.statistics.liveBytes == live)
      _ = first.list(300_000)
      _ = first.array(shapes.bytes, 100_000)
    }
    // Objects of both heaps may refer to one another now.
    first.store(lists[1], lists[0], 16)
    first.roots.objects = [lists[0]]
    first.heap.collect()
    #expect(first.heap.statistics.liveBytes == 400_000 * 24)
  }

  @Test func freeCellsOfAMergedHeapAreUsed() throws {
    let first = Fixture()
    let second = Fixture()
    for _ in 0..<20_000 {
      second.roots.objects.append(try #require(second.new(shapes.pair)))
      _ = second.new(shapes.pair)
    }
    second.heap.collect()
    _ = second.new(shapes.pair)
    #expect(first.heap.merge(second.heap))
    first.roots.objects = second.roots.objects
    let reserved = first.heap.statistics.reservedBytes
    for _ in 0..<18_000 { first.roots.objects.append(try #require(first.new(shapes.pair))) }
    #expect(first.heap.statistics.reservedBytes == reserved)
    #expect(Set(first.roots.objects).count == first.roots.objects.count)
    first.heap.collect()
    #expect(first.heap.statistics.liveBytes == 38_000 * 24)
  }

  @Test func aMergedHeapIsEmptyAndCanBeDropped() throws {
    let first = Fixture()
    let account: TestAccount
    let list: UInt
    do {
      let second = Fixture()
      account = second.account
      list = try #require(second.list(10))
      second.heap.collect(keeping: list)
      first.heap.merge(second.heap)
      #expect(second.heap.statistics.liveBytes == 0)
    }
    #expect(account.bytes == 0)
    first.roots.objects = [list]
    first.heap.collect()
    #expect(first.heap.statistics.liveBytes == 240)
  }
}
