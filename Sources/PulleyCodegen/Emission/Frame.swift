import PulleyIR
import PulleyISA

/// The frame of a function, from `sp` up: the outgoing area of calls, spill slots, stack slots, saved
/// registers; then, at `fp`, the caller's `fp` and `lr`.
struct Frame: Sendable {
  /// Whether there is one.
  private(set) var exists = false
  /// Everything below `fp`; a multiple of 16.
  private(set) var bodyBytes: UInt32 = 0
  private(set) var spillBase: UInt32 = 0
  private(set) var stackSlotOffsets: [UInt32] = []
  /// Those of x16–x29 that are saved.
  private(set) var saved = UpperRegSet(rawValue: 0)

  /// The largest body that `push_frame_save` can make.
  private static let shortBody: UInt32 = 0xFFFF
  private static let limit: UInt64 = 0x4000_0000

  /// All that the function takes of the stack.
  var totalBytes: UInt32 { exists ? bodyBytes + CallABI.frameHeaderBytes : 0 }

  mutating func layOut(
    _ lowering: borrowing Lowering, _ allocation: borrowing AllocationResult
  ) throws(CodegenError) {
    var top = UInt64(lowering.outgoingBytes)
    spillBase = lowering.outgoingBytes
    top += 8 * UInt64(allocation.slotCount)
    stackSlotOffsets.removeAll(keepingCapacity: true)
    for slot in lowering.function.stackSlots.elements {
      let alignment: UInt64 = slot.logAlignment >= 4 ? 16 : 1 << UInt64(slot.logAlignment)
      top = (top + alignment - 1) & ~(alignment - 1)
      stackSlotOffsets.append(UInt32(truncatingIfNeeded: top))
      top += UInt64(slot.bytes)
      guard top < Self.limit else { throw .frameTooLarge }
    }
    var mask = allocation.usedCalleeSaved >> 16
    if lowering.clobbersMemoryRegisters { mask |= 1 << 12 | 1 << 13 }
    saved = UpperRegSet(rawValue: UInt16(truncatingIfNeeded: mask & 0x3FFF))
    top = (top + 7) & ~7
    top += 8 * UInt64(saved.count)
    top = (top + 15) & ~15
    guard top < Self.limit else { throw .frameTooLarge }
    bodyBytes = UInt32(top)
    exists = lowering.clobbersLink || bodyBytes > 0
  }

  /// Emits the prologue; returns how many instructions it has.
  func emitPrologue(_ encoder: inout Encoder) -> Int {
    guard exists else { return 0 }
    if bodyBytes == 0 {
      encoder.push_frame()
      return 1
    }
    if bodyBytes <= Self.shortBody {
      encoder.push_frame_save(UInt16(bodyBytes), saved)
      return 1
    }
    encoder.push_frame()
    encoder.stack_alloc32(bodyBytes)
    var offset = Int32(bodyBytes)
    for register in saved.registers {
      offset -= 8
      encoder.xstore64le_o32(.sp, offset, register)
    }
    return 2 + saved.count
  }

  /// Emits the epilogue, without the return; returns how many instructions it has.
  func emitEpilogue(_ encoder: inout Encoder) -> Int {
    guard exists else { return 0 }
    if bodyBytes == 0 || (bodyBytes <= Self.shortBody && saved.rawValue == 0) {
      // `sp` follows from `fp`.
      encoder.pop_frame()
      return 1
    }
    if bodyBytes <= Self.shortBody {
      encoder.pop_frame_restore(UInt16(bodyBytes), saved)
      return 1
    }
    var offset = Int32(bodyBytes)
    for register in saved.registers {
      offset -= 8
      encoder.xload64le_o32(register, .sp, offset)
    }
    encoder.pop_frame()
    return 1 + saved.count
  }
}
