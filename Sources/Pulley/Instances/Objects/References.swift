import PulleyWasm
import Synchronization

/// The instances that function references belong to.
///
/// A reference is the address of a record in its instance's context block. The embedder passes
/// references as bare words, so they are looked up here before they are used.
enum ReferenceOwners {
  // Only the instance's own thread uses it.
  private struct Entry: @unchecked Sendable {
    let range: Range<UInt>
    let owner: Unmanaged<WasmInstanceState>
  }

  /// For each region of addresses the ranges in it, sorted by address: a process may have a hundred thousand
  /// instances, and one list of them all would be moved for each that is made or deleted. Ranges of living
  /// instances never overlap.
  private static let entries = Mutex<[UInt: [Entry]]>([:])
  private static let regionBits: UInt = 20

  private static func regions(_ range: Range<UInt>) -> ClosedRange<UInt> {
    range.lowerBound >> regionBits...(range.upperBound - 1) >> regionBits
  }

  static func add(_ instance: WasmInstanceState) {
    let range = instance.referenceRange
    guard !range.isEmpty else { return }
    let entry = Entry(range: range, owner: .passUnretained(instance))
    entries.withLock { entries in
      for region in regions(range) {
        let index = entries[region]?.partitioningIndex {
          $0.range.lowerBound >= range.lowerBound
        }
        entries[region, default: []].insert(entry, at: index ?? 0)
      }
    }
  }

  static func remove(_ instance: WasmInstanceState) {
    let range = instance.referenceRange
    guard !range.isEmpty else { return }
    entries.withLock { entries in
      for region in regions(range) {
        guard var list = entries.removeValue(forKey: region) else { continue }
        let index = list.partitioningIndex { $0.range.lowerBound >= range.lowerBound }
        if index < list.count, list[index].range == range { list.remove(at: index) }
        if !list.isEmpty { entries[region] = list }
      }
    }
  }

  /// The instance and the index of its function; nil if the reference belongs to no living
  /// instance.
  static func find(_ reference: UInt) -> (state: WasmInstanceState, function: Int)? {
    let owner: WasmInstanceState? = entries.withLock { entries in
      guard let list = entries[reference >> regionBits] else { return nil }
      let index = list.partitioningIndex { $0.range.upperBound > reference }
      guard index < list.count, list[index].range.contains(reference) else { return nil }
      return list[index].owner.takeUnretainedValue()
    }
    guard let owner else { return nil }
    let distance = reference - owner.referenceRange.lowerBound
    let size = UInt(ContextLayout.FunctionRecord.size)
    guard distance.isMultiple(of: size) else { return nil }
    return (owner, Int(owner.wasm.facts.referencedFunctions[Int(distance / size)]))
  }

  /// As `find`, but throws if the reference belongs to no living instance.
  static func owner(
    of reference: UInt
  ) throws(PulleyError) -> (state: WasmInstanceState, function: Int) {
    guard let found = find(reference) else {
      throw PulleyError(.argument, "the function reference belongs to no live instance")
    }
    return found
  }
}

extension WasmInstanceState {
  /// The addresses of the function records in this instance.
  var referenceRange: Range<UInt> {
    let layout = wasm.layout
    let start = UInt(bitPattern: context + layout.functionRecords)
    let size = layout.functionRecordCount * ContextLayout.FunctionRecord.size
    return start..<start + UInt(size)
  }
}

extension InstanceGroup {
  /// Keeps the function or the object that a value refers to as long as this group.
  func adopt(_ value: GuestValue) throws(PulleyError) {
    switch value {
    case .funcref(let address) where address != 0: try adopt(reference: address)
    case .externref(let address) where address != 0: try adopt(object: address)
    default: break
    }
  }

  func adopt(reference: UInt) throws(PulleyError) {
    let (state, _) = try ReferenceOwners.owner(of: reference)
    guard engine === state.module.engine else {
      throw PulleyError(.argument, "the function reference belongs to another engine")
    }
    try current.merge(state.group.current)
  }
}

extension Callable {
  /// The function that a `funcref` refers to. Fails if the reference is null, or its instance is gone.
  public static func referenced(by reference: GuestValue) throws(PulleyError) -> Callable {
    guard case .funcref(let address) = reference else {
      throw PulleyError(
        .argument, "the value is of type \(reference.type), not a function reference")
    }
    guard address != 0 else { throw PulleyError(.argument, "the reference is null") }
    let (state, index) = try ReferenceOwners.owner(of: address)
    return Callable(state, index: index)
  }
}

extension Table {
  /// The function at an index: the target of a guest's function pointer.
  public func function(at index: UInt64) throws(PulleyError) -> Callable {
    try Callable.referenced(by: try get(index))
  }
}
