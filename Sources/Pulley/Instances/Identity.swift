/// Whether two objects of the interface, which may have been looked up separately, are one and the same in
/// their instances.
extension Instance {
  public func isSame(as other: Instance) -> Bool { state === other.state }
}

extension Table {
  public func isSame(as other: Table) -> Bool { state === other.state }
}

extension Global {
  public func isSame(as other: Global) -> Bool { state === other.state }
}

extension Callable {
  /// The registration of a function of the host that takes values; nil for other functions.
  package var definition: ValuesDefinition? {
    guard let wasm, case .values(let definition, _) = wasm.state.origin(ofFunction: wasm.index)
    else { return nil }
    return definition
  }

  /// Functions are the same if one instance has defined both. Functions of the host are the same if one
  /// registration has defined both, whichever instances import them.
  public func isSame(as other: Callable) -> Bool {
    guard let own = wasm, let theirs = other.wasm else { return address == other.address }
    switch (own.state.origin(ofFunction: own.index), theirs.state.origin(ofFunction: theirs.index))
    {
    case (.guest(let owner, let index), .guest(let other, let otherIndex)):
      return owner === other && index == otherIndex
    case (.host(let definition, _), .host(let other, _)):
      return definition === other
    case (.values(let definition, _), .values(let other, _)):
      return definition === other
    case (.trap(_, let record), .trap(_, let other)):
      return record === other
    case (.guest, _), (.host, _), (.values, _), (.trap, _):
      return false
    }
  }
}
