import Synchronization

/// An address of 32 bits for a host function whose own address has more, for guests to call.
///
/// It is within an entry below 4 GiB, but not at its start, so that a call of a guest function needs no
/// comparison for it. A function has the same address in all instances, as long as one keeps it. A call
/// of the address of an entry that is not kept traps.
public final class HostEntry: Sendable {
  /// The distance of the address from the start of its entry. The function's address is there.
  static let offset: UInt = 8

  public let function: UInt
  public let address: UInt32

  private struct Known {
    var entry: UInt
    var users: Int
  }

  private static let known = Mutex<[UInt: Known]>([:])

  /// Nil if there is no memory below 4 GiB.
  public init?(function: UInt) {
    let entry: UInt? = Self.known.withLock { known in
      if let shared = known[function] {
        known[function] = Known(entry: shared.entry, users: shared.users + 1)
        return shared.entry
      }
      guard let entry = EntryArena.low.allocate(1) else { return nil }
      UnsafeMutableRawPointer(entry).storeBytes(
        of: function, toByteOffset: Int(Self.offset), as: UInt.self)
      entry.publish(SharedCells.hostFunction)
      known[function] = Known(entry: UInt(bitPattern: entry), users: 1)
      return UInt(bitPattern: entry)
    }
    guard let entry, let address = UInt32(exactly: entry + Self.offset) else { return nil }
    self.function = function
    self.address = address
  }

  deinit {
    Self.known.withLock { known in
      guard let shared = known[function] else { return }
      guard shared.users == 1 else {
        known[function] = Known(entry: shared.entry, users: shared.users - 1)
        return
      }
      known[function] = nil
      EntryArena.low.free(
        pointer(shared.entry).assumingMemoryBound(to: FunctionEntry.self), 1)
    }
  }
}
