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

/// What stopped the guest, and where. An object, so that runs, which mostly succeed, have one word to
/// look at.
public final class Trap {
  public let kind: TrapKind
  /// The instruction that trapped; nil if no code of the guest ran.
  public let location: CodeLocation?
  /// That instruction and the calls that led to it, innermost first. Long ones are cut off.
  public let backtrace: [CodeLocation]
  /// How many of these locations, the first ones, belong to the run that ended. The others led to the
  /// host function that started it.
  public let ownFrameCount: Int
  /// What the host function that failed left in `Machine.hostError`.
  public let hostError: AnyObject?
  /// What there is to say beyond the kind: why a function is unavailable, what overflowed.
  public let message: String?
  /// The exception that nobody handled.
  public let exception: GuestException?

  init(
    kind: TrapKind, location: CodeLocation? = nil, backtrace: [CodeLocation] = [],
    ownFrameCount: Int = 0, hostError: AnyObject? = nil, message: String? = nil,
    exception: GuestException? = nil
  ) {
    self.kind = kind
    self.location = location
    self.backtrace = backtrace
    self.ownFrameCount = ownFrameCount
    self.hostError = hostError
    self.message = message
    self.exception = exception
  }

  /// How many locations a backtrace holds at most.
  public static let backtraceLimit = 64
}

extension Trap: CustomStringConvertible {
  public var description: String {
    message.map { "\(kind.description): \($0)" } ?? kind.description
  }
}
