import PulleyVM

/// The services of an instance that calls of its host functions need, beyond its memory.
///
/// Only the instance's thread uses them, during a host call.
public protocol GuestAccess: AnyObject {
  /// The function at an index of the table to which the guest's function pointers refer: the table
  /// exported as `__indirect_function_table`, or else the first table. Throws if there is none, if the
  /// entry is null, or if it has another type.
  func function(
    atTableIndex index: UInt64, type: GuestFunctionType
  ) throws(HostTrap) -> any GuestFunction

  /// Memory from the guest's own `malloc` (or `cabi_realloc`), for data that the library gives to the
  /// guest. Throws if the guest exports none, or if it has no memory left.
  func allocate(_ bytes: UInt64) throws(HostTrap) -> UInt64

  /// Returns memory from `allocate` by the guest's `free`. Does nothing if the guest exports none.
  func free(_ address: UInt64)

  /// What keeps the instance, and all that are linked to it, alive.
  var owner: AnyObject { get }

  /// Whether the instance is running, so that C code that runs has been called by it.
  var isRunning: Bool { get }

  /// The handles of the instance's group.
  var handles: HandleTable { get }
}

/// A function of a guest that the host can call.
public protocol GuestFunction: AnyObject {
  /// Calls with raw words, arguments in, results out, as `Callable.run(slots:)` does. Returns nil, or
  /// the reason why the call has failed.
  func run(_ slots: UnsafeMutablePointer<UInt64>) -> HostTrap?
}
