/// Where a value is passed.
public enum ABILocation: Hashable, Sendable {
  case x(UInt8)
  case f(UInt8)
  case v(UInt8)
  /// Of arguments: bytes above `sp` at the call instruction. The callee, once it has pushed its
  /// frame, finds the value at `fp + 16 + offset`. Of results: see `CallABI.results`.
  case stack(UInt32)
}

/// The calling convention: where the arguments and results of a function go.
///
/// The first 15 values of each register class go to registers 0–14 of their file, results as well as
/// arguments. The rest goes to the stack, in slots of 8 bytes (16 bytes, 16-aligned, for vectors);
/// how, depends on the `Convention`.
///
/// Registers: x0–x15, all f and all v registers are lost by a call; x16–x29 are preserved by the
/// callee; x30 is `sp`; x31 is scratch and never allocated.
///
/// WebAssembly functions differ in one point: x28 and x29 hold the base and the bound of memory 0
/// where it is used, and every call loses them. Memory may grow or belong to another instance
/// behind a call, so that a caller loads both again anyway and a callee need not save them.
public struct CallABI: Hashable, Sendable {
  /// What becomes of the stack.
  public enum Convention: UInt8, Hashable, Sendable {
    /// The area at the caller's `sp` holds arguments and behind them results, and stays as it is.
    case standard
    /// The callee takes its arguments off the stack when it returns, so that a tail call may
    /// leave more or fewer of them than its own caller passed. For the same reason results do not
    /// stand behind them: they go where a hidden last parameter points to, which a tail call
    /// passes on.
    case tail
  }

  public let parameters: [ABILocation]
  /// Offsets on the stack count from `poppedBytes` at the call instruction's `sp` on. To the callee
  /// of a `tail` call that is where its `resultPointer` points to.
  public let results: [ABILocation]
  /// Where a pointer to the results on the stack is passed, if a `tail` call has any.
  public let resultPointer: ABILocation?
  /// The size of the outgoing area, a multiple of 16.
  public let stackBytes: UInt32
  /// How much of the area the callee takes off the stack, a multiple of 16.
  public let poppedBytes: UInt32

  /// How many registers of each file carry arguments, or results.
  public static let registersPerClass: UInt8 = 15
  /// What separates the callee's `fp` from the caller's outgoing area.
  public static let frameHeaderBytes: UInt32 = 16
  /// Where, from `fp` on, a function's frame has the address it returns to.
  public static let returnAddressOffset: UInt32 = 8

  public init(
    parameters: some Sequence<RegisterClass>, results: some Sequence<RegisterClass>,
    convention: Convention = .standard
  ) {
    var arguments = Assignment()
    self.parameters = arguments.assign(parameters)
    var returned = Assignment()
    switch convention {
    case .standard:
      returned.stack = arguments.stack
      self.results = returned.assign(results)
      resultPointer = nil
      poppedBytes = 0
      stackBytes = returned.alignedStack
    case .tail:
      self.results = returned.assign(results)
      resultPointer = returned.stack > 0 ? arguments.assign(.x) : nil
      poppedBytes = arguments.alignedStack
      stackBytes = poppedBytes + returned.alignedStack
    }
  }

  /// What has been given out so far.
  private struct Assignment {
    var nextX: UInt8 = 0
    var nextF: UInt8 = 0
    var nextV: UInt8 = 0
    var stack: UInt32 = 0

    var alignedStack: UInt32 { (stack + 15) & ~15 }

    mutating func assign(_ classes: some Sequence<RegisterClass>) -> [ABILocation] {
      var locations: [ABILocation] = []
      locations.reserveCapacity(classes.underestimatedCount)
      for registerClass in classes { locations.append(assign(registerClass)) }
      return locations
    }

    mutating func assign(_ registerClass: RegisterClass) -> ABILocation {
      switch registerClass {
      case .x where nextX < registersPerClass:
        nextX += 1
        return .x(nextX - 1)
      case .f where nextF < registersPerClass:
        nextF += 1
        return .f(nextF - 1)
      case .v where nextV < registersPerClass:
        nextV += 1
        return .v(nextV - 1)
      case .x, .f:
        stack += 8
        return .stack(stack - 8)
      case .v:
        stack = alignedStack + 16
        return .stack(stack - 16)
      }
    }
  }
}
