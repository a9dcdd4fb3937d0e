import PulleyVM

// The needs of a library of host functions in a module of its own, such as WASI, beyond the public
// interface: waits that an interruption ends, and accounts for the memory that it keeps for a
// guest.

extension Instance {
  /// The interruption of the machine whose host call is running. A host function with the parameter
  /// `instance` reads it at its beginning, because later calls of the guest replace it.
  package var callerInterruption: Interruption? { state.environment.caller?.interruption }

  /// Charges to this instance's group what was charged to `account`, now and later. Throws if a limit
  /// of the group does not allow the sum.
  package func adopt(_ account: Account) throws(PulleyError) {
    try state.group.current.account.join(account)
  }
}

extension Engine {
  /// An account with the limits of a group, for what a library keeps before an instance uses it.
  package func makeLibraryAccount() -> Account {
    Account(parent: account, groupLimits: options.limits)
  }
}
