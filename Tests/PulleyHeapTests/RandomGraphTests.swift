import Testing

@testable import PulleyHeap

/// What a test expects to be in the heap.
private struct Model {
  struct Object {
    var shape: Shape
    var size: Int
    /// References, by their offsets; external words are those with the tag.
    var fields: [Int: UInt]
    /// A number at an offset that no reference has.
    var number: (offset: Int, value: UInt64)?
  }

  var objects: [UInt: Object] = [:]

  /// The addresses of what roots reach.
  func reachable(_ roots: [UInt]) -> Set<UInt> {
    var found: Set<UInt> = []
    var rest = roots
    while let word = rest.popLast() {
      let address = ExternalWord.reference(in: word) ?? word
      guard address != 0, address & 1 == 0, let object = objects[address],
        found.insert(address).inserted
      else { continue }
      rest += object.fields.values
    }
    return found
  }
}

@Suite struct RandomGraphTests {
  /// Changes a graph at random between slices of marking and sweeping, and compares the heap with a model
  /// after each full collection.
  @Test(arguments: [
    (1, 8, 256 << 20), (2, 12, 20 << 20), (3, 64, 256 << 20), (4, 100, 24 << 20),
    (5, Heap.usualMarkStackWords, 12 << 20),
  ])
  func theHeapKeepsExactlyWhatTheRootsReach(_ seed: Int, _ markStack: Int, _ limit: Int) throws {
    var random = Random(state: UInt64(seed))
    let fixture = Fixture(limit: limit, markStackWords: markStack)
    var model = Model()
    fixture.roots.objects = Array(repeating: 0, count: 60)

    for step in 0..<30_000 {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<45:
        guard let (address, object) = allocate(fixture, &random) else { continue }
        #expect(model.objects[address] == nil || !fixture.roots.objects.contains(address))
        model.objects[address] = object
        fixture.roots.objects[Int.random(in: 0..<60, using: &random)] = address
      case 45..<85:
        let holder = pick(fixture, model, &random)
        let target = pick(fixture, model, &random)
        guard holder != 0, let object = model.objects[holder],
          let offset = object.fields.keys.sorted().randomElement(using: &random)
        else { continue }
        let isExternal =
          object.shape == shapes.externals || object.shape == shapes.node && offset == 24
        if isExternal {
          let word = [0, 0x1230, ExternalWord.containing(target)].randomElement(using: &random)
          fixture.store(external: word ?? 0, holder, offset)
          model.objects[holder]?.fields[offset] = word
        } else {
          let word = Int.random(in: 0..<8, using: &random) == 0 ? 5 : target
          fixture.store(word, holder, offset)
          model.objects[holder]?.fields[offset] = word
        }
      case 85..<93:
        fixture.roots.objects[Int.random(in: 0..<60, using: &random)] =
          pick(fixture, model, &random)
      case 93..<99:
        switch fixture.heap.state.pointee.phase {
        case .idle: fixture.heap.beginMarking(keeping: 0)
        case .marking: fixture.heap.mark(Int.random(in: 1..<20_000, using: &random))
        case .sweeping: fixture.heap.sweep(Int.random(in: 1..<20, using: &random))
        }
      default:
        if step % 10 == 0 {
          fixture.roots.objects[Int.random(in: 0..<60, using: &random)] = 0
        }
      }
      if step % 1000 == 999 { compare(fixture, &model) }
    }
    fixture.roots.objects = []
    compare(fixture, &model)
    #expect(fixture.heap.statistics.liveBytes == 0)
  }

  private func allocate(
    _ fixture: Fixture, _ random: inout Random
  ) -> (UInt, Model.Object)? {
    let value = random.next()
    var length = Int.random(in: 0..<40, using: &random)
    if Int.random(in: 0..<40, using: &random) == 0 { length *= 70 }
    if Int.random(in: 0..<400, using: &random) == 0 { length = 9000 }
    if Int.random(in: 0..<400, using: &random) == 0 { length = 150_000 }
    if Int.random(in: 0..<1500, using: &random) == 0 { length = 600_000 }
    let choices = [
      shapes.leaf, shapes.pair, shapes.node, shapes.references, shapes.externals, shapes.vectors,
    ]
    let shape = choices.randomElement(using: &random) ?? shapes.leaf
    var object = Model.Object(shape: shape, size: shape.size, fields: [:])
    var address: UInt?
    if shape.kind == .array {
      object.size += length << shape.elementSizeLog2
      address = fixture.array(shape, UInt32(length))
      if shape.elements != .noReferences {
        // Most elements of a long array stay null.
        for index in 0..<length where length < 100 || index % (length / 20) == 1 {
          object.fields[16 + index * 8] = 0
        }
      } else if length > 0 {
        object.number = (object.size - 8, value)
      }
    } else {
      address = fixture.new(shape)
      switch shape {
      case shapes.leaf: object.number = (8, value)
      case shapes.pair: object.fields = [8: 0, 16: 0]
      default:
        object.fields = [8: 0, 16: 0, 24: 0]
        object.number = (32, value)
      }
    }
    guard let address else { return nil }
    if let number = object.number {
      fixture.storeWithoutBarrier(UInt(number.value), address, number.offset)
    }
    return (address, object)
  }

  /// An object that a guest could have: a few references away from a root.
  private func pick(_ fixture: Fixture, _ model: Model, _ random: inout Random) -> UInt {
    var place = fixture.roots.objects.randomElement(using: &random) ?? 0
    for _ in 0..<Int.random(in: 0..<6, using: &random) {
      guard let object = model.objects[place],
        let word = object.fields.sorted(by: { $0.key < $1.key }).randomElement(using: &random)?
          .value
      else { break }
      let next = ExternalWord.reference(in: word) ?? word
      if next == 0 || next & 1 != 0 || model.objects[next] == nil { break }
      place = next
    }
    return place
  }

  private func compare(_ fixture: Fixture, _ model: inout Model) {
    fixture.heap.collect()
    let reachable = model.reachable(fixture.roots.objects)
    var live = 0
    for (address, object) in model.objects {
      #expect(fixture.heap.isObject(address) == reachable.contains(address))
      guard reachable.contains(address) else { continue }
      live += fixture.cellBytes(object.size)
      #expect(fixture.load(address, 0) == UInt(bitPattern: object.shape.address))
      for (offset, word) in object.fields { #expect(fixture.load(address, offset) == word) }
      if let number = object.number {
        #expect(fixture.load(address, number.offset) == UInt(number.value))
      }
    }
    #expect(fixture.heap.statistics.liveBytes == live)
    model.objects = model.objects.filter { reachable.contains($0.key) }
  }
}
