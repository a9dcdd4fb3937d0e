import PulleyVM
import PulleyWasm

/// The part of a table that compiled code uses. Its address is stable.
struct TableRecord {
  /// One word for each element: the address of a function record, or a word of the host; 0 is null.
  var elements: UnsafeMutablePointer<UInt>
  var count: UInt64
}

/// A table's elements; a member of its group.
final class TableState: GroupMember {
  let type: TableType
  let referents: Referents
  let record: UnsafeMutablePointer<TableRecord>
  private var elements: LazyWords
  private var charge: Charge
  private let maximum: UInt64
  unowned(unsafe) var group: InstanceGroup
  var hostInfo: HostInfo?

  init(
    type: TableType, limit: Int, fill: UInt = 0, group: InstanceGroup
  ) throws(PulleyError) {
    self.type = type
    self.group = group
    referents = group.engine.types.referents(of: type.element) ?? .functions
    maximum = min(type.limits.maximum ?? UInt64(limit), UInt64(limit), UInt64(UInt32.max))
    guard type.limits.minimum <= UInt64(limit) else {
      throw PulleyError(
        .limit, "a table of \(type.limits.minimum) elements: the limit is \(limit)")
    }
    let count = Int(type.limits.minimum)
    charge = try Charge(
      count * Self.elementSize, of: .tables, to: group.account,
      for: "a table of \(count) elements")
    guard let elements = LazyWords(capacity: count) else {
      throw PulleyError(.limit, "no memory for a table of \(count) elements")
    }
    if fill != 0 { elements.base.update(repeating: fill, count: count) }
    record = .allocate(capacity: 1)
    record.initialize(to: TableRecord(elements: elements.base, count: UInt64(count)))
    self.elements = elements
    group.add(self)
  }

  deinit { record.deallocate() }

  private static let elementSize = ContextLayout.TableRecord.elementSize

  var count: UInt64 { record.pointee.count }

  /// The type with the current size as the minimum, which is what linking compares.
  var currentType: TableType {
    var current = type
    current.limits.minimum = count
    return current
  }

  func contains(_ index: UInt64, _ count: UInt64) -> Bool {
    let (end, overflow) = index.addingReportingOverflow(count)
    return !overflow && end <= self.count
  }

  /// Adds elements. Returns the previous size, or nil, and changes nothing, if the table cannot
  /// grow so much or is interrupted.
  func grow(by count: UInt64, fill: UInt, _ interruption: Interruption? = nil) -> UInt64? {
    let before = self.count
    let (after, overflow) = before.addingReportingOverflow(count)
    guard !overflow, after <= maximum else { return nil }
    guard charge.grow(by: Int(count) * Self.elementSize) else { return nil }
    guard makeRoom(Int(after)) else {
      charge.shrink(by: Int(count) * Self.elementSize)
      return nil
    }
    if fill != 0 {
      var position = Int(before)
      while position < Int(after) {
        // So many take a millisecond or two.
        let step = min(Int(after) - position, 512 << 10)
        (record.pointee.elements + position).update(repeating: fill, count: step)
        position += step
        if position < Int(after), interruption?.isDue ?? false {
          charge.shrink(by: Int(count) * Self.elementSize)
          return nil
        }
      }
    }
    record.pointee.count = after
    return before
  }

  private func makeRoom(_ count: Int) -> Bool {
    guard count > elements.capacity else { return true }
    // Double the capacity, because the table may grow again. That takes address space, but no
    // memory.
    let ample = Int(min(UInt64(elements.capacity) * 2, maximum))
    guard ample > count && elements.grow(to: ample) || elements.grow(to: count) else {
      return false
    }
    record.pointee.elements = elements.base
    return true
  }
}

/// A table. Belongs to the thread of the instances that use it.
public final class Table: @unchecked Sendable {
  let state: TableState
  let group: InstanceGroup

  init(_ state: TableState) {
    self.state = state
    group = state.group
  }

  /// A table of the host, to be imported.
  ///
  /// - Parameter fill: what each element is; nil means null.
  public init(engine: Engine, type: TableType, fill: GuestValue? = nil) throws(PulleyError) {
    guard type.element.isNullable, type.element.heapType.typeIndex == nil else {
      throw PulleyError(.argument, "a table of the host's cannot hold elements of \(type.element)")
    }
    group = InstanceGroup(engine: engine)
    if let fill {
      guard fill.fits(type.element, in: group) else { throw fill.misfit("a table", type.element) }
      try group.adopt(fill)
    }
    state = try TableState(
      type: type, limit: engine.options.maximumTableElements, fill: UInt(fill?.bits ?? 0),
      group: group.current)
  }

  public var type: TableType { state.type }
  /// The type with the current size as the minimum, which is what linking compares.
  public var currentType: TableType { state.currentType }
  /// The type of elements without the number of a structure or array type.
  public var describedElement: ValueType { engine.types.described(type.element) }
  public var engine: Engine { group.engine }
  public var count: UInt64 { state.count }

  public func get(_ index: UInt64) throws(PulleyError) -> GuestValue {
    guard index < count, let value = value(at: index) else { throw outOfBounds(index) }
    return value
  }

  public func set(_ index: UInt64, to value: GuestValue) throws(PulleyError) {
    try check(value)
    guard index < count else { throw outOfBounds(index) }
    state.record.pointee.elements[Int(index)] = UInt(value.bits)
  }

  /// Adds elements. Returns the previous size, or nil if the table cannot grow so much.
  ///
  /// - Parameter fill: nil means null, which not every table can hold.
  public func grow(by count: UInt64, fill: GuestValue? = nil) throws(PulleyError) -> UInt64? {
    if let fill {
      try check(fill)
    } else if !type.element.isNullable {
      throw PulleyError(.argument, "a table of \(type.element) cannot hold null")
    }
    return state.grow(by: count, fill: UInt(fill?.bits ?? 0))
  }

  private func value(at index: UInt64) -> GuestValue? {
    GuestValue(
      bits: UInt64(state.record.pointee.elements[Int(index)]), type: type.element, engine)
  }

  private func check(_ value: GuestValue) throws(PulleyError) {
    guard value.fits(type.element, in: group) else { throw value.misfit("a table", type.element) }
    try group.adopt(value)
  }

  private func outOfBounds(_ index: UInt64) -> PulleyError {
    PulleyError(.argument, "element \(index) is outside the table of \(count)")
  }
}
