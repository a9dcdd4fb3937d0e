import CSupport

/// The entry that a call's cell names.
func entryPointer(at cell: Cell) -> UnsafeMutablePointer<FunctionEntry> {
  UnsafeMutableRawPointer(mutating: PulleyVM.cell(cell, CellPlace.calls.entry))
    .assumingMemoryBound(to: FunctionEntry.self)
}

/// Links a call whose cell has not run yet, if its callee is prepared.
func linkCall(_ cell: Cell) {
  let handler = PulleyVM.cell(cell, 0)
  let code = entryPointer(at: cell).publishedCode
  guard code != SharedCells.prepare else { return }
  for arguments in 0..<StepFamily.calls_link.count
  where handler == StepFamily.calls_link[arguments].handlerAddress {
    linkCall(cell, to: code, arguments: arguments)
  }
}

/// Prepares the callee of a call and gives the cell the best handler for it. False, and nothing is
/// done, if the guest is interrupted meanwhile.
@inline(never)
func linkCall(_ cell: Cell, arguments: Int, _ r: Registers) -> Bool {
  let entry = entryPointer(at: cell)
  guard prepared(UnsafeRawPointer(entry), r) != nil else { return false }
  linkCall(cell, to: entry.publishedCode, arguments: arguments)
  return true
}

/// Gives the cell of a call the best handler for a callee of this code.
///
/// Another thread may run the cell at the same time, or link it too, to the same end. It sees
/// either handler; the new one reads a word that the old one does not. That the word is
/// there when the handler is takes a processor that keeps stores, and loads, in order.
/// Elsewhere the new handler makes do with what was always there.
private func linkCall(_ cell: Cell, to code: UnsafeRawPointer, arguments: Int) {
  let cell = UnsafeMutableRawPointer(mutating: cell)
  guard code != SharedCells.prepare else {
    // The callee could not be prepared this time: the call finds it by its entry, now and later.
    pulley_store_release(
      word(cell),
      UnsafeMutableRawPointer(mutating: StepFamily.calls_entry[arguments].handlerAddress))
    return
  }
  #if arch(x86_64) || arch(i386)
    let (step, target) = linkedCall(to: code, arguments: arguments)
    pulley_store_release(word(cell + CellPlace.calls.code), UnsafeMutableRawPointer(mutating: target))
  #else
    let step = StepFamily.calls_entry[arguments]
  #endif
  pulley_store_release(word(cell), UnsafeMutableRawPointer(mutating: step.handlerAddress))
}

/// The step for a call of `code`, and the cell that its handler starts from.
private func linkedCall(
  to code: UnsafeRawPointer, arguments: Int
) -> (Step, UnsafeRawPointer) {
  var first = code
  // A frame pushed at once needs no count of its own.
  if cell(first, 0) == Step.count.handlerAddress { first += 8 }
  let handler = cell(first, 0)
  let pushes = StepFamily.push_frame_save
  for saves in 0..<pushes.count where handler == pushes[saves].handlerAddress {
    return (StepFamily.callsAndPushes[arguments][saves], first)
  }
  return (StepFamily.calls[arguments], code)
}

extension StepFamily {
  /// Calls of functions that begin by pushing a frame, by the number of arguments.
  fileprivate static let callsAndPushes = [
    call_push, call1_push, call2_push, call3_push, call4_push,
  ]
}

private func word(
  _ address: UnsafeMutableRawPointer
) -> UnsafeMutablePointer<UnsafeMutableRawPointer?> {
  address.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
}
