/// Where a value is passed.
public enum ABILocation: Hashable, Sendable {
  case x(UInt8)
  case f(UInt8)
  case v(UInt8)
  /// Bytes above `sp` at the call instruction. The callee, once it has pushed its frame, finds the
  /// value at `fp + 16 + offset`.
  case stack(UInt32)
}

/// The calling convention: where the arguments and results of a function go.
///
/// The first 15 values of each register class go to registers 0–14 of their file, results as well as
/// arguments. The rest goes to the outgoing area at the caller's `sp`: arguments first, then
/// results, in slots of 8 bytes (16 bytes, 16-aligned, for vectors). The callee writes results there.
///
/// Registers: x0–x15, all f and all v registers are lost by a call; x16–x29 are preserved by the
/// callee; x30 is `sp`; x31 is scratch and never allocated.
///
/// WebAssembly functions differ in one point: x28 and x29 hold the base and the bound of memory 0
/// where it is used, and every call loses them. Memory may grow or belong to another instance
/// behind a call, so that a caller loads both again anyway and a callee need not save them.
public struct CallABI: Hashable, Sendable {
  public let parameters: [ABILocation]
  public let results: [ABILocation]
  /// The size of the outgoing area, a multiple of 16.
  public let stackBytes: UInt32

  /// How many registers of each file carry arguments, or results.
  public static let registersPerClass: UInt8 = 15
  /// The registers that a callee preserves, by number.
  public static let calleeSaved: ClosedRange<UInt8> = 16...29
  /// The x register of memory 0's base address in WebAssembly functions.
  public static let memoryBase: UInt8 = 28
  /// The x register of memory 0's size in bytes in WebAssembly functions.
  public static let memoryBound: UInt8 = 29
  /// What separates the callee's `fp` from the caller's outgoing area.
  public static let frameHeaderBytes: UInt32 = 16

  public init(
    parameters: some Sequence<RegisterClass>, results: some Sequence<RegisterClass>
  ) {
    var stack: UInt32 = 0
    self.parameters = CallABI.assign(parameters, stack: &stack)
    self.results = CallABI.assign(results, stack: &stack)
    stackBytes = (stack + 15) & ~15
  }

  private static func assign(
    _ classes: some Sequence<RegisterClass>, stack: inout UInt32
  ) -> [ABILocation] {
    var locations: [ABILocation] = []
    locations.reserveCapacity(classes.underestimatedCount)
    var nextX: UInt8 = 0
    var nextF: UInt8 = 0
    var nextV: UInt8 = 0
    for registerClass in classes {
      switch registerClass {
      case .x where nextX < registersPerClass:
        locations.append(.x(nextX))
        nextX += 1
      case .f where nextF < registersPerClass:
        locations.append(.f(nextF))
        nextF += 1
      case .v where nextV < registersPerClass:
        locations.append(.v(nextV))
        nextV += 1
      case .x, .f:
        locations.append(.stack(stack))
        stack += 8
      case .v:
        stack = (stack + 15) & ~15
        locations.append(.stack(stack))
        stack += 16
      }
    }
    return locations
  }
}
