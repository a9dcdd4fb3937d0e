import CFFI
import PulleyDeclarations
import PulleyVM

/// The C function pointers that lead to functions for one instance.
///
/// The same function of the guest with the same type has one function pointer, which is made when it is
/// first needed. A pointer has a meaning during the host calls that pass it, or, if it is kept, as long
/// as the instance lives.
final class CallbackTable {
  private struct Key: Hashable {
    let plan: ObjectIdentifier
    let function: ObjectIdentifier
  }

  /// A function pointer and what keeps it valid.
  final class Entry {
    fileprivate let plan: CallbackPlan
    fileprivate let function: any GuestFunction
    fileprivate let pointer: CallbackPointer
    /// The host calls that use the pointer at present.
    fileprivate var uses = 0
    fileprivate var isKept = false
    /// Whether the embedder has asked for the pointer.
    fileprivate var isForEmbedder = false
    /// The guest's pointer to the function; 0 if it has none.
    fileprivate(set) var index: UInt64

    /// The address for C.
    var address: UnsafeRawPointer { pointer.address }

    fileprivate init(
      _ plan: CallbackPlan, _ function: any GuestFunction, _ pointer: CallbackPointer,
      index: UInt64
    ) {
      self.index = index
      self.plan = plan
      self.function = function
      self.pointer = pointer
    }

    fileprivate func activate(on thread: UInt) {
      pointer.target.pointee.thread.store(thread, ordering: .relaxed)
    }

    fileprivate func move(to thread: UInt) {
      pointer.target.pointee.home.store(thread, ordering: .relaxed)
    }

    fileprivate func deactivate() {
      pointer.target.pointee.thread.store(0, ordering: .relaxed)
    }
  }

  /// The limit of pointers that are not in use but stay for the next call with the same function.
  static let idleLimit = 32
  /// The limit of an instance.
  static let limit = 1024

  /// A use of a function pointer by one host call, or of none.
  struct Use {
    private var entry: Unmanaged<Entry>?

    init() {}

    /// The table keeps an entry in use.
    init(_ entry: Entry) { self.entry = .passUnretained(entry) }

    mutating func end(_ environment: HostEnvironment) {
      guard let entry else { return }
      self.entry = nil
      environment.callbackTable.end(entry.takeUnretainedValue())
    }
  }

  private unowned(unsafe) let environment: HostEnvironment
  private var entries: [Key: Entry] = [:]
  /// The entries in use by no call, the one that was idle for the longest time first. Some may be in use
  /// again.
  private var idle: [Entry] = []
  private var keptCount = 0
  /// Of types in structures. An instance has one model.
  private var plans: [CallbackType: CallbackPlan] = [:]
  /// The functions that the embedder has pointers to.
  private var functions: [FunctionKey: Entry] = [:]

  /// A function of the embedder's choice, and the type in C.
  private struct FunctionKey: Hashable {
    let identity: UInt
    let signature: HostSignature
  }
  private var thread: UInt = 0
  private var seenStrayCalls = CallbackTarget.allStrayCalls.load(ordering: .relaxed)

  init(_ environment: HostEnvironment) { self.environment = environment }

  deinit {
    for entry in entries.values { retire(entry) }
  }

  /// The number of the thread for `CallbackTarget.thread`.
  static var currentThread: UInt { pulley_thread_number() }

  /// Lets the current thread call the kept function pointers.
  func enter() {
    let current = Self.currentThread
    guard thread != current else { return }
    thread = current
    for entry in entries.values {
      entry.move(to: current)
      if entry.isKept && !entry.isForEmbedder { entry.activate(on: current) }
    }
  }

  /// The function pointer for a function of the guest. It has a meaning until `end`.
  ///
  /// - Parameter index: the guest's pointer to the function.
  func begin(
    _ plan: CallbackPlan, _ function: any GuestFunction, index: UInt64
  ) throws(HostTrap) -> Entry {
    enter()
    let entry = try entry(plan, function, index: index)
    entry.index = index
    entry.uses += 1
    if plan.type.isKept, !entry.isKept {
      entry.isKept = true
      keptCount += 1
    }
    entry.activate(on: thread)
    return entry
  }

  /// A function pointer for the embedder, which has a meaning as long as the instance lives.
  ///
  /// - Parameter identity: that of the function; the same function and signature have one pointer.
  func keep(
    _ signature: HostSignature, identity: UInt, _ plan: CallbackPlan,
    _ function: @autoclosure () -> any GuestFunction
  ) throws(HostTrap) -> Entry {
    let key = FunctionKey(identity: identity, signature: signature)
    if let known = functions[key] { return known }
    let entry = try entry(plan, function(), index: 0)
    if !entry.isKept { keptCount += 1 }
    entry.isKept = true
    entry.isForEmbedder = true
    entry.activate(on: CallbackTarget.anyThread)
    functions[key] = entry
    return entry
  }

  /// Ends a use that `begin` has begun.
  func end(_ entry: Entry) {
    entry.uses -= 1
    guard entry.uses == 0, !entry.isKept else { return }
    entry.deactivate()
    idle.append(entry)
    if idle.count > Self.idleLimit { discardIdle() }
  }

  /// Requests a trap if C has called a function pointer on another thread, or after its time.
  func reportStrayCalls() {
    let all = CallbackTarget.allStrayCalls.load(ordering: .relaxed)
    guard all != seenStrayCalls else { return }
    seenStrayCalls = all
    for entry in entries.values where entry.pointer.target.pointee.takeStrayCalls() {
      let reason =
        entry.isKept || entry.uses > 0
        ? "was called on another thread than the instance's"
        : "was called on another thread, or after the call that had passed it"
      environment.requestTrap("the callback in \(entry.plan.place) \(reason)")
    }
  }

  private func entry(
    _ plan: CallbackPlan, _ function: any GuestFunction, index: UInt64
  ) throws(HostTrap) -> Entry {
    let key = Key(plan: ObjectIdentifier(plan), function: ObjectIdentifier(function))
    if let known = entries[key] { return known }
    if entries.count >= Self.limit { discardIdle() }
    guard entries.count < Self.limit else {
      throw HostTrap(
        message: "the instance already has \(Self.limit) function pointers that C may call")
    }
    guard let pointer = CallbackPointer.make(plan) else {
      throw HostTrap(
        message: "the process has no function pointer left")
    }
    pointer.target.pointee.environment = environment.block
    pointer.target.pointee.function = function
    let entry = Entry(plan, function, pointer, index: index)
    entries[key] = entry
    entry.move(to: thread)
    return entry
  }

  /// The plan for pointers in structures, which are not known when a function is bound.
  func plan(_ type: CallbackType, _ model: DataModel) throws(LayoutError) -> CallbackPlan {
    if let known = plans[type] { return known }
    let plan = try CallbackPlan(type, model, place: "a member of a structure")
    plans[type] = plan
    return plan
  }

  /// Retires half of the idle function pointers, the oldest first.
  private func discardIdle() {
    let half = (idle.count + 1) / 2
    for entry in idle.prefix(half) where entry.uses == 0 && !entry.isKept {
      let key = Key(plan: ObjectIdentifier(entry.plan), function: ObjectIdentifier(entry.function))
      guard entries[key] === entry else { continue }
      entries[key] = nil
      retire(entry)
    }
    idle.removeFirst(half)
  }

  /// The guest's pointer to the function that a function pointer of C leads to; nil for other functions.
  func index(of address: UnsafeRawPointer) -> UInt64? {
    entries.values.first { $0.address == address && $0.index != 0 }?.index
  }

  private func retire(_ entry: Entry) {
    entry.deactivate()
    entry.move(to: 0)
    entry.pointer.target.pointee.environment = nil
    entry.pointer.target.pointee.function = nil
    entry.pointer.retire()
  }
}
