import PulleyVM

/// A linear memory as running code sees it: the address and the size that the memory has just now.
public struct MemoryRecord {
  public var base: UnsafeMutableRawPointer?
  /// The size in bytes.
  public var bound: UInt64

  public init(base: UnsafeMutableRawPointer?, bound: UInt64) {
    self.base = base
    self.bound = bound
  }
}

/// Why a host call made the guest trap.
public final class HostTrap: Error, Sendable {
  public let message: String
  /// The error that the host function passes on, if it does.
  public let cause: (any Error)?

  public init(message: String, cause: (any Error)? = nil) {
    self.message = message
    self.cause = cause
  }
}

/// What the host functions of one instance share: its handle, its memory, and the trap or the
/// exception that one of them asked for. The instance owns it; only the thread that the instance belongs to uses it.
public final class HostEnvironment {
  /// The part that calls read. It stays where it is as long as the environment lives.
  struct Block {
    /// Whether a call ends otherwise than by returning to the guest.
    var trapIsPending: Bool = false
    var instance: UnsafeMutableRawPointer?
    var memory: UnsafePointer<MemoryRecord>?
    /// The registers of the machine that calls, or was the last to call, a function that takes the
    /// instance.
    var caller: UnsafeMutableRawPointer?
    let owner: Unmanaged<HostEnvironment>
  }

  let block: UnsafeMutablePointer<Block>
  private var pendingTrap: HostTrap?
  private var exception: GuestException?

  public init() {
    block = .allocate(capacity: 1)
    block.initialize(to: Block(owner: .passUnretained(self)))
  }

  deinit {
    block.deinitialize(count: 1)
    block.deallocate()
  }

  /// What a host function receives for the parameter `instance`.
  public var instance: UnsafeMutableRawPointer? {
    get { block.pointee.instance }
    set { block.pointee.instance = newValue }
  }

  /// The memory that guest addresses refer to; nil if the instance has none. The record must
  /// outlive the environment.
  public var memory: UnsafePointer<MemoryRecord>? {
    get { block.pointee.memory }
    set { block.pointee.memory = newValue }
  }

  /// The machine that has called the function that runs, if that takes the instance. To be asked at the
  /// function's beginning: others may be called while it runs.
  public var caller: Machine? { block.pointee.caller.map(Machine.machine(of:)) }

  /// Makes the guest trap when the host function that runs now returns. The first request counts.
  public func requestTrap(_ message: String?) {
    requestTrap(HostTrap(message: message ?? "a host function trapped"))
  }

  public func requestTrap(_ trap: HostTrap) {
    guard !block.pointee.trapIsPending else { return }
    pendingTrap = trap
    block.pointee.trapIsPending = true
  }

  /// Throws an exception when the host function that runs now returns. The first request counts.
  public func requestThrow(_ exception: GuestException) {
    guard !block.pointee.trapIsPending else { return }
    self.exception = exception
    block.pointee.trapIsPending = true
  }

  /// The exception that was asked for, which is then no longer pending; nil if none was.
  func takePendingException() -> GuestException? {
    guard let exception else { return nil }
    block.pointee.trapIsPending = false
    self.exception = nil
    return exception
  }

  /// Whether a trap or an exception was asked for that no return of a host function has taken yet.
  public var hasPendingTrap: Bool { block.pointee.trapIsPending }

  /// The trap that was asked for, which is then no longer pending, nor is an exception.
  public func takePendingTrap() -> HostTrap? {
    guard block.pointee.trapIsPending else { return nil }
    block.pointee.trapIsPending = false
    exception = nil
    defer { pendingTrap = nil }
    return pendingTrap ?? HostTrap(message: "a host function trapped")
  }
}
