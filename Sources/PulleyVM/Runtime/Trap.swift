/// An exception that a host function throws to a `try_call` of the guest.
public struct GuestException: Hashable, Sendable {
  /// Handlers select exceptions by their tag. In images with windows, the tag of a handler is the offset of
  /// a cell in the context of the handler's instance, and that cell holds the number that is compared.
  public var tag: UInt64
  public var payload0: UInt64
  public var payload1: UInt64
  /// Whether the first payload is a reference to an object, which is the exception.
  public var isObject: Bool

  public init(tag: UInt64, payload0: UInt64, payload1: UInt64, isObject: Bool = false) {
    self.tag = tag
    self.isObject = isObject
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
  /// The embedder's object for the machine.
  public let owner: AnyObject?

  init(
    kind: TrapKind, location: CodeLocation? = nil, backtrace: [CodeLocation] = [],
    contexts: [UInt] = [],
    ownFrameCount: Int = 0, hostError: AnyObject? = nil, message: String? = nil,
    exception: GuestException? = nil, owner: AnyObject? = nil
  ) {
    self.kind = kind
    self.location = location
    self.backtrace = backtrace
    self.contexts = contexts
    self.ownFrameCount = ownFrameCount
    self.hostError = hostError
    self.message = message
    self.exception = exception
    self.owner = owner
  }

  /// The maximum number of locations in a backtrace.
  public static let backtraceLimit = 64
}

extension Trap: CustomStringConvertible {
  public var description: String {
    message.map { "\(kind.description): \($0)" } ?? kind.description
  }
}
