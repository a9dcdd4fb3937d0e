import CSupport

/// How many bytes of each resource an owner uses, and its limits. The owner is a group of
/// instances, a module, or the engine. The engine's account is the parent of all others and counts
/// their sum.
///
/// Several threads may use the counts at once. Only the thread that the groups belong to joins
/// their accounts.
package final class Account: @unchecked Sendable {
  /// Nil in an engine's account, and in the account of a group that belongs to no engine yet.
  private var parent: Account?
  /// The account that this one was joined to.
  private var successor: Account?
  private var limits: InlineArray<7, Int>
  /// The current usage of each resource, then the peak usage of each.
  private let counts: UnsafeMutablePointer<UInt64>
  /// Whether the account belongs to a group of instances.
  var isOfGroup = false

  private init(parent: Account?, limit: (Resource) -> Int) {
    self.parent = parent
    limits = InlineArray { index in limit(Resource.allCases[index]) }
    counts = .allocate(capacity: 2 * Resource.allCases.count)
    counts.initialize(repeating: 0, count: 2 * Resource.allCases.count)
  }

  /// The account of an engine.
  convenience init(engineLimits limits: ResourceLimits) {
    self.init(parent: nil) { limits[$0].perEngine }
  }

  /// The account of a group or a module.
  convenience init(parent: Account, groupLimits limits: ResourceLimits) {
    self.init(parent: parent) { limits[$0].perGroup }
  }

  /// An account without limits, to which nothing is charged before it joins another one.
  convenience init() {
    self.init(parent: nil) { _ in .max }
  }

  deinit { counts.deallocate() }

  /// The account that now counts the charges of this one.
  var current: Account {
    var account = self
    while let next = account.successor { account = next }
    return account
  }

  /// The bytes of a resource in use.
  func usage(of resource: Resource) -> Int { Int(pulley_atomic_load64(used(resource))) }

  /// The largest usage so far.
  func peak(of resource: Resource) -> Int { Int(pulley_atomic_load64(most(resource))) }

  func limit(of resource: Resource) -> Int { limits[resource.index] }

  /// Returns false, and charges nothing, if the sum would exceed a limit.
  func charge(_ bytes: Int, of resource: Resource) -> Bool {
    let limit = limits[resource.index]
    var before = pulley_atomic_load64(used(resource))
    while true {
      guard bytes <= limit, Int(before) <= limit - bytes else { return false }
      let found = pulley_atomic_cas64(used(resource), before, before + UInt64(bytes))
      if found == before { break }
      before = found
    }
    if let parent, !parent.charge(bytes, of: resource) {
      _ = pulley_atomic_sub64(used(resource), UInt64(bytes))
      return false
    }
    raisePeak(of: resource, to: before + UInt64(bytes))
    return true
  }

  func giveBack(_ bytes: Int, of resource: Resource) {
    _ = pulley_atomic_sub64(used(resource), UInt64(bytes))
    parent?.giveBack(bytes, of: resource)
  }

  /// The error that names the limit which so many more bytes would exceed, and its owner.
  func refusal(_ bytes: Int, of resource: Resource, _ what: String) -> PulleyError {
    let isOwn = bytes > limit(of: resource) - usage(of: resource) || parent == nil
    let account = isOwn ? self : parent ?? self
    let owner = account.parent == nil ? "engine" : resource == .compilation ? "module" : "group"
    return PulleyError(
      .limit,
      "\(what) needs \(bytes) bytes more, which passes the limit of the \(owner): "
        + "\(account.limit(of: resource)) bytes for \(resource.noun), of which "
        + "\(account.usage(of: resource)) are taken")
  }

  /// Joins two accounts, if the limits allow their sum.
  func join(_ other: Account) throws(PulleyError) {
    let (into, from) = (current, other.current)
    guard into !== from else { return }
    guard into.parent != nil || from.parent == nil else { return try from.join(into) }
    guard from.parent == nil || from.parent === into.parent else {
      throw PulleyError(.argument, "objects of two engines cannot be linked")
    }
    for resource in Resource.allCases {
      let bytes = from.usage(of: resource)
      guard bytes <= into.limit(of: resource) - into.usage(of: resource) else {
        throw into.refusal(bytes, of: resource, "what is to be linked")
      }
    }
    for resource in Resource.allCases {
      let sum = pulley_atomic_add64(into.used(resource), UInt64(from.usage(of: resource)))
      into.raisePeak(of: resource, to: sum + UInt64(from.usage(of: resource)))
    }
    from.successor = into
  }

  private func used(_ resource: Resource) -> UInt { UInt(bitPattern: counts + resource.index) }

  private func most(_ resource: Resource) -> UInt {
    UInt(bitPattern: counts + Resource.allCases.count + resource.index)
  }

  private func raisePeak(of resource: Resource, to bytes: UInt64) {
    var before = pulley_atomic_load64(most(resource))
    while before < bytes {
      let found = pulley_atomic_cas64(most(resource), before, bytes)
      if found == before { return }
      before = found
    }
  }
}

/// Bytes that are charged to an account as long as this value lives.
package struct Charge: ~Copyable {
  private var account: Account
  private let resource: Resource
  private(set) var bytes: Int

  /// - Parameter what: the purpose of the bytes, as a message begins.
  package init(
    _ bytes: Int, of resource: Resource, to account: Account, for what: @autoclosure () -> String
  ) throws(PulleyError) {
    let account = account.current
    guard account.charge(bytes, of: resource) else {
      throw account.refusal(bytes, of: resource, what())
    }
    self.account = account
    self.resource = resource
    self.bytes = bytes
  }

  deinit { account.current.giveBack(bytes, of: resource) }

  /// Returns false, and changes nothing, if the sum would exceed a limit.
  package mutating func grow(by more: Int) -> Bool {
    account = account.current
    guard account.charge(more, of: resource) else { return false }
    bytes += more
    return true
  }

  mutating func shrink(by less: Int) {
    account.current.giveBack(less, of: resource)
    bytes -= less
  }

  /// Whether another account may take over the charge, because no group has it.
  var isUnowned: Bool { !account.current.isOfGroup }

  /// Charges another account of the same engine instead.
  mutating func move(to other: Account, for what: @autoclosure () -> String) throws(PulleyError) {
    let other = other.current
    let old = account.current
    guard other !== old else { return }
    // Give the bytes back first, so that the engine is not charged twice.
    old.giveBack(bytes, of: resource)
    guard other.charge(bytes, of: resource) else {
      let refusal = other.refusal(bytes, of: resource, what())
      // Another thread may have taken the bytes meanwhile.
      if !old.charge(bytes, of: resource) { bytes = 0 }
      throw refusal
    }
    account = other
  }
}
