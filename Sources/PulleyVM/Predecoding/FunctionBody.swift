import PulleyISA

/// A place where a function's bytecode names another function.
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
  /// The functions that instructions name, sorted by instruction. The distances in those instructions
  /// are ignored.
  public var calls: [CallTarget]
  /// Handlers of exceptions that leave calls, in the order in which they are tried.
  public var handlers: [ExceptionHandler] = []
  /// How many bytes of stack the function uses below its caller's `sp`. Needed only if there are
  /// handlers.
  public var frameBytes: UInt32 = 0
  /// How instructions call host functions by address, sorted by instruction. Needed only in images
  /// with the option `checksCallees`.
  public var foreignCalls: [ForeignCall] = []

  /// What code of the first tier has besides; nil for other code.
  public var provisional: ProvisionalFacts?
  public init(bytes: [UInt8], calls: [CallTarget] = []) {
    self.bytes = bytes
    self.calls = calls
  }
}

/// What is needed to leave code of the first tier.
public struct ProvisionalFacts: Sendable {
  /// How many times the function is entered and its loops are repeated before
  /// `FunctionSource.becameHot` is called; 0 if that does not matter.
  public var heat: UInt32
  /// The offsets and numbers of loops for which there may be continuations.
  public var loops: [(offset: UInt32, number: UInt32)]
  /// Where the function keeps the values that continuations receive.
  public var locals: [LocalPlace]

  public enum LocalPlace: Sendable {
    case register(RegisterClass, UInt8)
    /// At this offset from `sp`.
    case stack(UInt32)
  }

  public init(
    heat: UInt32, loops: [(offset: UInt32, number: UInt32)], locals: [LocalPlace]
  ) {
    (self.heat, self.loops, self.locals) = (heat, loops, locals)
  }
}

/// How an indirect call of a host function is made.
public struct ForeignCall: Hashable, @unchecked Sendable {
  /// The offset of the `call_indirect` or `xjump`.
  public var instruction: UInt32
  /// Called with the function's address in `StateLayout.foreignFunction` and the arguments where a
  /// guest function would find them, x0 included. It pops the stack arguments that the convention
  /// requires a callee to pop. Must live as long as the image.
  public var function: UnsafeMutablePointer<HostFunction>

  public init(instruction: UInt32, function: UnsafeMutablePointer<HostFunction>) {
    self.instruction = instruction
    self.function = function
  }
}
