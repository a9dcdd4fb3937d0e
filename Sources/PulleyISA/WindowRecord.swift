/// What the first instruction of a function with the convention `window` states: a constant that it loads
/// into x31.
///
/// The registers of such a function are places in its window, a part of the guest's stack. A call slides
/// the window up, so that the outgoing area of the caller becomes the start of the callee's window:
///
/// - x0 to x6, f0 to f7 and v0 to v7 pass arguments and results. In a function that calls, they are
///   places of the outgoing area, and each call clobbers them; the instructions up to the first `nop`
///   read them as the function received them, and those after a later `nop`, up to the return, write
///   them as its caller expects them. In other functions they are always those of the function.
/// - x7 holds the address of a callee.
/// - x8 to x21, f8 to f25 and v8 to v25 are preserved by calls, because no callee has their places.
/// - x22 to x26, f26 to f30 and v26 to v30 are temporaries of one instruction, for values on the stack. An
///   instruction that reads one is preceded by a load of a temporary, and one that writes one is followed
///   by a store. The machine executes neither: the instruction's operand is the place on the stack.
/// - x27 to x29 are the same in all functions of an instance.
public struct WindowRecord: Hashable, Sendable {
  /// The number of x registers that pass values.
  public static let passedX: UInt8 = 7
  /// The number of f registers that pass values, and of v registers.
  @inlinable @inline(__always)
  public static var passedRest: UInt8 { 8 }
  /// The register for the address of a callee.
  public static let callee: UInt8 = 7
  /// The first of the registers that calls preserve.
  public static let firstKept: UInt8 = 8
  /// The first that is not allocated, of x, and of f and v.
  public static let endOfX: UInt8 = 22
  public static let endOfRest: UInt8 = 26
  /// The first temporaries for values on the stack that an instruction writes.
  public static let writtenX: UInt8 = 22
  public static let writtenRest: UInt8 = 26
  /// The first temporaries for values on the stack that an instruction reads.
  public static let readX: UInt8 = 24
  public static let readRest: UInt8 = 28
  /// How many temporaries an instruction can write, and read.
  public static let writtenCount: UInt8 = 2
  public static let readCount: UInt8 = 3

  /// How many registers from `firstKept` on the function uses.
  public var keptX: UInt8 = 0
  public var keptF: UInt8 = 0
  public var keptV: UInt8 = 0
  /// How many registers hold parameters or results.
  public var passedX: UInt8 = 0
  public var passedF: UInt8 = 0
  public var passedV: UInt8 = 0
  /// How many hold results.
  public var resultX: UInt8 = 0
  public var resultF: UInt8 = 0
  public var resultV: UInt8 = 0
  /// Whether the function calls no other, so that the registers that pass values are its own.
  public var isLeaf = true
  /// Whether it reads x28 or x29 other than as base and bound of an access.
  public var readsMemoryRegisters = false
  /// The sizes of the stack areas of the function's callers and of its callees, in units of 16 bytes.
  public var incoming: UInt16 = 0
  public var outgoing: UInt16 = 0

  public init() {}

  private static let widths: [UInt64] = [4, 5, 5, 3, 4, 4, 3, 4, 4, 1, 1, 13, 13]

  /// The largest stack area that a record can state, in bytes.
  @inlinable @inline(__always)
  public static var largestArea: UInt32 { 16 * 0x1FFF }

  public var bits: UInt64 {
    var bits: UInt64 = 0
    var shift: UInt64 = 0
    let values: [UInt64] = [
      UInt64(keptX), UInt64(keptF), UInt64(keptV), UInt64(passedX), UInt64(passedF),
      UInt64(passedV), UInt64(resultX), UInt64(resultF), UInt64(resultV), isLeaf ? 1 : 0,
      readsMemoryRegisters ? 1 : 0, UInt64(incoming), UInt64(outgoing),
    ]
    for (value, width) in zip(values, Self.widths) {
      bits |= value << shift
      shift += width
    }
    return bits
  }

  /// Nil if no function has such a record.
  public init?(bits: UInt64) {
    var rest = bits
    func take(_ width: UInt64) -> UInt16 {
      defer { rest >>= width }
      return UInt16(truncatingIfNeeded: rest & (1 << width - 1))
    }
    keptX = UInt8(take(4))
    keptF = UInt8(take(5))
    keptV = UInt8(take(5))
    passedX = UInt8(take(3))
    passedF = UInt8(take(4))
    passedV = UInt8(take(4))
    resultX = UInt8(take(3))
    resultF = UInt8(take(4))
    resultV = UInt8(take(4))
    isLeaf = take(1) == 1
    readsMemoryRegisters = take(1) == 1
    incoming = take(13)
    outgoing = take(13)
    guard rest == 0, keptX <= Self.endOfX - Self.firstKept,
      max(keptF, keptV) <= Self.endOfRest - Self.firstKept, passedX <= Self.passedX,
      max(passedF, passedV) <= Self.passedRest, resultX <= passedX, resultF <= passedF,
      resultV <= passedV
    else { return nil }
  }
}
