/// Properties of a function that validation collects.
public struct FunctionFacts: Hashable, Sendable {
  /// Kinds of operators that a function's body contains.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    /// Loads, stores and other operators on memories.
    public static let usesMemory = Flags(rawValue: 1)
    /// Calls of any kind.
    public static let calls = Flags(rawValue: 2)
    /// Operators on tables, indirect calls among them.
    public static let usesTable = Flags(rawValue: 4)
    /// Loops.
    public static let loops = Flags(rawValue: 8)
  }

  /// The maximum number of values on the operand stack.
  public var operandStackDepth: UInt32 = 0
  /// The maximum number of open blocks, including the function itself.
  public var blockDepth: UInt32 = 0
  /// The number of parameters and declared locals.
  public var localCount: UInt32 = 0
  /// The total number of values that calls, blocks and branches pop and push according to their types.
  /// Two bytes of code can pop a thousand.
  public var typedOperands: UInt64 = 0
  public var flags: Flags = []

  public init() {}
}

/// Properties of a module that validation collects.
public struct ModuleFacts: Sendable {
  /// The functions that element segments, exports, initial values or a `ref.func` refer to, each
  /// once.
  public internal(set) var referencedFunctions: [UInt32] = []
  /// For each function its index in `referencedFunctions`, or `notReferenced`.
  public internal(set) var referenceIndices: [UInt32] = []
  /// One for each defined function; empty if the bodies are known to be valid.
  public internal(set) var functions: [FunctionFacts] = []
  public internal(set) var branchHints = BranchHints()

  /// The index of functions that are not in `referencedFunctions`.
  public static let notReferenced = UInt32.max

  /// The index of a function in `referencedFunctions`.
  public func referenceIndex(ofFunction index: Int) -> Int? {
    guard referenceIndices.indices.contains(index),
      referenceIndices[index] != Self.notReferenced
    else { return nil }
    return Int(referenceIndices[index])
  }
}
