@testable import PulleyHeap

/// Roots that a test changes.
final class TestRoots: HeapRoots {
  var objects: [UInt] = []
  var externals: [UInt] = []
  var ambiguous: [UInt] = []
  var stack: [UInt] = []

  func visitRoots(_ visitor: inout RootVisitor) {
    objects.withUnsafeBufferPointer { visitor.visit(objects: $0) }
    externals.withUnsafeBufferPointer { visitor.visit(externals: $0) }
    for word in ambiguous { visitor.visit(ambiguous: word) }
    stack.withUnsafeBytes { visitor.scan(conservatively: $0) }
  }
}

/// What an embedder counts of the heap's memory.
final class TestAccount {
  var bytes = 0
  var limit = Int.max
}

final class TestObserver: HeapObserver {
  var reached: Set<UInt> = []
  var begun = 0
  var ended = 0

  func markingWillBegin() {
    begun += 1
    reached = []
  }

  func reached(external word: UInt) { reached.insert(word) }

  func markingDidEnd() { ended += 1 }
}

/// Shapes that the tests use, which live as long as the process.
struct TestShapes: Sendable {
  /// 16 bytes: a number.
  let leaf = shape(.structure, size: 16)
  /// 24 bytes: two references.
  let pair = shape(.structure, size: 24, references: [8, 16])
  /// 40 bytes: two references, an external reference, a number.
  let node = shape(.structure, size: 40, references: [8, 16], externals: [24])
  let host = shape(.hostReference)
  let references = shape(.array, log2: 3, elements: .references)
  let externals = shape(.array, log2: 3, elements: .externals)
  let bytes = shape(.array, log2: 0)
  let vectors = shape(.array, log2: 4)

  static func shape(
    _ kind: Shape.Kind, size: Int = 16, log2: Int = 0, elements: Shape.Elements = .noReferences,
    references: [Int] = [], externals: [Int] = []
  ) -> Shape {
    let fields =
      references.map { Shape.Reference(offset: $0, isExternal: false) }
      + externals.map { Shape.Reference(offset: $0, isExternal: true) }
    return Shape.make(
      typeNumber: 0, kind: kind, size: size, elementSizeLog2: log2, elements: elements,
      references: fields)!
  }
}

let shapes = TestShapes()

/// A heap with the roots that it was made for.
struct Fixture {
  let roots = TestRoots()
  let account = TestAccount()
  let heap: Heap

  init(limit: Int = 1 << 30, markStackWords: Int = Heap.usualMarkStackWords) {
    let account = account
    heap = Heap(
      limit: limit, roots: roots, markStackWords: markStackWords,
      reserve: {
        guard $0 <= account.limit - account.bytes else { return false }
        account.bytes += $0
        return true
      }, release: { account.bytes -= $0 })!
  }

  func new(_ shape: Shape) -> UInt? {
    heap.allocate(shape, size: shape.size).map { UInt(bitPattern: $0) }
  }

  func array(_ shape: Shape, _ length: UInt32) -> UInt? {
    heap.allocateArray(shape, length: length).map { UInt(bitPattern: $0) }
  }

  func pair(_ first: UInt, _ second: UInt) -> UInt? {
    guard let pair = new(shapes.pair) else { return nil }
    store(first, pair, 8)
    store(second, pair, 16)
    return pair
  }

  /// Stores as compiled code does: with the barrier.
  func store(_ word: UInt, _ object: UInt, _ offset: Int) {
    if heap.isMarking { heap.willOverwrite(reference: load(object, offset)) }
    storeWithoutBarrier(word, object, offset)
  }

  func store(external word: UInt, _ object: UInt, _ offset: Int) {
    if heap.isMarking { heap.willOverwrite(external: load(object, offset)) }
    storeWithoutBarrier(word, object, offset)
  }

  func storeWithoutBarrier(_ word: UInt, _ object: UInt, _ offset: Int) {
    pointer(object).storeBytes(of: word, toByteOffset: offset, as: UInt.self)
  }

  func load(_ object: UInt, _ offset: Int) -> UInt {
    pointer(object).load(fromByteOffset: offset, as: UInt.self)
  }

  /// A list of pairs, newest first; the second reference of each is another object.
  func list(_ length: Int, item: () -> UInt? = { 0 }) -> UInt? {
    var head: UInt = 0
    defer { roots.ambiguous = [] }
    for _ in 0..<length {
      roots.ambiguous = [head]
      guard let object = item() else { return nil }
      roots.ambiguous.append(object)
      guard let next = pair(head, object) else { return nil }
      head = next
    }
    return head
  }

  func cellBytes(_ size: Int) -> Int {
    SizeClass.of(size).map(SizeClass.bytes) ?? (size + 7) & ~7
  }
}

struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
