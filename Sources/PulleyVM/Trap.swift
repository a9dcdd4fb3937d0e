/// Something that a host function has thrown for a `try_call` of the guest's to handle.
public struct GuestException: Hashable, Sendable {
  /// By it handlers tell exceptions apart.
  public var tag: UInt32
  public var payload0: UInt64
  public var payload1: UInt64

  public init(tag: UInt32, payload0: UInt64, payload1: UInt64) {
    self.tag = tag
    self.payload0 = payload0
    self.payload1 = payload1
  }
}

/// What stopped the guest, and where.
public struct Trap {
  public let kind: TrapKind
  /// The instruction that trapped; nil if no code of the guest ran.
  public let location: CodeLocation?
  /// That instruction and the calls that led to it, innermost first. Long ones are cut off.
  public let backtrace: [CodeLocation]
  /// What the host function that failed left in `Machine.hostError`.
  public let hostError: AnyObject?
  /// For a function that is unavailable: why.
  public let message: String?
  /// The exception that nobody handled.
  public let exception: GuestException?

  /// How many locations a backtrace holds at most.
  public static let backtraceLimit = 64
}

extension Trap: CustomStringConvertible {
  public var description: String {
    message.map { "\(kind.description): \($0)" } ?? kind.description
  }
}
