/// An exception that a host function throws to a `try_call` of the guest.
public struct GuestException: Hashable, Sendable {
  /// Handlers select exceptions by their tag.
  public var tag: UInt32
  public var payload0: UInt64
  public var payload1: UInt64

  public init(tag: UInt32, payload0: UInt64, payload1: UInt64) {
    self.tag = tag
    self.payload0 = payload0
    self.payload1 = payload1
  }
}

/// Why and where the guest stopped. A class, so that the result of a run is one word.
public final class Trap {
  public let kind: TrapKind
  /// The instruction that trapped; nil if no guest code ran.
  public let location: CodeLocation?
  /// That instruction and the calls that led to it, innermost first, truncated to `backtraceLimit`.
  public let backtrace: [CodeLocation]
  /// For each location the context of the instance whose function it is. Empty in images without windows.
  public let contexts: [UInt]
  /// How many of the first locations belong to the run that ended. The others led to the host function
  /// that started the run.
  public let ownFrameCount: Int
  /// The error that the failed host function stored in `Machine.hostError`.
  public let hostError: AnyObject?
  /// Details beyond the kind: why a function is unavailable, which stack overflowed.
  public let message: String?
  /// The uncaught exception.
  public let exception: GuestException?

  init(
    kind: TrapKind, location: CodeLocation? = nil, backtrace: [CodeLocation] = [],
    contexts: [UInt] = [],
    ownFrameCount: Int = 0, hostError: AnyObject? = nil, message: String? = nil,
    exception: GuestException? = nil
  ) {
    self.kind = kind
    self.location = location
    self.backtrace = backtrace
    self.contexts = contexts
    self.ownFrameCount = ownFrameCount
    self.hostError = hostError
    self.message = message
    self.exception = exception
  }

  /// The maximum number of locations in a backtrace.
  public static let backtraceLimit = 64
}

extension Trap: CustomStringConvertible {
  public var description: String {
    message.map { "\(kind.description): \($0)" } ?? kind.description
  }
}
