import PulleyISA

/// A function between bytecode and cells: its instructions in order, each with its handler and
/// operands.
struct PredecodedFunction {
  struct Item {
    var handler: HandlerID
    /// If the handler reads an operand from an accumulator: the one that reads registers only and has the
    /// same effect.
    var plainHandler: HandlerID?
    /// The operand words. The handler may have fewer.
    var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    /// Of `br_table32`: where its targets begin in `tableEntries`.
    var firstTableEntry = 0
    /// The offset of the instruction in the bytecode.
    var source: UInt32
    /// The offset of the instruction branched to, or -1.
    var target: Int32 = -1
    var flags: Flags = []

    /// Of `br_table32`: which of the function's `tableEntries` are its targets.
    var tableEntries: Range<Int> {
      let count = Int(unsigned32(at: CellPlace.br_table32.count))
      return firstTableEntry..<firstTableEntry + count
    }

    /// The register operand at byte `place`, from 8 to 14, of its cell.
    func register(at place: UInt8) -> UInt16 {
      UInt16(truncatingIfNeeded: words.0 >> UInt64(8 * (place - 8)))
    }

    /// The 32 bits at byte `place`, 8 or 12, of its cell.
    func unsigned32(at place: Int) -> UInt32 {
      UInt32(truncatingIfNeeded: words.0 >> UInt64(8 * (place - 8)))
    }

    /// Adds the bits to the operand at byte `place` of its cell, which must not reach into the next
    /// word.
    mutating func put(_ bits: UInt64, at place: Int) {
      let shifted = bits << UInt64(8 * (place & 7))
      switch place / 8 {
      case 1: words.0 += shifted
      case 2: words.1 += shifted
      default: words.2 += shifted
      }
    }

  }

  struct Flags: OptionSet {
    let rawValue: UInt8

    /// A branch may go to it.
    static let isTarget = Flags(rawValue: 1)
    /// It writes a memory register, so handlers must load base and length of the memory again.
    static let writesMemoryRegisters = Flags(rawValue: 2)
    /// It writes an x register that is not the handler's result, or it calls.
    static let clobbersAccumulator = Flags(rawValue: 4)
    /// Execution never continues with the next instruction.
    static let isTerminator = Flags(rawValue: 8)
    /// The function's frame is on the stack when it begins.
    static let hasFrame = Flags(rawValue: 16)
    /// It branches if a condition holds.
    static let isConditional = Flags(rawValue: 32)
    /// It has no effect.
    static let isNothing = Flags(rawValue: 64)
    /// It calls a function.
    static let isCall = Flags(rawValue: 128)

    /// What follows is not always executed with it.
    static let endsRun: Flags = [.isTerminator, .isConditional, .isCall]
  }

  /// Follows up to eight jumps from the instruction at `target` and returns the offset of the last
  /// target.
  func destination(_ target: Int32) -> Int32 {
    var target = target
    for _ in 0..<8 {
      let item = items[Int(itemAtOffset[Int(target)])]
      guard item.handler == .jump else { break }
      target = item.target
    }
    return target
  }

  /// Whether the item at `index` removes a frame and the next one returns.
  func returnsAfterFrame(at index: Int) -> Bool {
    HandlerFamily.pop_frame_restore.index(of: items[index].handler) != nil
      && index + 1 < items.count && items[index + 1].handler == .ret
  }

  /// The item that the instruction at `offset` became.
  func index(at offset: Int32) -> Int { Int(itemAtOffset[Int(offset)]) }

  /// Of a function with windows.
  var window: WindowRecord?
  /// Of a function of the first tier: the places of its locals; empty if it cannot be left in the middle of
  /// a call.
  var localPlaces: [Int32] = []
  var items: [Item] = []
  /// Per byte of the code the number of the item that begins there, or -1.
  var itemAtOffset: [Int32] = []
  /// The place of the outgoing area of a function with windows.
  var outgoing: UInt32 = 0
  /// Where handlers of exceptions begin, as offsets in the bytecode.
  var landingPads: [Int32] = []
  /// The targets of all branch tables, as offsets in the bytecode.
  var tableEntries: [Int32] = []
}
