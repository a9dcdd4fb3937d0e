/// Everything that may hold references into one another, kept alive together.
///
/// A table can hold functions of several instances, which import that table from one another:
/// references would go in circles. So whatever is linked joins one group, which owns it all; the
/// public handles own the group, and nothing inside owns a handle.
final class InstanceGroup {
  private var instances: [InstanceState] = []
  private var tables: [TableState] = []
  private var globals: [GlobalState] = []
  /// The group that this one was merged into.
  private var successor: InstanceGroup?
  /// What all members were made in: numbers of types mean something within an engine only.
  let engine: Engine
  private let ownAccount: Account

  init(engine: Engine) {
    self.engine = engine
    ownAccount = Account(parent: engine.account, groupLimits: engine.options.limits)
    ownAccount.isOfGroup = true
  }

  deinit {
    if successor == nil { account.isOfGroup = false }
  }

  /// What the members, and those of the groups that were merged with this one, are charged to.
  var account: Account { ownAccount.current }

  /// The group that holds the members now.
  var current: InstanceGroup {
    var group = self
    while let next = group.successor { group = next }
    return group
  }

  func add(_ instance: InstanceState) {
    instances.append(instance)
    instance.group = self
  }

  func add(_ table: TableState) {
    tables.append(table)
    table.group = self
  }

  func add(_ global: GlobalState) {
    globals.append(global)
    global.group = self
  }

  /// Makes one group of two; both stay valid names of it. An error, and nothing changes, if what they
  /// have together passes a limit.
  func merge(_ other: InstanceGroup) throws(PulleyError) {
    let (into, from) = (current, other.current)
    guard into !== from else { return }
    try into.account.join(from.account)
    for instance in from.instances { into.add(instance) }
    for table in from.tables { into.add(table) }
    for global in from.globals { into.add(global) }
    from.instances = []
    from.tables = []
    from.globals = []
    from.successor = into
  }
}
