// The instruction set as values. To add an operation, write its row into Rows/ (our own operations go to
// `ownOperations`) and run `make generate`. The generator reports operations without a handler.

/// The three register files.
public enum RegisterFile: String, Hashable, Sendable {
  case x, f, v
}

/// The type of an immediate that fills whole bytes.
public enum ImmediateType: String, Hashable, Sendable {
  case u8, u16, u32, u64, u128, i8, i16, i32, i64
}

/// One operand as it is encoded. Operands follow the opcode in order, packed, little-endian.
public enum Operand: Hashable, Sendable {
  /// One byte naming a register that is read.
  case read(RegisterFile, String)
  /// One byte naming a register that is written.
  case write(RegisterFile, String)
  /// Two bytes: `dst` in bits 0–4, `src1` in 5–9, `src2` in 10–14; the top bit is ignored.
  case registers(RegisterFile, RegisterFile, RegisterFile)
  /// Two bytes: `dst` in bits 0–4, `src1` in 5–9, a six-bit `src2` in 10–15.
  case registersAndU6(RegisterFile, RegisterFile)
  /// A whole-byte immediate.
  case immediate(ImmediateType, String)
  /// A signed 32-bit distance from the instruction's first byte.
  case target(String)
  /// One byte: the number of a lane of so many bits.
  case lane(bits: Int)
  /// Two bytes: bit n is x(16+n).
  case upperRegisters(String)
  /// A register byte and a signed 32-bit offset.
  case addressO32
  /// As `addressO32`; the access traps if the register holds zero.
  case addressZ
  /// A 32-bit word naming base, bound and address registers, with a 16-bit offset.
  case addressG32
  /// As `addressG32`, but the bound is in memory at a register plus an 8-bit offset.
  case addressG32Bne

  /// `dst`, `src1` and `src2` of one register file.
  public static func binary(_ file: RegisterFile) -> Operand { .registers(file, file, file) }
  public static func binary(
    _ dst: RegisterFile, _ src1: RegisterFile, _ src2: RegisterFile
  ) -> Operand { .registers(dst, src1, src2) }
  public static let binaryU6 = Operand.registersAndU6(.x, .x)
  public static func u8(_ name: String) -> Operand { .immediate(.u8, name) }
  public static func u16(_ name: String) -> Operand { .immediate(.u16, name) }
  public static func u32(_ name: String) -> Operand { .immediate(.u32, name) }
  public static func u64(_ name: String) -> Operand { .immediate(.u64, name) }
  public static func u128(_ name: String) -> Operand { .immediate(.u128, name) }
  public static func i8(_ name: String) -> Operand { .immediate(.i8, name) }
  public static func i16(_ name: String) -> Operand { .immediate(.i16, name) }
  public static func i32(_ name: String) -> Operand { .immediate(.i32, name) }
  public static func i64(_ name: String) -> Operand { .immediate(.i64, name) }
}

/// Properties of an operation beyond its operands.
public enum Trait: String, Hashable, Sendable, CaseIterable {
  /// May continue elsewhere in the same function.
  case branch
  /// Calls a function that returns to the next instruction.
  case call
  /// Never continues with the next instruction.
  case terminator
  /// Its first two source registers may be swapped.
  case commutes
}

/// A reason why an operation traps.
public enum TrapCause: String, Hashable, Sendable, CaseIterable {
  case unreachable
  case divideByZero
  case integerOverflow
  case badConversion
  case nullAddress
  case outOfBounds
  case stackOverflow
  case unaligned
  case elementOutOfBounds
  case castFailure
  case heapExhausted

  /// The description in docs/isa.md.
  public var description: String {
    switch self {
    case .unreachable: "always"
    case .divideByZero: "division by zero"
    case .integerOverflow: "integer overflow"
    case .badConversion: "NaN has no integer value"
    case .nullAddress: "the address register is zero"
    case .outOfBounds: "out of bounds"
    case .stackOverflow: "the guest stack is exhausted"
    case .unaligned: "unaligned address"
    case .elementOutOfBounds: "there is no such element"
    case .castFailure: "the object has another type"
    case .heapExhausted: "there is no memory for the object"
    }
  }
}

/// The conditional branch that is taken exactly when another one is not.
public struct Inverse: Hashable, Sendable {
  public let name: String
  /// Whether it has the two source registers in the other order.
  public let swapsSources: Bool

  init(_ name: String, swapsSources: Bool = false) {
    self.name = name
    self.swapsSources = swapsSources
  }
}

/// One row of the instruction set.
public struct Operation: Hashable, Sendable {
  public let name: String
  public let operands: [Operand]
  public let traits: Set<Trait>
  /// The reasons why it may trap; empty if it never does. They must agree with the handler's template.
  public let traps: [TrapCause]
  /// How many bytes it loads from an address operand; 0 if none.
  public let loads: Int
  /// How many bytes it stores to an address operand; 0 if none.
  public let stores: Int
  /// Of a conditional branch: the branch that is taken exactly when this one is not.
  public let inverse: Inverse?
  /// Its effect, in one line for docs/isa.md.
  public let meaning: String

  public init(
    _ name: String, _ operands: Operand..., traits: Set<Trait> = [], traps: [TrapCause] = [],
    loads: Int = 0, stores: Int = 0, inverse: Inverse? = nil, means meaning: String
  ) {
    self.init(
      name, operands, traits: traits, traps: traps, loads: loads, stores: stores,
      inverse: inverse, means: meaning)
  }

  init(
    _ name: String, _ operands: [Operand], traits: Set<Trait> = [], traps: [TrapCause] = [],
    loads: Int = 0, stores: Int = 0, inverse: Inverse? = nil, means meaning: String
  ) {
    self.name = name
    self.operands = operands
    self.traits = traits
    self.traps = traps
    self.loads = loads
    self.stores = stores
    self.inverse = inverse
    self.meaning = meaning
  }
}

/// An operation with the number in its encoding.
public struct NumberedOperation: Hashable, Sendable {
  public let operation: Operation
  /// The opcode byte, or the 16-bit number that follows the byte 220.
  public let number: Int
  public let isExtended: Bool
  /// Its index in tables: the opcode byte, or 256 plus the position among extended operations.
  public let index: Int
}

/// The byte that announces an extended operation.
public let extendedPrefix = 220
/// The first number of our own extended operations; upstream does not use numbers from here on.
public let firstOwnNumber = 0x8000

/// The whole instruction set in table order.
public let operations: [NumberedOperation] = {
  var all: [NumberedOperation] = []
  for (number, operation) in baseOperations.enumerated() {
    all.append(
      NumberedOperation(operation: operation, number: number, isExtended: false, index: number))
  }
  for (number, operation) in extendedOperations.enumerated() {
    all.append(
      NumberedOperation(
        operation: operation, number: number, isExtended: true, index: 256 + number))
  }
  for (place, operation) in ownOperations.enumerated() {
    all.append(
      NumberedOperation(
        operation: operation, number: firstOwnNumber + place, isExtended: true,
        index: 256 + extendedOperations.count + place))
  }
  return all
}()

/// Operations of one byte, in opcode order.
let baseOperations: [Operation] =
  controlRows + branchRows + constantAndArithmeticRows + bitAndCompareRows + memoryRows
  + guardedMemoryRows
  + frameAndIntegerRows

/// Operations with the prefix byte 220, in order of their 16-bit number.
let extendedOperations: [Operation] =
  extendedIntegerRows + extendedMemoryRows + floatMoveRows + floatArithmeticRows
  + vectorArithmeticRows + vectorLaneRows + vectorConversionRows + vectorMoreArithmeticRows
  + vectorCompareRows + vectorFinalRows + extendedFinalRows

/// Operations that upstream lacks, numbered from 0x8000 on.
let ownOperations: [Operation] = atomicRows + objectRows
