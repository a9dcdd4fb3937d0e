import PulleyVM

/// A linear memory as running code reads it: its current address and size.
public struct MemoryRecord {
  public var base: UnsafeMutableRawPointer?
  /// The size in bytes.
  public var bound: UInt64
  /// Whether the memory has all the address space that it may need and so never moves.
  public var isFixed = false
  /// How many calls of C functions need the memory to stay where it is. A function that keeps an
  /// address counts for ever.
  var pins = 0

  /// Whether C code has addresses in the memory, so that it must not move.
  public var isPinned: Bool { pins > 0 }

  public init(base: UnsafeMutableRawPointer?, bound: UInt64) {
    self.base = base
    self.bound = bound
  }
}

/// The reason of a trap that a host function asked for.
public final class HostTrap: Error, Sendable {
  public let message: String
  /// The error that the host function passed on, if there is one.
  public let cause: (any Error)?

  public init(message: String, cause: (any Error)? = nil) {
    self.message = message
    self.cause = cause
  }
}

/// The state that the host functions of one instance share: its handle, its memory, and the trap or the
/// exception that one of them asked for. The instance owns it, and only the instance's thread uses it.
public final class HostEnvironment {
  /// The part that calls read. Its address is constant for the environment's lifetime.
  @usableFromInline
  struct Block {
    /// Whether the host call that is running must end in a trap or an exception.
    @usableFromInline var trapIsPending: Bool = false
    var instance: UnsafeMutableRawPointer?
    var memory: UnsafePointer<MemoryRecord>?
    /// The registers of the machine that last called a function with the parameter `instance`.
    var caller: UnsafeMutableRawPointer?
    let owner: Unmanaged<HostEnvironment>
  }

  @usableFromInline let block: UnsafeMutablePointer<Block>
  /// The instance, for calls that need more of it than its memory.
  public weak var guest: (any GuestAccess)?
  /// What calls keep for later ones: see `KeptObjects`.
  var kept: AnyObject?
  /// The function pointers with which C calls the instance's functions: see `CallbackTable`.
  var callbacks: AnyObject?
  /// Why a call from C has failed that no host call of the instance has led to. Further calls return zero
  /// until it is taken.
  var callbackFailure: HostTrap?
  private var pendingTrap: HostTrap?
  private var exception: GuestException?
  /// The exception that will be thrown when the running host function returns.
  public var pendingException: GuestException? { exception }

  public init() {
    block = .allocate(capacity: 1)
    block.initialize(to: Block(owner: .passUnretained(self)))
  }

  deinit {
    block.deinitialize(count: 1)
    block.deallocate()
  }

  /// The argument for the parameter `instance` of host functions.
  public var instance: UnsafeMutableRawPointer? {
    get { block.pointee.instance }
    set { block.pointee.instance = newValue }
  }

  /// The memory of guest addresses; nil if the instance has no memory. The record must outlive the
  /// environment.
  public var memory: UnsafePointer<MemoryRecord>? {
    get { block.pointee.memory }
    set { block.pointee.memory = newValue }
  }

  /// The machine that called the running host function, if that has the parameter `instance`. Read it at
  /// the function's beginning: a nested call replaces it.
  public var caller: Machine? { block.pointee.caller.map(Machine.machine(of:)) }

  /// Makes the guest trap when the running host function returns. Later requests are ignored.
  public func requestTrap(_ message: String?) {
    requestTrap(HostTrap(message: message ?? "a host function trapped"))
  }

  public func requestTrap(_ trap: HostTrap) {
    guard !block.pointee.trapIsPending else { return }
    pendingTrap = trap
    block.pointee.trapIsPending = true
  }

  /// Throws an exception when the running host function returns. Later requests are ignored.
  public func requestThrow(_ exception: GuestException) {
    guard !block.pointee.trapIsPending else { return }
    self.exception = exception
    block.pointee.trapIsPending = true
  }

  /// Takes the pending exception; nil if there is none.
  func takePendingException() -> GuestException? {
    guard let exception else { return nil }
    block.pointee.trapIsPending = false
    self.exception = nil
    return exception
  }

  /// Whether a trap or an exception is pending until a host function returns.
  @inlinable @inline(__always)
  public var hasPendingTrap: Bool { block.pointee.trapIsPending }

  /// Takes the pending trap, or drops the pending exception and makes a trap of it. Nil if neither is
  /// pending.
  public func takePendingTrap() -> HostTrap? {
    guard block.pointee.trapIsPending else { return nil }
    block.pointee.trapIsPending = false
    exception = nil
    defer { pendingTrap = nil }
    return pendingTrap ?? HostTrap(message: "a host function trapped")
  }
}
