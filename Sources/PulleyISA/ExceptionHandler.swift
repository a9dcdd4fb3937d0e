/// Where a function continues when an exception leaves one of its calls. Offsets are in bytes from the
/// beginning of the function's code.
public struct ExceptionHandler: Hashable, Sendable {
  /// The call instruction.
  public var call: UInt32
  /// The tag of the exceptions that it handles; nil means all exceptions.
  public var tag: UInt32?
  /// The handler's first instruction. It finds the exception's payloads in x0 and x1, and `fp` and `sp` as
  /// the function has them outside of calls.
  public var target: UInt32

  public init(call: UInt32, tag: UInt32?, target: UInt32) {
    self.call = call
    self.tag = tag
    self.target = target
  }
}
