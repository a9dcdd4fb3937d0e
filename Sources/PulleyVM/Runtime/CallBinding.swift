import CSupport

/// The entry of the function that a call's cell calls.
func entryPointer(at cell: Cell) -> UnsafeMutablePointer<FunctionEntry> {
  UnsafeMutableRawPointer(mutating: PulleyVM.cell(cell, CellPlace.calls.entry))
    .assumingMemoryBound(to: FunctionEntry.self)
}

/// Binds a call that has not been executed yet, if its callee is predecoded.
func bindCall(_ cell: Cell) {
  let handler = PulleyVM.cell(cell, 0)
  let code = entryPointer(at: cell).publishedCode
  guard code != SharedCells.predecode else { return }
  for arguments in 0..<HandlerFamily.calls_unbound.count
  where handler == HandlerFamily.calls_unbound[arguments].address {
    bindCall(cell, to: code, arguments: arguments)
  }
}

/// Predecodes the callee of a call and gives the cell the best handler for it. Returns false, with the
/// cell unchanged, if the guest is interrupted meanwhile.
@inline(never)
func bindCall(_ cell: Cell, arguments: Int, _ r: Registers) -> Bool {
  let entry = entryPointer(at: cell)
  guard predecoded(UnsafeRawPointer(entry), r) != nil else { return false }
  bindCall(cell, to: entry.publishedCode, arguments: arguments)
  return true
}

/// Gives the cell of a call the best handler for a callee with this code.
///
/// Another thread may execute the cell at the same time, or bind it with the same result. It sees
/// either handler. The new handler reads a word that the old one does not; only processors that keep
/// the order of stores and of loads guarantee that a thread which sees the handler sees the word. On
/// other processors the new handler uses only words that were always there.
private func bindCall(_ cell: Cell, to code: UnsafeRawPointer, arguments: Int) {
  let cell = UnsafeMutableRawPointer(mutating: cell)
  guard code != SharedCells.predecode else {
    // The callee could not be predecoded this time: the call goes through its entry from now on.
    pulley_store_release(
      word(cell),
      UnsafeMutableRawPointer(mutating: HandlerFamily.calls_entry[arguments].address))
    return
  }
  #if arch(x86_64) || arch(i386)
    let (handler, target) = boundCall(to: code, arguments: arguments)
    pulley_store_release(
      word(cell + CellPlace.calls.code), UnsafeMutableRawPointer(mutating: target))
  #else
    let handler = HandlerFamily.calls_entry[arguments]
  #endif
  pulley_store_release(word(cell), UnsafeMutableRawPointer(mutating: handler.address))
}

/// The handler for a call of `code`, and the cell of the callee that the handler jumps to.
private func boundCall(
  to code: UnsafeRawPointer, arguments: Int
) -> (HandlerID, UnsafeRawPointer) {
  let handler = cell(code, 0)
  let pushes = HandlerFamily.push_frame_save
  for saves in 0..<pushes.count where handler == pushes[saves].address {
    return (HandlerFamily.callsAndPushes[arguments][saves], code)
  }
  return (HandlerFamily.calls[arguments], code)
}

extension HandlerFamily {
  /// Calls of functions that begin by pushing a frame, by the number of arguments.
  static let callsAndPushes = [
    call_push, call1_push, call2_push, call3_push, call4_push,
  ]
}

private func word(
  _ address: UnsafeMutableRawPointer
) -> UnsafeMutablePointer<UnsafeMutableRawPointer?> {
  address.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
}
