import Testing

@testable import PulleyHeap

@Suite struct AmbiguousRootTests {
  @Test func anAddressAnywhereInAnObjectKeepsIt() throws {
    let fixture = Fixture()
    for size in [8, 16, 24, 72, 160, 1000, 3584, 5120, 8192, 9000, 70_000, 5 << 20] {
      let array = try #require(fixture.array(shapes.bytes, UInt32(max(size - 16, 0))))
      let cell = UInt(fixture.cellBytes(max(size, 16)))
      for offset in [0, 1, 7, 8, cell / 2, cell - 1] {
        fixture.roots.stack = [0, array + offset, 17]
        fixture.heap.collect()
        #expect(fixture.heap.isObject(array), "\(size) \(offset)")
        #expect(fixture.heap.statistics.liveBytes == Int(cell))
      }
      fixture.roots.stack = [array - 1, array + cell]
      fixture.heap.collect()
      #expect(!fixture.heap.isObject(array), "\(size)")
    }
  }

  @Test func everyCellOfEverySizeIsFoundByItsFirstAndLastByte() throws {
    for sizeClass in 1..<SizeClass.count {
      let fixture = Fixture()
      let size = UInt(SizeClass.bytes(sizeClass))
      for _ in 0..<(40 << 10) / Int(size) + 2 {
        let object = try #require(fixture.array(shapes.bytes, UInt32(size - 16)))
        #expect(fixture.heap.state.pointee.object(containing: object) == object)
        #expect(fixture.heap.state.pointee.object(containing: object + size - 1) == object)
      }
    }
  }

  @Test func anExternalWordOnTheStackKeepsTheObjectInIt() throws {
    let fixture = Fixture()
    let object = try #require(fixture.new(shapes.leaf))
    fixture.roots.ambiguous = [ExternalWord.containing(object)]
    fixture.heap.collect()
    #expect(fixture.heap.isObject(object))
  }

  @Test func aStaleWordDoesNotKeepACellThatWasSwept() throws {
    let fixture = Fixture()
    let kept = try #require(fixture.new(shapes.pair))
    let child = try #require(fixture.new(shapes.pair))
    let stale = try #require(fixture.pair(child, 0))
    fixture.roots.objects = [kept]
    fixture.heap.collect()
    #expect(fixture.load(stale, 8) == child, "a sweep does not clear cells")
    fixture.roots.stack = [stale, stale + 8, child]
    fixture.heap.collect()
    #expect(fixture.heap.statistics.liveBytes == 24)
    #expect(!fixture.heap.isObject(stale) && !fixture.heap.isObject(child))
  }

  @Test func wordsOfAnyKindAreHarmless() throws {
    let fixture = Fixture()
    fixture.roots.objects = [
      try #require(fixture.list(50_000)), try #require(fixture.array(shapes.bytes, 9 << 20)),
    ]
    fixture.heap.collect()
    let live = fixture.heap.statistics.liveBytes
    let (low, high) = (fixture.heap.state.pointee.lowest, fixture.heap.state.pointee.highest)
    var random = Random(state: 1)
    for _ in 0..<2 {
      fixture.roots.stack = (0..<20_000).map { _ in
        Bool.random(using: &random) ? .random(in: low..<high, using: &random) : random.next()
      }
      fixture.heap.collect()
      #expect(fixture.heap.statistics.liveBytes == live)
    }
  }

  @Test func partOfAWordIsNotRead() throws {
    let fixture = Fixture()
    let object = try #require(fixture.new(shapes.leaf))
    let words = [object, object]
    var visitor = RootVisitor(marker: Marker(fixture.heap.state))
    words.withUnsafeBytes { bytes in
      for range in [1..<8, 1..<15, 0..<7, 9..<16] {
        visitor.scan(conservatively: UnsafeRawBufferPointer(rebasing: bytes[range]))
      }
    }
    visitor.marker.finish()
    #expect(fixture.heap.state.pointee.stackCount == 0)
  }
}
