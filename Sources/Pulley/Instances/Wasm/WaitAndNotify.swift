import CSupport
import PulleyVM

/// The operators of the threads proposal that need more than one instruction.
extension WasmInstanceState {
  /// The host's address of an atomic access, or the trap in which the access ends.
  private func atomicAddress(
    _ memory: Int, _ address: UInt64, _ offset: UInt64, size: UInt64
  ) -> Result<UInt, BuiltinTrap> {
    let (sum, overflow) = address.addingReportingOverflow(offset)
    guard sum & (size - 1) == 0 else { return .failure(BuiltinTrap(.unalignedAtomic)) }
    guard !overflow, memories[memory].contains(sum, size) else {
      return .failure(BuiltinTrap(.memoryOutOfBounds))
    }
    return .success(UInt(bitPattern: memories[memory].base) + UInt(sum))
  }

  /// `memory.atomic.wait32` or, if `size` is 8, `wait64`.
  func wait(
    _ memory: Int, at address: UInt64, offset: UInt64, size: UInt64, expected: UInt64,
    timeout: Int64, _ interruption: Interruption
  ) -> Result<UInt64, BuiltinTrap> {
    atomicAddress(memory, address, offset, size: size).flatMap { place in
      guard memories[memory].type.isShared else {
        return .failure(BuiltinTrap(.expectedSharedMemory))
      }
      let outcome = ParkingLot.wait(at: place, timeout: timeout, interruption) {
        size == 8
          ? pulley_atomic_load64(place) == expected
          : pulley_atomic_load32(place) == UInt32(truncatingIfNeeded: expected)
      }
      return outcome == .interrupted
        ? .failure(BuiltinTrap(.interrupted)) : .success(outcome.rawValue)
    }
  }

  /// `memory.atomic.notify`.
  func notify(
    _ memory: Int, at address: UInt64, offset: UInt64, count: UInt32
  ) -> Result<UInt64, BuiltinTrap> {
    atomicAddress(memory, address, offset, size: 4).map { _ in
      UInt64(memories[memory].notify(at: address + offset, count: count))
    }
  }
}

extension Memory {
  /// Wakes at most `count` of the threads that wait at an address, which must be in bounds and a
  /// multiple of four. Returns how many it has woken. No thread can wait in a memory that is not
  /// shared.
  public func notify(at address: UInt64, count: UInt32) -> UInt32 {
    guard type.isShared else { return 0 }
    return ParkingLot.notify(at: UInt(bitPattern: base) + UInt(address), count: count)
  }
}
