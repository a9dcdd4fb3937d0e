import PulleyWasm

/// A global variable's cell of 16 bytes; a member of its group.
final class GlobalState: GroupMember {
  let type: GlobalType
  /// Of a reference.
  let referents: Referents?
  let cell: UnsafeMutablePointer<UInt64>
  /// Whether this object has allocated the cell. Otherwise it is in an instance's context.
  private let ownsCell: Bool
  unowned(unsafe) var group: InstanceGroup
  var hostInfo: HostInfo?

  /// A cell in the context of an instance of the group.
  init(type: GlobalType, cell: UnsafeMutablePointer<UInt64>, group: InstanceGroup) {
    self.type = type
    self.cell = cell
    self.group = group
    referents = group.engine.types.referents(of: type.value)
    ownsCell = false
    group.add(self)
  }

  init(type: GlobalType, bits: CellBits, group: InstanceGroup) {
    self.type = type
    self.group = group
    referents = group.engine.types.referents(of: type.value)
    ownsCell = true
    cell = .allocate(capacity: 2)
    cell.initialize(repeating: 0, count: 2)
    cell.cellBits = bits
    group.add(self)
  }

  deinit {
    if ownsCell { cell.deallocate() }
  }
}

/// A global variable. Belongs to the thread of the instances that use it.
public final class Global: @unchecked Sendable {
  let state: GlobalState
  let group: InstanceGroup

  init(_ state: GlobalState) {
    self.state = state
    group = state.group
  }

  /// A global of the host, to be imported.
  public init(engine: Engine, type: GlobalType, value: GuestValue) throws(PulleyError) {
    group = InstanceGroup(engine: engine)
    guard value.fits(type.value, in: group),
      !type.value.isReference || type.value.heapType.typeIndex == nil
    else { throw value.misfit("a global", type.value) }
    try group.adopt(value)
    state = GlobalState(type: type, bits: value.cell, group: group.current)
  }

  public var type: GlobalType { state.type }
  /// The type of the value without the number of a structure or array type.
  public var describedType: ValueType { engine.types.described(type.value) }
  public var engine: Engine { group.engine }

  public func get() throws(PulleyError) -> GuestValue {
    guard let value = GuestValue(state.cell.cellBits, type: type.value, engine) else {
      throw PulleyError(.unsupported, "values of type \(type.value) cannot be read")
    }
    return value
  }

  public func set(_ value: GuestValue) throws(PulleyError) {
    guard type.isMutable else { throw PulleyError(.argument, "the global is immutable") }
    guard value.fits(type.value, in: group) else { throw value.misfit("a global", type.value) }
    try group.adopt(value)
    state.cell.cellBits = value.cell
  }
}
