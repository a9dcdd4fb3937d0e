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

  /// The group that holds the members now.
  var current: InstanceGroup {
    var group = self
    while let next = group.successor { group = next }
    return group
  }

  /// The engine of the instances, once there are any.
  var engine: Engine? { instances.first?.module.engine }

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

  /// Makes one group of two; both stay valid names of it.
  func merge(_ other: InstanceGroup) {
    let (into, from) = (current, other.current)
    guard into !== from else { return }
    for instance in from.instances { into.add(instance) }
    for table in from.tables { into.add(table) }
    for global in from.globals { into.add(global) }
    from.instances = []
    from.tables = []
    from.globals = []
    from.successor = into
  }
}
