import CFFI
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

    fileprivate init(
      _ plan: CallbackPlan, _ function: any GuestFunction, _ pointer: CallbackPointer
    ) {
      self.plan = plan
      self.function = function
      self.pointer = pointer
    }

    fileprivate func activate(on thread: UInt) {
      pointer.target.pointee.thread.store(thread, ordering: .relaxed)
    }

    fileprivate func deactivate() {
      pointer.target.pointee.thread.store(0, ordering: .relaxed)
    }
  }

  /// The limit of pointers that are not in use but stay for the next call with the same function.
  static let idleLimit = 32
  /// The limit of an instance.
  static let limit = 1024

  private unowned(unsafe) let environment: HostEnvironment
  private var entries: [Key: Entry] = [:]
  /// The entries in use by no call, the one that was idle for the longest time first. Some may be in use
  /// again.
  private var idle: [Entry] = []
  private var keptCount = 0
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
    guard keptCount > 0 else { return }
    for entry in entries.values where entry.isKept { entry.activate(on: current) }
  }

  /// The function pointer for a function of the guest. It has a meaning until `end`.
  func begin(_ plan: CallbackPlan, _ function: any GuestFunction) throws(HostTrap) -> Entry {
    enter()
    let entry = try entry(plan, function)
    entry.uses += 1
    if plan.type.isKept, !entry.isKept {
      entry.isKept = true
      keptCount += 1
    }
    entry.activate(on: thread)
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
    _ plan: CallbackPlan, _ function: any GuestFunction
  ) throws(HostTrap) -> Entry {
    let key = Key(plan: ObjectIdentifier(plan), function: ObjectIdentifier(function))
    if let known = entries[key] { return known }
    if entries.count >= Self.limit { discardIdle() }
    guard entries.count < Self.limit else {
      throw HostTrap(
        message: "\(plan.place) needs a function pointer, but the instance already has "
          + "\(Self.limit), which C may call")
    }
    guard let pointer = CallbackPointer.make(plan) else {
      throw HostTrap(
        message: "\(plan.place) needs a function pointer, but the process has none left")
    }
    pointer.target.pointee.environment = environment.block
    pointer.target.pointee.function = function
    let entry = Entry(plan, function, pointer)
    entries[key] = entry
    return entry
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

  private func retire(_ entry: Entry) {
    entry.deactivate()
    entry.pointer.target.pointee.environment = nil
    entry.pointer.target.pointee.function = nil
    entry.pointer.retire()
  }
}

extension CallbackTable.Entry {
  /// The address for C.
  var address: UnsafeRawPointer { pointer.address }
}

extension HostEnvironment {
  /// The function pointers for the instance, made when the first is needed.
  var callbackTable: CallbackTable {
    if let callbacks { return unsafeDowncast(callbacks, to: CallbackTable.self) }
    let table = CallbackTable(self)
    callbacks = table
    return table
  }
}

/// The function pointers that one host call passes.
struct CallbackScope {
  private var first: CallbackTable.Entry?
  private var others: [CallbackTable.Entry] = []

  init() {}

  /// The function pointer for a table index of the guest's. Throws if the index is not that of a function
  /// of the type.
  mutating func pointer(
    for index: UInt64, _ plan: CallbackPlan, _ environment: HostEnvironment
  ) throws(HostTrap) -> UnsafeRawPointer? {
    if index == 0 {
      guard plan.type.isNullable else {
        throw HostTrap(message: "\(plan.place) must be a function, but it is NULL")
      }
      return nil
    }
    if !plan.type.sentinels.isEmpty, let number = plan.sentinel(index) {
      return UnsafeRawPointer(bitPattern: number)
    }
    guard let guest = environment.guest else {
      throw HostTrap(message: "\(plan.place) is a function, but the instance has none to call")
    }
    let function: any GuestFunction
    do throws(HostTrap) {
      function = try guest.function(atTableIndex: index, type: plan.guestType)
    } catch {
      throw HostTrap(message: "\(plan.place): \(error.message)", cause: error.cause)
    }
    let entry = try environment.callbackTable.begin(plan, function)
    if first == nil { first = entry } else { others.append(entry) }
    return entry.address
  }

  /// Ends the meaning of the pointers that are not kept, when the C function has returned.
  mutating func end(_ environment: HostEnvironment) {
    guard let entry = first else { return }
    let table = environment.callbackTable
    table.end(entry)
    for other in others { table.end(other) }
    first = nil
    others = []
    table.reportStrayCalls()
  }
}

extension CallbackPlan {
  /// The number that C receives in place of a function; nil if the word is not a sentinel.
  fileprivate func sentinel(_ word: UInt64) -> Int? {
    type.sentinels.first {
      let number = UInt64(bitPattern: Int64($0))
      return word == (model == .guest64 ? number : number & 0xFFFF_FFFF)
    }
  }
}
