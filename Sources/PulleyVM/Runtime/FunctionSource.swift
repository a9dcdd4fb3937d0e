import PulleyISA
import Synchronization

/// The reason why a function has no bytecode.
public struct FunctionUnavailable: Error, Sendable {
  public var message: String
  /// The trap that a call of the function ends in. Any kind but `functionUnavailable` applies to this
  /// attempt only: the next call asks for the function again.
  public var kind: TrapKind

  public init(message: String, kind: TrapKind = .functionUnavailable) {
    self.message = message
    self.kind = kind
  }

  /// The error for work that was cancelled.
  public static let cancelled = FunctionUnavailable(message: "cancelled", kind: .interrupted)
}

/// Tells the work on a function whether a caller still waits for it.
public final class PredecodingControl: Sendable {
  private let flag = Atomic<Bool>(false)

  public init() {}

  public var isCancelled: Bool { flag.load(ordering: .relaxed) }

  func set(isCancelled: Bool) { flag.store(isCancelled, ordering: .relaxed) }
}

/// Provides the bytecode of an image's functions when they are first called.
public protocol FunctionSource: AnyObject, Sendable {
  /// Called once per function, on the thread that calls it first. Several threads may request different
  /// functions at the same time.
  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody

  /// The same; may throw `FunctionUnavailable.cancelled` once the control is cancelled. The function
  /// may be requested again later.
  func body(
    of function: Int, _ control: PredecodingControl
  ) throws(FunctionUnavailable) -> FunctionBody

  /// Whether the function may take milliseconds to compile, so that callers that wait for it should be
  /// interruptible.
  func takesLong(_ function: Int) -> Bool

  /// Called on the thread that runs the guest when a function of the first tier runs often: once at its
  /// entry and once at each loop. `CodeImage.replace` gives it better code, now or later.
  ///
  /// - Parameter loop: the number of the loop that runs often, or nil.
  func becameHot(_ function: Int, loop: UInt32?, in image: CodeImage)

  /// The body that replaces a provisional one.
  ///
  /// - Parameter loop: if not nil, what remains of the function when this loop begins, and where it
  ///   receives the locals.
  func replacement(
    of function: Int, loop: UInt32?, _ control: PredecodingControl
  ) throws(FunctionUnavailable) -> (FunctionBody, locals: [ABILocation])

  /// Called before `bytes` bytes of threaded code are allocated for the lifetime of the image.
  func willKeep(_ bytes: Int) throws(FunctionUnavailable)
}

extension FunctionSource {
  public func body(
    of function: Int, _ control: PredecodingControl
  ) throws(FunctionUnavailable) -> FunctionBody {
    try body(of: function)
  }

  public func becameHot(_ function: Int, loop: UInt32?, in image: CodeImage) {}

  public func replacement(
    of function: Int, loop: UInt32?, _ control: PredecodingControl
  ) throws(FunctionUnavailable) -> (FunctionBody, locals: [ABILocation]) {
    (try body(of: function, control), [])
  }

  public func takesLong(_ function: Int) -> Bool { false }

  public func willKeep(_ bytes: Int) {}
}
