/// The reason why the guest was stopped.
public enum TrapKind: UInt8, Hashable, Sendable, CaseIterable {
  /// The instruction `trap`: unreachable code, or another trap that the compiler placed.
  case unreachable = 1
  case divideByZero
  case integerOverflow
  /// A NaN was converted to an integer.
  case badConversion
  /// An access outside a memory's bounds.
  case memoryOutOfBounds
  /// An access through a null register.
  case nullAddress
  /// The guest's stack is exhausted, or guest and host called one another too deeply.
  case stackOverflow
  /// A host function failed. `Machine.hostError` has the reason, if the host function stored one.
  case host
  /// A host function's signature is not the one that the call names.
  case hostSignatureMismatch
  /// The function called could not be compiled or loaded, or its code is not valid.
  case functionUnavailable
  /// An instruction that this version does not support.
  case unsupported
  /// An atomic access to an address that is not a multiple of its size.
  case unalignedAtomic
  /// Another thread requested that the guest stop.
  case interrupted
  /// A host function threw an exception for which there is no handler.
  case uncaughtException
  /// There is too little memory to compile the called function now.
  case outOfMemory
  /// An access to an element that an array does not have.
  case elementOutOfBounds
  /// A cast to a type that the object does not have.
  case castFailure
  /// There is no memory for another object.
  case heapExhausted
}

extension TrapKind: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreachable: "unreachable"
    case .divideByZero: "integer divide by zero"
    case .integerOverflow: "integer overflow"
    case .badConversion: "invalid conversion to integer"
    case .memoryOutOfBounds: "out of bounds memory access"
    case .nullAddress: "null address"
    case .stackOverflow: "call stack exhausted"
    case .host: "host function failed"
    case .hostSignatureMismatch: "host function has another signature"
    case .functionUnavailable: "function unavailable"
    case .unsupported: "unsupported instruction"
    case .unalignedAtomic: "unaligned atomic"
    case .interrupted: "interrupted"
    case .uncaughtException: "uncaught exception"
    case .outOfMemory: "out of memory"
    case .elementOutOfBounds: "out of bounds array access"
    case .castFailure: "cast failure"
    case .heapExhausted: "heap exhausted"
    }
  }
}
