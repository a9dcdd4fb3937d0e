import PulleyVM

// The interface for libraries of host functions in modules of their own, such as WASI, beyond the public
// one: waits that an interruption ends, and charges for the state that they keep for a guest.

extension Instance {
  /// The machine whose host call is running. A host function with the parameter `instance` reads it at
  /// its beginning, because a nested call replaces it. The machine outlives the host call.
  package var callingMachine: Unmanaged<Machine>? {
    state.environment.caller.map { Unmanaged.passUnretained($0) }
  }

  /// The first memory, exported or not.
  package var firstMemory: Memory? { state.firstMemory }

  /// Moves the charges of `account`, present and future, to this instance's group. Throws if a limit of
  /// the group does not allow the sum.
  package func adopt(_ account: Account) throws(PulleyError) {
    try state.group.current.account.join(account)
  }
}

extension Engine {
  /// An account with the limits of a group, for a library that no instance uses yet.
  package func makeLibraryAccount() -> Account {
    Account(parent: account, groupLimits: options.limits)
  }
}
