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
/// Functions of WebAssembly have the convention `window`, in which calls preserve x8 to x29. x27 is the
/// context of their instance, and x28 and x29 are the base and the bound of its memory 0. After every
/// call all three are those of the caller's instance; the base and the bound are the memory's current ones.
public struct CallABI: Hashable, Sendable {
  /// How arguments and results use the stack.
  public enum Convention: UInt8, Hashable, Sendable {
    /// The area at the caller's `sp` holds the arguments and then the results. The caller frees it.
    case standard
    /// The callee pops its arguments when it returns, so that a tail call may pass more or fewer
    /// arguments than its own caller did. For the same reason results are not stored after them:
    /// a hidden last parameter points to their area, and a tail call passes it on.
    case tail
    /// The caller's outgoing area is the start of the callee's window: see `WindowRecord`. The stack
    /// area holds the results and then the arguments, so that the place of a result depends only on
    /// the types of the results. Tail calls may therefore pass any arguments, and nothing is popped.
    case window
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
    // The sequences are generic, and each step through them would be a call.
    let (parameters, results) = (Array(parameters), Array(results))
    var arguments = Assignment(convention)
    var returned = Assignment(convention)
    if convention == .window {
      self.results = returned.assign(results)
      arguments.stack = returned.alignedStack
      self.parameters = arguments.assign(parameters)
      resultPointer = nil
      poppedBytes = 0
      stackBytes = arguments.alignedStack
      return
    }
    self.parameters = arguments.assign(parameters)
    switch convention {
    case .standard:
      returned.stack = arguments.stack
      self.results = returned.assign(results)
      resultPointer = nil
      poppedBytes = 0
      stackBytes = returned.alignedStack
    case .tail, .window:
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
    private let countX: UInt8
    private let countRest: UInt8

    init(_ convention: Convention) {
      let isWindow = convention == .window
      countX = isWindow ? WindowRecord.passedX : registersPerClass
      countRest = isWindow ? WindowRecord.passedRest : registersPerClass
    }

    var alignedStack: UInt32 { (stack + 15) & ~15 }

    mutating func assign(_ classes: [RegisterClass]) -> [ABILocation] {
      var locations: [ABILocation] = []
      locations.reserveCapacity(classes.count)
      for registerClass in classes { locations.append(assign(registerClass)) }
      return locations
    }

    mutating func assign(_ registerClass: RegisterClass) -> ABILocation {
      switch registerClass {
      case .x where nextX < countX:
        nextX += 1
        return .x(nextX - 1)
      case .f where nextF < countRest:
        nextF += 1
        return .f(nextF - 1)
      case .v where nextV < countRest:
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
