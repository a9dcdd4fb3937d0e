import PulleyIR
import PulleyISA

/// The frame of a function, from `sp` up: the outgoing area of calls, spill slots, stack slots,
/// preserved registers, saved registers; then, at `fp`, the caller's `fp` and `lr`.
struct Frame: Sendable {
  /// Whether the function has a frame.
  private(set) var exists = false
  /// The bytes below `fp`; a multiple of 16.
  private(set) var bodyBytes: UInt32 = 0
  private(set) var spillBase: UInt32 = 0
  /// The size of the outgoing area.
  private(set) var outgoingBytes: UInt32 = 0
  private(set) var stackSlotOffsets: [UInt32] = []
  /// The registers of x16 to x29 that are saved.
  private(set) var saved = UpperRegSet(rawValue: 0)
  /// The other registers that a function saves if it preserves all, with their offsets.
  private var preserved: [(register: Allocation, offset: UInt32)] = []

  /// The largest body that `push_frame_save` can encode.
  private static let shortBody: UInt32 = 0xFFFF
  private static let limit: UInt64 = 0x4000_0000

  /// All stack bytes of the function.
  var totalBytes: UInt32 { exists ? bodyBytes + CallABI.frameHeaderBytes : windowBytes }
  /// The body of a function with the convention `window`.
  private var windowBytes: UInt32 = 0

  mutating func layOut(
    _ lowering: borrowing Lowering, _ allocation: borrowing AllocationResult
  ) throws(CodegenError) {
    var top = UInt64(lowering.outgoingBytes)
    windowBytes = 0
    outgoingBytes = lowering.outgoingBytes
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
    if lowering.isWindowed { return try endWindow(top) }
    var mask = allocation.usedCalleeSaved >> 16
    if lowering.clobbersMemoryRegisters { mask |= 1 << 12 | 1 << 13 }
    // A callee that an exception leaves has not restored the registers that it saved.
    if lowering.hasHandlers { mask = 0x3FFF }
    preserved.removeAll(keepingCapacity: true)
    if lowering.function.signature.convention == .preserveAll {
      preserve(lowering.effectOfCalls, allocation, from: &top)
    }
    saved = UpperRegSet(rawValue: UInt16(truncatingIfNeeded: mask & 0x3FFF))
    top = (top + 7) & ~7
    top += 8 * UInt64(saved.count)
    top = (top + 15) & ~15
    guard top < Self.limit else { throw .frameTooLarge }
    bodyBytes = UInt32(top)
    exists = lowering.clobbersLink || lowering.needsFrame || bodyBytes > 0
  }

  /// Nothing is saved, and the machine has the header in the window.
  private mutating func endWindow(_ end: UInt64) throws(CodegenError) {
    let top = (end + 15) & ~15
    guard top < Self.limit else { throw .frameTooLarge }
    bodyBytes = UInt32(top)
    windowBytes = bodyBytes
    exists = false
  }

  /// Assigns offsets to the registers that a function saves if it preserves all: those that it uses,
  /// and those that its calls clobber.
  private mutating func preserve(
    _ calls: RegisterEnvironment.Calls, _ allocation: AllocationResult, from top: inout UInt64
  ) {
    let isLeaf = calls == .none
    let masks: [(RegisterClass, UInt64)] = [
      (.x, isLeaf ? allocation.usedCalleeSaved & 0xFFFF : 0xFFFF),
      (.f, isLeaf ? allocation.usedKeptFloats : 0xFFFF_FFFF),
      (.v, isLeaf ? allocation.usedKeptVectors : 0xFFFF_FFFF),
    ]
    for (registerClass, mask) in masks {
      let size: UInt64 = registerClass == .v ? 16 : 8
      top = (top + size - 1) & ~(size - 1)
      for number in 0..<UInt8(32) where mask >> UInt64(number) & 1 == 1 {
        preserved.append((.register(registerClass, number), UInt32(truncatingIfNeeded: top)))
        top += size
      }
    }
  }

  /// Emits code that saves, or with `restores` restores, the registers that a function saves if it
  /// preserves all. Returns the number of instructions.
  private func emitPreserved(_ encoder: inout Encoder, restores: Bool) -> Int {
    for (register, offset) in preserved {
      let offset = Int32(bitPattern: offset)
      guard let number = register.register else { continue }
      switch (register.registerClass, restores) {
      case (.f, false): encoder.fstore64le_o32(.sp, offset, FReg(number))
      case (.f, true): encoder.fload64le_o32(FReg(number), .sp, offset)
      case (.v, false): encoder.vstore128le_o32(.sp, offset, VReg(number))
      case (.v, true): encoder.vload128le_o32(VReg(number), .sp, offset)
      case (_, false): encoder.xstore64le_o32(.sp, offset, XReg(number))
      case (_, true): encoder.xload64le_o32(XReg(number), .sp, offset)
      }
    }
    return preserved.count
  }

  /// Emits the prologue. Returns the number of instructions.
  func emitPrologue(_ encoder: inout Encoder) -> Int {
    guard exists else { return 0 }
    return emitPush(&encoder) + emitPreserved(&encoder, restores: false)
  }

  private func emitPush(_ encoder: inout Encoder) -> Int {
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

  /// Emits the epilogue without the return. Returns the number of instructions.
  func emitEpilogue(_ encoder: inout Encoder) -> Int {
    guard exists else { return 0 }
    return emitPreserved(&encoder, restores: true) + emitPop(&encoder)
  }

  private func emitPop(_ encoder: inout Encoder) -> Int {
    if bodyBytes == 0 || (bodyBytes <= Self.shortBody && saved.rawValue == 0) {
      // The instruction computes `sp` from `fp`.
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
