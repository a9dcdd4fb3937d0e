import PulleyHost
import PulleyText
import PulleyVM

/// An instance of a module. The instance, the objects taken from it and all instances linked to it
/// belong to one thread at a time.
public final class Instance: @unchecked Sendable {
  // The group keeps it alive; a strong reference would be a cycle with the state's own handle.
  unowned(unsafe) let state: InstanceState
  /// Nil in the handle that host functions borrow, which lives as long as the call of the host
  /// function.
  private let owner: InstanceGroup?
  /// What the C interface keeps with the handle to call functions by name again.
  @inlinable
  public var calledByName: AnyObject? {
    @inline(__always) get { namedFunctions }
    set { namedFunctions = newValue }
  }
  // Other modules would check the exclusivity of their own accesses.
  @exclusivity(unchecked)
  @usableFromInline var namedFunctions: AnyObject?

  /// Whether this is the handle that host functions borrow, which keeps nothing alive.
  public var isBorrowed: Bool { owner == nil }

  init(_ state: InstanceState) {
    self.state = state
    owner = state.group.current
  }

  /// A handle that keeps the instance of another one, which may be borrowed.
  public convenience init(keeping other: Instance) { self.init(other.state) }

  /// The handle that belongs to the state itself.
  init(borrowed state: InstanceState) {
    self.state = state
    owner = nil
  }

  public var module: Module { state.module }

  /// A pointer that the embedder sets and host functions can read.
  public var userData: UnsafeMutableRawPointer? {
    get { state.userData }
    set { state.userData = newValue }
  }

  /// How many dispatches the code of this instance, and of other instances with the same code, has
  /// taken, if the engine counts them.
  public var dispatchCount: UInt64 { state.image.dispatchCount }

  /// How many bytes of a resource the instance and all instances linked to it take together. In the
  /// case of compilation, how many its module takes.
  public func usage(of resource: Resource) -> Int {
    (resource == .compilation ? module.code.account : state.group.current.account)
      .usage(of: resource)
  }

  public func function(named name: String) throws(PulleyError) -> Callable {
    guard case .function(let function) = try export(name) else { throw mismatch(name, "function") }
    return function
  }

  /// - Parameter name: nil means the first memory, exported or not.
  public func memory(named name: String?) throws(PulleyError) -> Memory {
    guard let name else {
      guard let first = state.firstMemory else {
        throw PulleyError(.notFound, "the module has no memory")
      }
      return first
    }
    guard case .memory(let memory) = try export(name) else { throw mismatch(name, "memory") }
    return memory
  }

  public func table(named name: String) throws(PulleyError) -> Table {
    guard case .table(let table) = try export(name) else { throw mismatch(name, "table") }
    return table
  }

  public func global(named name: String) throws(PulleyError) -> Global {
    guard case .global(let global) = try export(name) else { throw mismatch(name, "global") }
    return global
  }

  public func tag(named name: String) throws(PulleyError) -> Tag {
    guard case .tag(let tag) = try export(name) else { throw mismatch(name, "tag") }
    return tag
  }

  private func export(_ name: String) throws(PulleyError) -> ExportedObject? {
    state.object(ofExport: try module.index(ofExport: name))
  }

  /// The object that the module's export at an index is.
  package func object(ofExport index: Int) -> ExportedObject? { state.object(ofExport: index) }

  private func mismatch(_ name: String, _ kind: String) -> PulleyError {
    PulleyError(.notFound, "the export \(VisibleText.quoted(name)) is not a \(kind)")
  }

  /// Makes the guest trap with this message once the host function that is running has returned.
  public func requestTrap(_ message: String?) {
    state.environment.requestTrap(message)
  }

  /// Makes the guest trap once the host function that is running has returned, with the reason and
  /// the message of `error`, and with its frames before those of this guest.
  ///
  /// If `error` is an exception of WebAssembly, the guest gets the exception.
  public func requestTrap(passingOn error: PulleyError) {
    if let exception = error.exception,
      (try? requestThrow(exception.tag, exception.values)) != nil
    {
      return
    }
    state.environment.requestTrap(HostTrap(message: error.message, cause: error))
  }

  /// Throws an exception in a guest in CLIF once the host function that is running has returned.
  /// The guest continues in the innermost handler of the tag. Exceptions of WebAssembly have tags that are
  /// objects, so this does nothing there.
  public func requestThrow(_ exception: GuestException) {
    if module.language == .clif { state.environment.requestThrow(exception) }
  }

  /// Ends the running call of this instance, or its next call, with the trap `interrupted`. The
  /// call ends where the guest waits, works on much memory at once, calls WASI, or waits for a
  /// function to be compiled, and anywhere if the engine's code is interruptible. Any thread and
  /// any signal handler may call this.
  public func interrupt() { state.interruption.request() }

  /// Withdraws an interruption that has not ended a call yet.
  public func clearInterruption() { state.interruption.withdraw() }
}
