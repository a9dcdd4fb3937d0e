/// The fields of `InstructionData` that an operation uses, which decide how it is written.
public enum Format: UInt8, Sendable {
  case nullary
  /// `immediate` holds the constant: an integer, sign-extended from the width of its type, or the bits
  /// of a float. Only the low bits are significant (`Type.signExtend`, `zeroExtend`).
  case constant
  /// `constant`.
  case vectorConstant
  /// One argument.
  case unary
  /// Two arguments.
  case binary
  /// Three arguments.
  case ternary
  /// One argument and `lane`.
  case extractLane
  /// Two arguments and `lane`.
  case insertLane
  /// Two arguments and `constant`.
  case shuffle
  /// Two arguments and `intCondition`.
  case intCompare
  /// Two arguments and `floatCondition`.
  case floatCompare
  /// `flags`, address, offset in `immediate`.
  case load
  /// `flags`, value, address, offset in `immediate`.
  case store
  /// `flags`, `heap`, index, offset in `immediate`.
  case heapLoad
  /// `flags`, `heap`, value, index, offset in `immediate`.
  case heapStore
  /// `flags`, `atomicOperation`, address, value, `accessTrap`.
  case atomicRmw
  /// `flags`, address, expected value, replacement, `accessTrap`.
  case atomicCas
  /// The same with `heap`, an index in place of an address, and an offset in `immediate`.
  case heapAtomicRmw, heapAtomicCas
  /// `stackSlot`, offset in `immediate`.
  case stackAddress
  /// `destination`.
  case jump
  /// Condition, `destination` when it is not zero, `otherwise` when it is.
  case branch
  /// Index, `jumpTable`.
  case branchTable
  /// `function`, `list`.
  case call
  /// `signature`, callee, `list`.
  case callIndirect
  /// `list`.
  case multiary
  /// `trapCode`.
  case trap
  /// Condition, `trapCode`.
  case conditionalTrap
  /// `function`.
  case functionAddress
  /// `globalValue`.
  case globalValue
  /// Two arguments and `trapCode`.
  case binaryTrap
  /// Three arguments and `trapCode`.
  case ternaryTrap
  /// One argument, a size in `immediate`, `trapCode`.
  case allocation
  /// `function`, `list`, `exceptionTable`.
  case tryCall
  /// Callee, `list`, `exceptionTable`.
  case tryCallIndirect
  /// The block of `destination`, which ends with a `try_call`, and the index of a handler of that in
  /// `immediate`.
  case exceptionHandlerAddress
}
