/// What is copied in place of a jump (tail duplication): the few instructions from its target to a return or a
/// jump, or to a conditional branch, after which the copy jumps to the rest.
struct JumpTails {
  /// Whether only the first instruction is considered. A function of the first tier keeps the heads of its loops, where
  /// it may be left.
  let isQuick: Bool

  struct Tail {
    /// The item after the last one that is copied.
    let end: Int
    /// Whether execution may continue there.
    let continues: Bool
  }

  /// The most items up to a return or jump, and up to a conditional branch.
  private static let longest = 6
  private static let longestToBranch = 4

  /// What a jump to the item at `start` is replaced by; nil if it remains.
  func tail(at start: Int, of source: PredecodedFunction) -> Tail? {
    var toBranch: Tail?
    var count = 0
    for index in start..<source.items.count {
      let item = source.items[index]
      // Many instructions without effect may follow one another, and many jumps may go there.
      if index - start > 2 * Self.longest { return toBranch }
      if item.flags.contains(.isNothing) { continue }
      count += 1
      if count > (isQuick ? 1 : Self.longest) { return toBranch }
      if item.flags.contains(.isTerminator) {
        return isCopied(item) ? Tail(end: index + 1, continues: false) : toBranch
      }
      if source.returnsAfterFrame(at: index) { return Tail(end: index + 2, continues: false) }
      guard isPlain(item) else { return toBranch }
      if item.flags.contains(.isConditional), index + 1 < source.items.count,
        count <= Self.longestToBranch
      {
        toBranch = Tail(end: index + 1, continues: true)
      }
    }
    return toBranch
  }

  /// Marks the instruction after each branch that ends a copy: the copy jumps to it.
  func markRests(in source: inout PredecodedFunction) {
    for jump in source.items where jump.handler == .jump {
      let target = source.index(at: source.destination(jump.target))
      if let tail = tail(at: target, of: source), tail.continues {
        source.items[tail.end].flags.insert(.isTarget)
      }
    }
  }

  private func isCopied(_ item: PredecodedFunction.Item) -> Bool {
    item.handler == .ret || item.handler == .jump || item.handler == .wret
      || item.handler == .wret_in_place
  }

  private func isPlain(_ item: PredecodedFunction.Item) -> Bool {
    item.handler != .xconst64
      && item.flags.isDisjoint(with: [.isCall, .clobbersAccumulator, .writesMemoryRegisters])
  }
}
