/// What validation learns about a function on the way.
public struct FunctionFacts: Hashable, Sendable {
  /// What a function's body contains.
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

  /// The most values that are on the operand stack at any time.
  public var operandStackDepth: UInt32 = 0
  /// The most blocks that are open at any time, the function's own included.
  public var blockDepth: UInt32 = 0
  /// Parameters and declared locals.
  public var localCount: UInt32 = 0
  /// How many operands calls, blocks and branches take and give by their types, all together: two bytes
  /// of code may take a thousand.
  public var typedOperands: UInt64 = 0
  public var flags: Flags = []

  public init() {}
}

/// What validation learns about a module on the way.
public struct ModuleFacts: Sendable {
  /// The functions of which somebody may hold a reference (element segments, exports, initial
  /// values, `ref.func`), each once.
  public internal(set) var referencedFunctions: [UInt32] = []
  /// For each function its position in `referencedFunctions`, or `notReferenced`.
  public internal(set) var referenceIndices: [UInt32] = []
  /// One for each function that is not imported.
  public internal(set) var functions: [FunctionFacts] = []
  public internal(set) var branchHints = BranchHints()

  /// Stands for functions to which there are no references.
  public static let notReferenced = UInt32.max

  /// The position of a function in `referencedFunctions`.
  public func referenceIndex(ofFunction index: Int) -> Int? {
    guard referenceIndices.indices.contains(index),
      referenceIndices[index] != Self.notReferenced
    else { return nil }
    return Int(referenceIndices[index])
  }
}

/// A module that has been found valid, with what was learnt on the way.
public struct ValidatedModule: Sendable {
  public let module: WasmModule
  public let facts: ModuleFacts
}
