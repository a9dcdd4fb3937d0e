import PulleyHeap
import PulleyVM
import PulleyWasm

/// The heap of a group's objects, and where the collector finds references to them: in tables, globals,
/// element segments and windows of guests, and in what the host has rooted.
final class ObjectHeap: HeapRoots {
  let heap: Heap
  /// The group owns this.
  unowned(unsafe) var group: InstanceGroup

  fileprivate init(_ group: InstanceGroup) throws(PulleyError) {
    let account = group.account
    let roots = HeapRootsRelay()
    let limit = account.limit(of: .objects)
    let heap = Heap(
      limit: limit, roots: roots,
      reserve: { account.current.charge($0, of: .objects) },
      release: { account.current.giveBack($0, of: .objects) })
    guard let heap else { throw PulleyError(.limit, "no memory for a heap of objects") }
    heap.isStressed = group.engine.options.collectsAtEachAllocation
    self.heap = heap
    self.group = group
    relay = roots
    roots.target = self
  }

  /// The heap asks through this, because it must exist before its owner.
  private let relay: HeapRootsRelay

  func visitRoots(_ visitor: inout RootVisitor) {
    for member in group.members {
      switch member {
      case let table as TableState: table.visitReferences(&visitor)
      case let global as GlobalState: global.visitReferences(&visitor)
      case let instance as WasmInstanceState: instance.visitReferences(&visitor)
      case let instance as InstanceState: instance.visitWindows(&visitor)
      default: break
      }
    }
    var rooted = group.firstRoot
    while let root = rooted {
      visitor.visit(ambiguous: UInt(root.word))
      rooted = root.next
    }
  }
}

extension ObjectHeap {
  /// Collects, and returns the external words that are reached and meet a condition.
  func reachedWords(where condition: @escaping (UInt) -> Bool) -> Set<UInt> {
    let observer = ReachedWords(condition)
    heap.observer = observer
    heap.collect()
    heap.observer = nil
    return observer.words
  }
}

private final class ReachedWords: HeapObserver {
  private(set) var words: Set<UInt> = []
  private let condition: (UInt) -> Bool

  init(_ condition: @escaping (UInt) -> Bool) { self.condition = condition }

  func markingWillBegin() { words.removeAll() }

  func reached(external word: UInt) {
    if condition(word) { words.insert(word) }
  }

  func markingDidEnd() {}
}

/// What a group's heap of objects takes, and what its collector has done.
public struct HeapUsage: Hashable, Sendable {
  /// The bytes of the objects that were live after the last collection.
  public var liveBytes = 0
  /// The bytes of all objects that were ever made.
  public var allocatedBytes = 0
  /// The bytes that are taken from the system now, and the limit on them.
  public var reservedBytes = 0
  public var limit = 0
  public var collections = 0
  /// In nanoseconds.
  public var longestPause: Int64 = 0
  public var totalPause: Int64 = 0
}

extension Instance {
  /// Frees the objects that no guest can reach.
  public func collectGarbage() { state.group.existingHeap?.collect() }

  /// What the heap of the instance's group takes; zeros if there is none.
  public var heapUsage: HeapUsage {
    guard let known = state.group.existingHeap?.statistics else { return HeapUsage() }
    return HeapUsage(
      liveBytes: known.liveBytes, allocatedBytes: known.allocatedBytes,
      reservedBytes: known.reservedBytes, limit: known.limit, collections: known.collections,
      longestPause: known.longestPause, totalPause: known.totalPause)
  }
}

private final class HeapRootsRelay: HeapRoots {
  weak var target: ObjectHeap?

  func visitRoots(_ visitor: inout RootVisitor) { target?.visitRoots(&visitor) }
}

/// A word that keeps its object as long as this exists. Only the thread of the group uses it.
final class RootedWord {
  let word: UInt64
  /// The group keeps all its roots in a list.
  fileprivate unowned(unsafe) var previous: RootedWord?
  fileprivate unowned(unsafe) var next: RootedWord?
  private let group: InstanceGroup

  init(_ word: UInt64, in group: InstanceGroup) {
    self.word = word
    self.group = group
    group.current.add(self)
  }

  deinit { group.current.remove(self) }
}

extension InstanceGroup {
  /// The heap, which is made if there is none.
  func objectHeap() throws(PulleyError) -> Heap {
    let group = current
    if let known = group.ownHeap { return known.heap }
    let new = try ObjectHeap(group)
    group.ownHeap = new
    group.publishHeap()
    return new.heap
  }

  /// Nil if no object has been made yet.
  var existingHeap: Heap? { current.ownHeap?.heap }

  /// Gives the heap to all machines of the group.
  func publishHeap() {
    guard let heap = ownHeap?.heap else { return }
    for member in members {
      guard let instance = member as? InstanceState else { continue }
      instance.existingMachine?._withUnsafeGuaranteedRef { $0.heap = heap }
    }
  }

  /// Takes over the objects and roots of another group.
  func mergeObjects(of other: InstanceGroup) {
    if let theirs = other.ownHeap {
      if let ours = ownHeap {
        ours.heap.merge(theirs.heap)
      } else {
        ownHeap = theirs
        theirs.group = self
      }
      other.ownHeap = nil
    }
    publishHeap()
    while let root = other.firstRoot {
      other.remove(root)
      add(root)
    }
  }

  fileprivate func add(_ root: RootedWord) {
    root.previous = nil
    root.next = firstRoot
    firstRoot?.previous = root
    firstRoot = root
  }

  fileprivate func remove(_ root: RootedWord) {
    if let previous = root.previous { previous.next = root.next } else { firstRoot = root.next }
    root.next?.previous = root.previous
    root.previous = nil
    root.next = nil
  }

  /// An external word as a reference of the hierarchy of `any`. Nil if there is no memory for it.
  func internalize(_ word: UInt) throws(PulleyError) -> UInt? {
    if word == 0 { return 0 }
    if let reference = ExternalWord.reference(in: word) { return reference }
    let heap = try objectHeap()
    guard let shape = engine.types.hostReferenceShape() else { return nil }
    let object = heap.allocate(shape, size: shape.size)
    object?.storeBytes(of: word, toByteOffset: ObjectLayout.headerSize, as: UInt.self)
    return object.map { UInt(bitPattern: $0) }
  }

  /// The reverse. The reference must be valid.
  func externalize(_ reference: UInt) -> UInt {
    guard reference != 0 else { return 0 }
    if reference & 1 == 0, Self.shape(of: reference)?.kind == .hostReference {
      return Self.hostWord(of: reference)
    }
    return ExternalWord.containing(reference)
  }

  /// The word of the host in an object that `internalize` has made.
  static func hostWord(of reference: UInt) -> UInt {
    pointer(reference).load(fromByteOffset: ObjectLayout.headerSize, as: UInt.self)
  }

  /// The shape of an object.
  static func shape(of reference: UInt) -> Shape? {
    pointer(reference).load(as: UnsafeRawPointer?.self).map(Shape.init)
  }

  private static func pointer(_ address: UInt) -> UnsafeRawPointer {
    UnsafeRawPointer(bitPattern: address).unsafelyUnwrapped
  }

  /// Whether a word of the host is a reference to an object of the group, or an i31, of this type, which has
  /// the engine's numbers.
  func isReference(_ word: UInt, of type: ValueType) -> Bool {
    if word & 1 == 1 {
      return word >> 32 == 0
        && engine.types.matches(.ref(nullable: false, HeapType(.i31)), type)
    }
    guard let heap = existingHeap, heap.isObject(word), let shape = Self.shape(of: word) else {
      return false
    }
    let own: HeapType =
      switch shape.kind {
      case .structure, .array: .defined(shape.typeNumber)
      case .exception: HeapType(.exn)
      case .hostReference, nil: HeapType(.any)
      }
    return engine.types.matches(.ref(nullable: false, own), type)
  }
}

extension TableState {
  fileprivate func visitReferences(_ visitor: inout RootVisitor) {
    let elements = UnsafeBufferPointer(start: record.pointee.elements, count: Int(count))
    switch referents {
    case .functions: break
    case .host: visitor.visit(externals: elements)
    case .objects, .exceptions: visitor.visit(objects: elements)
    }
  }
}

extension GlobalState {
  fileprivate func visitReferences(_ visitor: inout RootVisitor) {
    switch referents {
    case .functions, nil: break
    case .host: visitor.visit(external: UInt(cell.cellBits.low))
    case .objects, .exceptions: visitor.visit(object: UInt(cell.cellBits.low))
    }
  }
}

extension WasmInstanceState {
  fileprivate func visitReferences(_ visitor: inout RootVisitor) {
    visitWindows(&visitor)
    for words in evaluatedElements.values {
      for word in words { visitor.visit(ambiguous: UInt(word)) }
    }
    for word in constantStack { visitor.visit(ambiguous: UInt(word)) }
  }
}

extension InstanceState {
  /// The windows of calls in progress, and the exception on its way.
  fileprivate func visitWindows(_ visitor: inout RootVisitor) {
    if let exception = environment.pendingException, exception.isObject {
      visitor.visit(ambiguous: UInt(exception.payload0))
    }
    existingMachine?._withUnsafeGuaranteedRef { machine in
      machine.visitWindows(&visitor)
      if let exception = machine.thrownException, exception.isObject {
        visitor.visit(ambiguous: UInt(exception.payload0))
      }
    }
  }
}
