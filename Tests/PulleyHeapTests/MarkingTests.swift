import Testing

@testable import PulleyHeap

@Suite struct MarkingTests {
  @Test func aLongListIsMarkedWithASmallMarkStack() throws {
    for (markStack, length) in [(8, 2_500_000), (1000, 200_000)] {
      let fixture = Fixture(limit: 1 << 30, markStackWords: markStack)
      fixture.roots.objects = [try #require(fixture.list(length) { fixture.new(shapes.pair) })]
      fixture.heap.collect()
      #expect(fixture.heap.statistics.liveBytes == length * 48)
      #expect(fixture.heap.state.pointee.stackCapacity == markStack)
      fixture.roots.objects = []
      fixture.heap.collect()
      #expect(fixture.heap.statistics.liveBytes == 0)
    }
  }

  @Test func aWideArrayOfTreesIsMarkedWithASmallMarkStack() throws {
    let fixture = Fixture(markStackWords: 8)
    let array = try #require(fixture.array(shapes.references, 300_000))
    fixture.roots.objects = [array]
    for index in 0..<300_000 {
      let leaf = try #require(fixture.pair(0, 0))
      fixture.roots.ambiguous = [leaf]
      let inner = try #require(fixture.pair(leaf, array))
      fixture.store(inner, array, 16 + index * 8)
    }
    fixture.roots.ambiguous = []
    fixture.heap.collect()
    #expect(fixture.heap.statistics.liveBytes == 300_000 * 48 + 2_400_016)
  }

  @Test func nestedArraysAreMarkedWithASmallMarkStack() throws {
    let fixture = Fixture(markStackWords: 9)
    var array: UInt = 0
    for _ in 0..<500 {
      let outer = try #require(fixture.array(shapes.references, 5000))
      for index in [0, 1500, 3000, 4999] {
        fixture.store(array, outer, 16 + index * 8)
        if index > 0 { fixture.store(fixture.new(shapes.leaf) ?? 0, outer, 24 - 16 + index * 8) }
      }
      array = outer
      fixture.roots.objects = [array]
    }
    fixture.heap.collect()
    #expect(fixture.heap.statistics.liveBytes == 500 * 40_016 + 1500 * 16)
  }

  /// Moves the only reference to an object from a place that is not scanned yet to one that is.
  private func hide(_ fixture: Fixture, withBarrier: Bool) throws -> UInt {
    let hidden = try #require(fixture.new(shapes.leaf))
    let source = try #require(fixture.pair(hidden, 0))
    let target = try #require(fixture.pair(0, 0))
    // What was pushed last is scanned first.
    fixture.roots.objects = [source, target]
    fixture.heap.beginMarking(keeping: 0)
    #expect(fixture.heap.isMarking)
    #expect(fixture.heap.mark(1))
    fixture.storeWithoutBarrier(hidden, target, 8)
    if withBarrier {
      fixture.store(0, source, 8)
    } else {
      fixture.storeWithoutBarrier(0, source, 8)
    }
    fixture.heap.finishCycle()
    #expect(!fixture.heap.isMarking)
    return hidden
  }

  @Test func theBarrierKeepsAnObjectWhoseOnlyReferenceMovesDuringMarking() throws {
    let fixture = Fixture()
    let hidden = try hide(fixture, withBarrier: true)
    #expect(fixture.heap.isObject(hidden))
    fixture.heap.collect()
    #expect(fixture.heap.isObject(hidden))
  }

  @Test func withoutTheBarrierThatObjectWouldBeFreed() throws {
    let fixture = Fixture()
    let hidden = try hide(fixture, withBarrier: false)
    #expect(!fixture.heap.isObject(hidden))
  }

  @Test func referencesInOverwrittenElementsAreKept() throws {
    let fixture = Fixture()
    let length = 5000
    let source = try #require(fixture.array(shapes.references, UInt32(length)))
    let target = try #require(fixture.array(shapes.references, UInt32(length)))
    fixture.roots.objects = [source, target]
    for index in 0..<length {
      fixture.store(try #require(fixture.new(shapes.leaf)), source, 16 + index * 8)
    }
    fixture.heap.beginMarking(keeping: 0)
    #expect(fixture.heap.mark(1))
    let words = { (array: UInt) in
      UnsafeMutableBufferPointer(
        start: (pointer(array) + 16).assumingMemoryBound(to: UInt.self), count: length)
    }
    fixture.heap.willOverwrite(objects: UnsafeBufferPointer(words(target)))
    _ = words(target).update(from: words(source))
    fixture.heap.willOverwrite(objects: UnsafeBufferPointer(words(source)))
    words(source).update(repeating: 0)
    fixture.heap.finishCycle()
    fixture.heap.collect()
    #expect(
      fixture.heap.statistics.liveBytes == length * 16 + 2 * fixture.cellBytes(16 + length * 8))
    #expect(words(target).allSatisfy { fixture.heap.isObject($0) })
  }

  @Test func anObjectThatIsAllocatedDuringMarkingSurvivesIt() throws {
    let fixture = Fixture()
    fixture.roots.objects = [try #require(fixture.list(10_000))]
    fixture.heap.beginMarking(keeping: 0)
    #expect(fixture.heap.mark(1))
    let small = try #require(fixture.new(shapes.leaf))
    let large = try #require(fixture.array(shapes.bytes, 100_000))
    let huge = try #require(fixture.array(shapes.bytes, 5_000_000))
    fixture.heap.finishCycle()
    for object in [small, large, huge] { #expect(fixture.heap.isObject(object)) }
    fixture.heap.collect()
    for object in [small, large, huge] { #expect(!fixture.heap.isObject(object)) }
  }

  @Test func anObjectThatTheHostAsksForDuringMarkingSurvivesIt() throws {
    let fixture = Fixture()
    let object = try #require(fixture.new(shapes.leaf))
    fixture.heap.beginMarking(keeping: 0)
    #expect(fixture.heap.isObject(object))
    fixture.heap.finishCycle()
    #expect(fixture.heap.isObject(object))
  }

  @Test func objectsInExternalWordsAreReachedAndI31sAreNot() throws {
    let fixture = Fixture()
    let leaf = try #require(fixture.new(shapes.leaf))
    let node = try #require(fixture.new(shapes.node))
    let array = try #require(fixture.array(shapes.externals, 3))
    fixture.store(external: ExternalWord.containing(leaf), array, 24)
    fixture.store(external: ExternalWord.containing(1), array, 16)
    fixture.store(external: ExternalWord.containing(array), node, 24)
    fixture.store(7, node, 8)
    fixture.roots.externals = [ExternalWord.containing(node), ExternalWord.containing(0), 0]
    fixture.heap.collect()
    #expect(fixture.heap.statistics.liveBytes == 16 + 40 + 40)
  }

  @Test func theObserverIsToldAboutTheExternalWordsThatAreReached() throws {
    let fixture = Fixture()
    let observer = TestObserver()
    fixture.heap.observer = observer
    let host = try #require(fixture.new(shapes.host))
    let lost = try #require(fixture.new(shapes.host))
    let node = try #require(fixture.new(shapes.node))
    fixture.store(external: 0x1000, host, 8)
    fixture.store(external: 0x2000, lost, 8)
    fixture.store(external: 0x3000, node, 24)
    fixture.store(host, node, 8)
    fixture.roots.objects = [node]
    fixture.roots.externals = [0x4000, ExternalWord.containing(3)]
    fixture.roots.stack = [0x5000]
    fixture.heap.collect()
    #expect(observer.reached == [0x1000, 0x3000, 0x4000, 0x5000])
    #expect(observer.begun == 1 && observer.ended == 0 && fixture.heap.hasFinishedCycle)
    fixture.heap.acknowledgeFinishedCycle()
    fixture.heap.acknowledgeFinishedCycle()
    #expect(observer.ended == 1 && !fixture.heap.hasFinishedCycle)

    fixture.heap.beginMarking(keeping: 0)
    fixture.store(external: 0, node, 24)
    fixture.heap.finishCycle()
    #expect(observer.reached.contains(0x3000), "the barrier reports what is overwritten")
  }

  @Test func markingEndsBeforeTheHeapHasGrownByHalf() throws {
    let fixture = Fixture()
    fixture.roots.objects = [try #require(fixture.list(1_000_000))]
    fixture.heap.collect()
    while !fixture.heap.isMarking { _ = fixture.new(shapes.pair) }
    let before = fixture.heap.statistics.allocatedBytes
    while fixture.heap.isMarking { _ = fixture.new(shapes.pair) }
    #expect(fixture.heap.statistics.allocatedBytes - before < 24_000_000)
  }

  @Test func afterASweepInSlicesOnlyReachableObjectsAreLeft() throws {
    let fixture = Fixture()
    fixture.roots.objects = [try #require(fixture.list(500_000))]
    _ = fixture.list(500_000)
    fixture.heap.finishCycle()
    fixture.heap.beginMarking(keeping: 0)
    while fixture.heap.mark(1000) {}
    #expect(fixture.heap.state.pointee.phase == .sweeping)
    while fixture.heap.state.pointee.phase == .sweeping { _ = fixture.new(shapes.node) }
    #expect(fixture.heap.statistics.liveBytes == 12_000_000)
  }
}
