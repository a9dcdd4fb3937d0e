import PulleyVM

@testable import PulleyHost

/// A function of a guest, in Swift.
final class FakeFunction: GuestFunction {
  let body: (UnsafeMutablePointer<UInt64>) -> HostTrap?
  private(set) var callCount = 0

  init(_ body: @escaping (UnsafeMutablePointer<UInt64>) -> HostTrap?) { self.body = body }

  func run(_ slots: UnsafeMutablePointer<UInt64>) -> HostTrap? {
    callCount += 1
    return body(slots)
  }
}

/// An instance with a table of functions and an allocator that only counts up.
final class FakeGuest: GuestAccess {
  var functions: [UInt64: FakeFunction] = [:]
  let handles = HandleTable()
  var owner: AnyObject { self }
  /// Whether a host call of the guest is running.
  var isRunning = true
  /// The next free address; nil if the guest exports no `malloc`.
  var nextAddress: UInt64? = 1024
  var allocated: [UInt64] = []
  var freed: [UInt64] = []

  func function(
    atTableIndex index: UInt64, type: GuestFunctionType
  ) throws(HostTrap) -> any GuestFunction {
    guard let function = functions[index] else {
      throw HostTrap(message: "there is no function \(index)")
    }
    return function
  }

  func allocate(_ bytes: UInt64) throws(HostTrap) -> UInt64 {
    guard let address = nextAddress else { throw HostTrap(message: "there is no malloc") }
    nextAddress = (address + bytes + 15) & ~15
    allocated.append(address)
    return address
  }

  func free(_ address: UInt64) { freed.append(address) }
}
