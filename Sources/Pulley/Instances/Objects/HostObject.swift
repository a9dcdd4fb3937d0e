import PulleyVM
import PulleyWasm
import Synchronization

/// An object of the host that guests have as an `externref`, with the finalizers to call when no group
/// of instances has it any more.
///
/// The embedder passes references as bare words, so objects are found by their addresses when a word is
/// given to a group. Several groups, on several threads, may have one object.
final class HostObject: Sendable {
  typealias Finalizer = HostStack.Callback

  private struct Entry {
    weak var object: HostObject?
  }

  private static let living = Mutex<[UInt: Entry]>([:])
  /// How many entries there are, so that other references cost no lock.
  private static let count = Atomic<Int>(0)

  let address: UInt
  /// Whether the address belongs to this object, and not to one of the embedder's.
  private let ownsAddress: Bool
  /// What the reference means to the embedder, if the object is a `HostReference`.
  let content = Mutex<HostReference.Content?>(nil)
  private let finalizers = Mutex<[Finalizer]>([])

  private init(_ address: UInt, ownsAddress: Bool = false) {
    self.address = address
    self.ownsAddress = ownsAddress
  }

  /// A new object, at an address of its own.
  static func new() -> HostObject {
    let place = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 8)
    let object = HostObject(UInt(bitPattern: place), ownsAddress: true)
    living.withLock { entries in
      entries[object.address] = Entry(object: object)
      count.add(1, ordering: .relaxed)
    }
    return object
  }

  /// The object at an address, which is made if there is none.
  static func at(_ address: UInt) -> HostObject {
    living.withLock { entries in
      if let known = entries[address]?.object { return known }
      let new = HostObject(address)
      if entries.updateValue(Entry(object: new), forKey: address) == nil {
        count.add(1, ordering: .relaxed)
      }
      return new
    }
  }

  /// The object at an address; nil for the references that have no finalizer.
  static func find(_ address: UInt) -> HostObject? {
    guard count.load(ordering: .relaxed) > 0 else { return nil }
    return living.withLock { $0[address]?.object }
  }

  func add(_ finalizer: @escaping Finalizer) { finalizers.withLock { $0.append(finalizer) } }

  deinit {
    // Another thread may have made a new object for the address. This reference may become its last one,
    // so it ends after the lock, which the new object's end needs.
    let other = HostObject.living.withLock { entries -> HostObject? in
      if let other = entries[address]?.object { return other }
      if entries.removeValue(forKey: address) != nil {
        HostObject.count.subtract(1, ordering: .relaxed)
      }
      return nil
    }
    withExtendedLifetime(other) {}
    let pointer = UnsafeMutableRawPointer(bitPattern: address)
    for finalizer in finalizers.withLock({ $0 }) { HostStack.callHost(finalizer, pointer) }
    if ownsAddress { pointer?.deallocate() }
  }
}

/// A group's part in an object, with the memory that its group is charged for.
final class HostObjectShare {
  let object: HostObject
  private var charge: Charge

  /// The memory of a finalizer, and of an object without one, in bytes.
  private static let finalizerSize = 16
  private static let objectSize = 256

  init(_ object: HostObject, account: Account) throws(PulleyError) {
    charge = try Charge(
      Self.objectSize, of: .instances, to: account, for: "a reference to an object of the host")
    self.object = object
  }

  func add(_ finalizer: @escaping HostObject.Finalizer) throws(PulleyError) {
    guard charge.grow(by: Self.finalizerSize) else {
      throw PulleyError(.limit, "a finalizer of an object exceeds the limit of instances")
    }
    object.add(finalizer)
  }
}

extension InstanceGroup {
  /// Gives guests an object, with another finalizer if it has some already.
  func give(_ address: UInt, _ finalizer: HostObject.Finalizer?) throws(PulleyError) {
    guard let finalizer else { return }
    try share(HostObject.at(address)).add(finalizer)
  }

  /// Keeps the object that a reference refers to, if it has a finalizer, as long as the group.
  func adopt(object address: UInt) throws(PulleyError) {
    if let object = HostObject.find(address) { _ = try share(object) }
  }

  private func share(_ object: HostObject) throws(PulleyError) -> HostObjectShare {
    let group = current
    if let known = group.hostObjects[object.address], known.object === object { return known }
    let new = try HostObjectShare(object, account: group.account)
    group.hostObjects[object.address] = new
    return new
  }

  /// Releases the objects that no table, no global and no object of the heap refers to. Guests keep
  /// references nowhere else while they do not run. Returns the number of these objects, which other groups may still have.
  /// Throws if a guest of the group is running.
  func releaseUnreachable() throws(PulleyError) -> Int {
    let group = current
    guard !group.isRunning else {
      throw PulleyError(
        .argument, "a guest is running, and may have references where they cannot be found")
    }
    guard !group.hostObjects.isEmpty else { return 0 }
    var reached: [UInt: HostObjectShare] = [:]
    func reach(_ word: UInt) {
      if let share = group.hostObjects[word] { reached[word] = share }
    }
    if let heap = group.ownHeap {
      for word in heap.reachedWords(where: { group.hostObjects[$0] != nil }) { reach(word) }
    } else {
      group.forEachReference(reach)
    }
    let count = group.hostObjects.count - reached.count
    // Finalizers may use the group, so they run when it is complete again.
    let all = group.hostObjects
    group.hostObjects = reached
    _ = consume all
    return count
  }

  /// Releases unreachable objects, if no guest is running and there are so many objects that looking at all tables and
  /// globals takes little of the time that it took to get them.
  fileprivate func releaseMany() {
    let group = current
    if !group.isRunning { _ = try? group.releaseUnreachable() }
    let elements = group.members.reduce(0) { sum, member in
      (member as? TableState).map { sum + Int($0.count) } ?? sum
    }
    group.hostObjectLimit = max(
      Self.leastObjectLimit, 2 * group.hostObjects.count, elements / 16 + group.members.count / 4)
  }

  private var isRunning: Bool {
    members.contains { member in
      guard let instance = member as? InstanceState else { return false }
      return instance.existingMachine?._withUnsafeGuaranteedRef { $0.depth > 0 } ?? false
    }
  }

  /// Calls `body` with the references to objects of the host in all tables and globals.
  private func forEachReference(_ body: (UInt) -> Void) {
    for member in members {
      if let table = member as? TableState, table.referents == .host {
        let elements = table.record.pointee
        for index in 0..<Int(elements.count) { body(elements.elements[index]) }
      } else if let global = member as? GlobalState, global.referents == .host {
        body(UInt(global.cell.cellBits.low))
      }
    }
  }
}

extension Callable {
  /// Releases the objects of the host that guests cannot reach any more, now and then, for an embedder that gives many
  /// objects to one group. Objects that it has given and that no guest has kept may end.
  @inline(__always)
  package func releaseObjectsIfMany() {
    let group = group.current
    if group.hostObjects.count >= group.hostObjectLimit { group.releaseMany() }
  }
}

extension Instance {
  /// Gives the guests of the instance's group a reference to an object of the host. The finalizer is
  /// called with the object when no instance can reach it any more.
  public func reference(
    to object: UnsafeMutableRawPointer, finalizer: HostStack.Callback?
  ) throws(PulleyError) -> GuestValue {
    guard module.language == .webAssembly else {
      throw PulleyError(.argument, "an instance of CLIF has no references")
    }
    let address = UInt(bitPattern: object)
    try state.group.current.give(address, finalizer)
    return .externref(address)
  }

  /// Releases the objects of the host that no table and no global of the instance's group refers to,
  /// and returns their number.
  public func releaseUnreachableObjects() throws(PulleyError) -> Int {
    try state.group.current.releaseUnreachable()
  }
}
