import PulleyWasm

extension InstanceState {
  /// Where function references that this instance made may point to.
  var referenceRange: Range<UInt> {
    let layout = module.layout
    let start = UInt(bitPattern: context + layout.functionRecords)
    return start..<start + UInt(layout.functionRecordCount * ContextLayout.FunctionRecord.size)
  }
}

extension InstanceGroup {
  /// The function that a reference stands for, looked up rather than believed: the reference may
  /// come from the embedder.
  func function(_ reference: Value) throws(PulleyError) -> Function {
    guard case .funcref(let address) = reference else {
      throw PulleyError(.argument, "the value is no function reference, it is \(reference.type)")
    }
    guard address != 0 else { throw PulleyError(.argument, "the reference is null") }
    guard let state = current.owner(ofReference: address) else {
      throw PulleyError(.argument, "no instance linked to this one made the reference")
    }
    let (position, rest) = (address - state.referenceRange.lowerBound)
      .quotientAndRemainder(dividingBy: UInt(ContextLayout.FunctionRecord.size))
    guard rest == 0 else { throw PulleyError(.argument, "the value points inside a reference") }
    return Function(state, index: Int(state.module.facts.referencedFunctions[Int(position)]))
  }
}

extension Instance {
  /// The function that a reference stands for, if this instance or one linked to it made it.
  public func function(of reference: Value) throws(PulleyError) -> Function {
    try state.group.function(reference)
  }
}

extension Table {
  /// The function at an index: what a function pointer of the guest's stands for.
  public func function(at index: UInt64) throws(PulleyError) -> Function {
    try group.function(try get(index))
  }
}
