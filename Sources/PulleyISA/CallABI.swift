/// Where an argument or result is passed.
public enum ABILocation: Hashable, Sendable {
  case x(UInt8)
  case f(UInt8)
  case v(UInt8)
  /// For arguments: the offset from `sp` at the call instruction. After the callee has pushed its frame,
  /// the value is at `fp + 16 + offset`. For results: see `CallABI.results`.
  case stack(UInt32)
}

/// The calling convention: where the arguments and results of a function go.
///
/// The first 15 values of each register class are passed in registers 0–14 of their file, results as
/// well as arguments. The others are passed on the stack, in slots of 8 bytes (16 bytes, 16-aligned, for
/// vectors), as the `Convention` says.
///
/// A call clobbers x0–x15 and all f and v registers. The callee preserves x16–x29. x30 is `sp`; x31 is a
/// scratch register and never allocated.
///
/// WebAssembly functions differ in one point: x28 and x29 hold the base and the bound of memory 0 where
/// it is used, and every call clobbers them. Memory may grow during a call or belong to another
/// instance, so a caller must load both again anyway and a callee need not save them.
public struct CallABI: Hashable, Sendable {
  /// How arguments and results use the stack.
  public enum Convention: UInt8, Hashable, Sendable {
    /// The area at the caller's `sp` holds the arguments and then the results. The caller frees it.
    case standard
    /// The callee pops its arguments when it returns, so that a tail call may pass more or fewer
    /// arguments than its own caller did. For the same reason results are not stored after them:
    /// a hidden last parameter points to their area, and a tail call passes it on.
    case tail
  }

  public let parameters: [ABILocation]
  /// Offsets on the stack count from `sp + poppedBytes` at the call instruction. The `resultPointer` of a
  /// `tail` call points to that address.
  public let results: [ABILocation]
  /// The location in which a `tail` call passes the pointer to its stack results; nil if there
  /// are no such results.
  public let resultPointer: ABILocation?
  /// The size of the outgoing area, a multiple of 16.
  public let stackBytes: UInt32
  /// The number of bytes of the area that the callee pops, a multiple of 16.
  public let poppedBytes: UInt32

  /// The number of registers of each file that carry arguments, or results.
  public static let registersPerClass: UInt8 = 15
  /// The size of the frame header, which is between the callee's `fp` and the caller's outgoing area.
  public static let frameHeaderBytes: UInt32 = 16
  /// The offset of the return address from `fp`.
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

  /// The registers and stack slots that are assigned so far.
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
