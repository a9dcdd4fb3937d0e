import PulleyIR
import PulleyISA

/// Where a local or an entry of the operand stack is: a register that calls preserve, or a slot.
struct Place: Hashable {
  private var bits: Int32

  init(register: UInt8) { bits = Int32(register) }
  init(slot: Int) { bits = ~Int32(truncatingIfNeeded: slot) }

  var isRegister: Bool { bits >= 0 }
  var register: UInt8 { UInt8(truncatingIfNeeded: bits) }
  var slot: Int { Int(~bits) }
}

struct Local {
  var type: Type
  var place: Place
  /// How many entries of the operand stack mean the local.
  var references: Int
}

/// An entry of the operand stack.
struct Entry {
  enum Kind: UInt8 {
    /// In the place of its height.
    case settled
    /// The value of a local, which has not been assigned since.
    case local
    case constant
  }

  var kind: Kind
  var type: Type
  /// The constant, or the number of the local.
  var bits: Int64 = 0
  var place: Place
}

/// A comparison that is tested before anything else happens.
struct Comparison {
  /// The raw value of an `IntCondition` or a `FloatCondition`.
  var condition: UInt8
  var isFloat: Bool
  /// Whether it holds if the condition does not.
  var isInverted = false
  var type: Type
  var first: Entry
  var second: Entry
}

/// Distributes the registers that calls preserve among locals and heights of the operand stack. What
/// gets none is in a slot, which costs nothing more in the machine, only more bytecode.
struct PlacePlan {
  /// The sizes that the start of the frame has in functions that pass arguments on the stack. There are
  /// few, because a function is translated again until the size suffices.
  static let outgoingSizes: [UInt32] = [128, 2048]
  static let largestFrame: UInt32 = 1 << 20

  private static let registersForLocals: [UInt8] = [10, 12]
  private var usedByLocals: InlineArray<2, UInt8> = [0, 0]
  private(set) var localSlots = 0
  /// The size of that area in this function.
  let outgoingBytes: UInt32

  init() { outgoingBytes = 0 }

  init(_ locals: inout [Local], outgoingBytes: UInt32) {
    self.outgoingBytes = outgoingBytes
    for index in locals.indices {
      let rank = locals[index].type.isFloat ? 1 : 0
      if usedByLocals[rank] < Self.registersForLocals[rank] {
        locals[index].place = Place(register: WindowRecord.firstKept + usedByLocals[rank])
        usedByLocals[rank] += 1
      } else {
        locals[index].place = Place(slot: localSlots)
        localSlots += 1
      }
    }
  }

  /// The place of the entry at a height of the operand stack.
  mutating func place(height: Int, _ type: Type) -> Place {
    let rank = type.isFloat ? 1 : 0
    let end = rank == 0 ? WindowRecord.endOfX : WindowRecord.endOfRest
    let number = Int(WindowRecord.firstKept + usedByLocals[rank]) + height
    guard number < Int(end) else {
      slotCount = max(slotCount, localSlots + height + 1)
      return Place(slot: localSlots + height)
    }
    used[rank] = max(used[rank], UInt8(number) + 1 - WindowRecord.firstKept)
    return Place(register: UInt8(number))
  }

  private var used: InlineArray<2, UInt8> = [0, 0]
  private var slotCount = 0

  /// How many registers the function uses.
  var keptX: UInt8 { max(used[0], usedByLocals[0]) }
  var keptF: UInt8 { max(used[1], usedByLocals[1]) }

  var frameBytes: UInt32 {
    let bytes = Int(outgoingBytes) + 8 * max(slotCount, localSlots)
    return UInt32(truncatingIfNeeded: (min(bytes, Int(Int32.max)) + 15) & ~15)
  }
}
