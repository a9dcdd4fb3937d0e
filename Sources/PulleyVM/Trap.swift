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

  /// How many locations a backtrace holds at most.
  public static let backtraceLimit = 64
}

extension Trap: CustomStringConvertible {
  public var description: String {
    message.map { "\(kind.description): \($0)" } ?? kind.description
  }
}
