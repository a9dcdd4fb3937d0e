import Synchronization

/// Where a function's bytecode names another function.
public struct CallTarget: Hashable, Sendable {
  /// The offset in the function of the instruction: a call, a jump out of the function, or
  /// `xpcadd` of a function.
  public var instruction: UInt32
  /// The number of the function named, in the same image.
  public var function: UInt32

  public init(instruction: UInt32, function: UInt32) {
    self.instruction = instruction
    self.function = function
  }
}

/// A function's bytecode.
public struct FunctionBody: Sendable {
  public var bytes: [UInt8]
  /// Sorted by instruction. The distances in those instructions do not matter.
  public var calls: [CallTarget]
  /// Handlers of exceptions that leave calls, in the order in which to look at them.
  public var handlers: [HandlerEntry] = []
  /// How much of the stack the function takes below its caller's `sp`; only of interest if there
  /// are handlers.
  public var frameBytes: UInt32 = 0
  /// How instructions call addresses of the host's, sorted by instruction; only of interest in
  /// images whose options say `checksCallees`.
  public var foreignCalls: [ForeignCall] = []

  public init(bytes: [UInt8], calls: [CallTarget] = []) {
    self.bytes = bytes
    self.calls = calls
  }
}

/// A handler of the exceptions that leave a call.
public struct HandlerEntry: Hashable, Sendable {
  /// The offset of the call instruction.
  public var call: UInt32
  /// The exceptions it handles; nil means all.
  public var tag: UInt32?
  /// The offset of the instruction that it begins with.
  public var target: UInt32

  public init(call: UInt32, tag: UInt32?, target: UInt32) {
    self.call = call
    self.tag = tag
    self.target = target
  }
}

/// How an indirect call of a function of the host's is made.
public struct ForeignCall: Hashable, @unchecked Sendable {
  /// The offset of the `call_indirect` or `xjump`.
  public var instruction: UInt32
  /// Is invoked with the function's address in `StateLayout.foreignFunction` and the arguments where
  /// a function of the guest's would find them, x0 included. Takes off the stack what the convention
  /// wants taken. Has to live as long as the image.
  public var function: UnsafeMutablePointer<HostFunction>

  public init(instruction: UInt32, function: UnsafeMutablePointer<HostFunction>) {
    self.instruction = instruction
    self.function = function
  }
}

/// A function has no bytecode, and why.
public struct FunctionUnavailable: Error, Sendable {
  public var message: String
  /// What calling the function ends in. Anything but `functionUnavailable` holds for this attempt only:
  /// the next call asks for the function anew.
  public var kind: TrapKind

  public init(message: String, kind: TrapKind = .functionUnavailable) {
    self.message = message
    self.kind = kind
  }

  /// What a source throws when it finds its work cancelled.
  public static let cancelled = FunctionUnavailable(message: "cancelled", kind: .interrupted)
}

/// Whether anybody still wants a function that is being prepared.
public final class PreparationControl: Sendable {
  private let flag = Atomic<Bool>(false)

  public init() {}

  public var isCancelled: Bool { flag.load(ordering: .relaxed) }

  func set(isCancelled: Bool) { flag.store(isCancelled, ordering: .relaxed) }
}

/// Provides the bytecode of an image's functions when they are first called.
public protocol FunctionSource: AnyObject, Sendable {
  /// Called once a function, on whichever thread calls it first; different functions may be asked
  /// for at the same time.
  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody

  /// The same, which may end with `FunctionUnavailable.cancelled` once the control says that nobody
  /// wants the function any more. It may be asked for again later.
  func body(
    of function: Int, _ control: PreparationControl
  ) throws(FunctionUnavailable) -> FunctionBody

  /// Whether preparing the function may take some milliseconds, so that whoever waits for it should be
  /// interruptible.
  func takesLong(_ function: Int) -> Bool

  /// Called before so many bytes of prepared code are kept for as long as the image lives.
  func willKeep(_ bytes: Int) throws(FunctionUnavailable)
}

extension FunctionSource {
  public func body(
    of function: Int, _ control: PreparationControl
  ) throws(FunctionUnavailable) -> FunctionBody {
    try body(of: function)
  }

  public func takesLong(_ function: Int) -> Bool { false }

  public func willKeep(_ bytes: Int) {}
}
