/// Effects of an operation, and whether its operands commute.
public struct OperationTraits: OptionSet, Sendable {
  public let rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Ends its block.
  @inlinable public static var terminator: OperationTraits { OperationTraits(rawValue: 1) }
  /// Branches to another block of the function.
  @inlinable public static var branch: OperationTraits { OperationTraits(rawValue: 2) }
  @inlinable public static var call: OperationTraits { OperationTraits(rawValue: 4) }
  @inlinable public static var returns: OperationTraits { OperationTraits(rawValue: 8) }
  @inlinable public static var canTrap: OperationTraits { OperationTraits(rawValue: 16) }
  @inlinable public static var reads: OperationTraits { OperationTraits(rawValue: 32) }
  @inlinable public static var writes: OperationTraits { OperationTraits(rawValue: 64) }
  @inlinable public static var commutes: OperationTraits { OperationTraits(rawValue: 128) }
  /// Sequentially consistent: no access may move past it, and accesses after it see what other threads
  /// have done before it.
  @inlinable public static var atomic: OperationTraits { OperationTraits(rawValue: 256) }

  /// The operation must stay even if its results are not used.
  @inlinable public static var effects: OperationTraits {
    [.terminator, .call, .canTrap, .writes, .atomic]
  }
}

/// How the types of an operation's results follow from its controlling type.
public enum ResultRule: UInt8, Sendable {
  /// There is no result; a call has those of the callee's signature.
  case none
  /// The controlling type.
  case same
  /// The controlling type's `comparisonResult`.
  case comparison
  /// i8, the type of truth values.
  case truth
  /// The controlling type if there is one, else the type of addresses.
  case pointer
  /// Two: the controlling type's `halved`, the low half first.
  case halves
  /// The controlling type's `doubled`.
  case doubled
  /// Two: the controlling type, then a truth value.
  case withFlag
  /// The controlling type's lane.
  case lane
  /// The controlling type's `mergedLanes`.
  case mergedLanes
  /// The controlling type's `splitLanes`.
  case splitLanes
}

/// The number of bits that a load or store moves, and how a load extends them.
public struct AccessShape: Sendable, Equatable {
  /// 0 means the width of the controlling type.
  public var bits: UInt8
  public var isSigned: Bool
}

/// Laws that integers of up to 64 bits obey, for the right operand `b` of an operation on `a` and
/// `b`, or for the only operand.
public struct AlgebraicLaws: OptionSet, Sendable {
  public let rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The result is `a` if b is 0, 1, or all ones.
  @inlinable public static var zeroIsNeutral: AlgebraicLaws { AlgebraicLaws(rawValue: 1) }
  @inlinable public static var oneIsNeutral: AlgebraicLaws { AlgebraicLaws(rawValue: 2) }
  @inlinable public static var onesAreNeutral: AlgebraicLaws { AlgebraicLaws(rawValue: 4) }
  /// The result is b if b is 0, or all ones.
  @inlinable public static var zeroAbsorbs: AlgebraicLaws { AlgebraicLaws(rawValue: 8) }
  @inlinable public static var onesAbsorb: AlgebraicLaws { AlgebraicLaws(rawValue: 16) }
  /// The result is `a` if b equals a.
  @inlinable public static var isIdempotent: AlgebraicLaws { AlgebraicLaws(rawValue: 32) }
  /// The result is 0 if b equals a.
  @inlinable public static var cancelsItself: AlgebraicLaws { AlgebraicLaws(rawValue: 64) }
  /// Only b modulo the width counts, and the result is `a` if that is 0.
  @inlinable public static var takesAmountModuloWidth: AlgebraicLaws {
    AlgebraicLaws(rawValue: 128)
  }
  /// Doing it twice gives the operand.
  @inlinable public static var isInvolution: AlgebraicLaws { AlgebraicLaws(rawValue: 256) }
}

/// How an operation on constants is computed when a function is compiled.
public enum Folding: Sendable {
  /// It is not: the operation has an effect, depends on more than its operands, or is rare.
  case atRunTime
  /// From integers of up to 64 bits; nil for operands that trap.
  case integers(@Sendable (IntegerOperands) -> Int64?)
  /// From two floats.
  case floats(@Sendable (Float, Float) -> Float, @Sendable (Double, Double) -> Double)
  /// A conversion to `type` from `from`, on bits.
  case conversion(@Sendable (_ type: Type, _ from: Type, _ bits: Int64) -> Int64?)
  /// By the condition of the instruction.
  case comparison
}

/// The module that turns an operation into instructions.
public enum Legality: UInt8, Sendable {
  /// `PulleyCodegen` lowers it, for the types that there are instructions for.
  case direct
  /// `PulleyLegalizer` rewrites it as other operations: always; if the controlling type is `f32` or
  /// `f64`; if it is `i8` or `i16`; or for some operands, which the legalizer knows.
  case expanded, expandedForFloats, expandedForNarrowIntegers, expandedForSomeOperands
  /// There is no implementation: compiling it is an error.
  case refused
}

/// A chapter of `docs/clif.md`.
public enum OperationGroup: UInt8, Sendable, CaseIterable {
  case constants, integers, overflow, bits, comparison, floats, conversion, vectors, memory
  case atomics, addresses, control, objects, linearMemory

  public var title: String {
    switch self {
    case .constants: "Constants"
    case .integers: "Integer arithmetic"
    case .overflow: "Arithmetic that reports overflow"
    case .bits: "Bits"
    case .comparison: "Comparison and choice"
    case .floats: "Floats"
    case .conversion: "Conversion"
    case .vectors: "Vectors"
    case .memory: "Memory"
    case .atomics: "Atomic access"
    case .addresses: "Addresses and registers"
    case .control: "Control"
    case .objects: "Objects"
    case .linearMemory: "Linear memory"
    }
  }
}
