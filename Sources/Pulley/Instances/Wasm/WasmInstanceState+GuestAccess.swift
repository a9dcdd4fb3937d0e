import PulleyHost
import PulleyVM

/// How host calls reach their instance.
extension WasmInstanceState: GuestAccess {
  func function(
    atTableIndex index: UInt64, type: GuestFunctionType
  ) throws(HostTrap) -> any GuestFunction {
    try guestFunctions.function(at: index, type: type)
  }

  func allocate(_ bytes: UInt64) throws(HostTrap) -> UInt64 {
    do throws(PulleyError) {
      return try allocator().allocate(bytes)
    } catch {
      throw HostTrap(error)
    }
  }

  /// The guest traps after the host call if its `free` fails.
  func free(_ address: UInt64) {
    do throws(PulleyError) {
      try allocator().free(address)
    } catch {
      environment.requestTrap(HostTrap(error))
    }
  }

  var handles: HandleTable { group.handles }

  var owner: AnyObject { group.current }

  var isRunning: Bool {
    existingMachine.map { $0._withUnsafeGuaranteedRef { $0.depth > 0 } } ?? false
  }

  /// The guest's allocator. Throws if it exports none.
  func allocator() throws(PulleyError) -> GuestAllocator {
    if let knownAllocator { return knownAllocator }
    let found = try HostStack.make { () throws(PulleyError) in try GuestAllocator(self) }
    knownAllocator = found
    return found
  }
}

extension Callable: GuestFunction {
  public func run(_ slots: UnsafeMutablePointer<UInt64>) -> HostTrap? {
    guard let failure = run(slots: slots) else { return nil }
    return HostTrap(failure.error)
  }
}

extension Instance {
  /// Calls the guest's own allocator, its export `malloc` or `cabi_realloc`. Returns the address of
  /// `bytes` bytes in the guest's first memory. Throws if there is no allocator, or it has no memory
  /// left.
  public func allocate(_ bytes: UInt64) throws(PulleyError) -> UInt64 {
    try allocator().allocate(bytes)
  }

  /// Returns memory from `allocate` by the guest's export `free`. Does nothing for the address 0, or if
  /// the guest exports `cabi_realloc` only.
  public func free(_ address: UInt64) throws(PulleyError) {
    if address != 0 { try allocator().free(address) }
  }

  private func allocator() throws(PulleyError) -> GuestAllocator {
    guard let state = state as? WasmInstanceState else {
      throw PulleyError(
        .unsupported, "an instance of CLIF has no allocator; its addresses are those of the process"
      )
    }
    return try state.allocator()
  }
}
