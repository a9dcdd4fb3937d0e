import PulleyHost

/// Instances, tables and globals that may refer to one another, and so are kept alive together.
///
/// A table can hold functions of several instances, which import the table from one another, so
/// strong references would form cycles. Therefore linked objects join one group, which owns them
/// all. The public handles own the group, and no member owns a handle.
final class InstanceGroup {
  private(set) var members: [any GroupMember] = []
  /// The group that this one was merged into.
  private var successor: InstanceGroup?
  /// The members and what they share with members of other groups.
  let threads = ThreadGroup()
  /// The engine of all members. Numbers of types are valid within one engine only.
  let engine: Engine
  private let ownAccount: Account
  private var ownHandles: HandleTable?
  /// Nil until a module with objects is instantiated.
  var ownHeap: ObjectHeap?
  /// The tags of exceptions that the host has thrown.
  var thrownTags: [ObjectIdentifier: Tag] = [:]
  /// The words that the host has rooted, the last one first.
  unowned(unsafe) var firstRoot: RootedWord?
  /// The objects of the host that guests of the group may have as references, by their addresses.
  var hostObjects: [UInt: HostObjectShare] = [:]
  /// How many there are before `releaseObjectsIfMany` looks for unreachable ones.
  var hostObjectLimit = InstanceGroup.leastObjectLimit
  static let leastObjectLimit = 1024

  init(engine: Engine) {
    self.engine = engine
    ownAccount = Account(parent: engine.account, groupLimits: engine.options.limits)
    ownAccount.isOfGroup = true
  }

  deinit {
    // Before the members: a finalizer may look at the memory of the guest, now or when the library's work
    // on this thread is done. It must not call the guest, whose group cannot be kept any more.
    let used = UsedByC(members.flatMap { $0.endFunctionPointers() })
    ownHandles?.end(keeping: used)
    ownHandles = nil
    hostObjects = [:]
    if successor == nil { account.isOfGroup = false }
  }

  /// The account of the members, including the members of groups merged with this one.
  var account: Account { ownAccount.current }

  /// The objects of the host that guests of the group refer to by numbers.
  var handles: HandleTable {
    let group = current
    if let known = group.ownHandles { return known }
    let charge = HandleCharge(group.account)
    let new = HandleTable { charge.grow(by: $0) }
    group.ownHandles = new
    return new
  }

  /// The group that now holds the members.
  var current: InstanceGroup {
    var group = self
    while let next = group.successor { group = next }
    return group
  }

  func add(_ member: any GroupMember) {
    members.append(member)
    member.group = self
  }

  /// Merges two groups; afterwards both refer to the merged one. Throws, and changes nothing, if
  /// their sum exceeds a limit.
  func merge(_ other: InstanceGroup) throws(PulleyError) {
    let (into, from) = (current, other.current)
    guard into !== from else { return }
    try into.account.join(from.account)
    into.threads.join(from.threads)
    for member in from.members { into.add(member) }
    if let theirs = from.ownHandles {
      if let ours = into.ownHandles { ours.merge(theirs) } else { into.ownHandles = theirs }
      from.ownHandles = nil
    }
    from.members = []
    into.hostObjects.merge(from.hostObjects) { known, _ in known }
    from.hostObjects = [:]
    into.mergeObjects(of: from)
    into.thrownTags.merge(from.thrownTags) { known, _ in known }
    from.successor = into
  }
}

/// What C code may use until the finalizers of handles have run.
private final class UsedByC {
  private let objects: [AnyObject]

  init(_ objects: [AnyObject]) { self.objects = objects }
}

/// What a table of handles takes of its group's budget.
private final class HandleCharge {
  /// Nil if not even nothing may be charged.
  private var charge: Charge?

  init(_ account: Account) {
    charge = try? Charge(0, of: .instances, to: account, for: "handles")
  }

  func grow(by bytes: Int) -> Bool { charge?.grow(by: bytes) ?? false }
}

/// An object that a group owns.
protocol GroupMember: AnyObject {
  /// Unowned, because the group owns the member.
  var group: InstanceGroup { get set }

  /// Ends the function pointers with which C calls the member. Returns what C code may still refer to.
  func endFunctionPointers() -> [AnyObject]
}

extension GroupMember {
  func endFunctionPointers() -> [AnyObject] { [] }
}
