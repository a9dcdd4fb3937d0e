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

  public init(bytes: [UInt8], calls: [CallTarget] = []) {
    self.bytes = bytes
    self.calls = calls
  }
}

/// A function has no bytecode, and why.
public struct FunctionUnavailable: Error, Sendable {
  public var message: String

  public init(message: String) { self.message = message }
}

/// Provides the bytecode of an image's functions when they are first called.
public protocol FunctionSource: AnyObject, Sendable {
  /// Called once a function, on whichever thread calls it first; different functions may be asked
  /// for at the same time.
  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody
}
