import PulleyIR

/// A block of the body whose `end` has not been translated yet.
struct OpenBlock {
  enum Kind: UInt8 {
    /// The function itself; a branch to it returns.
    case function
    case block, loop
    /// `if`, before its `else`.
    case `if`
    /// `if`, after its `else`.
    case `else`
    /// `if`, in a continuation that begins in its first arm, so that the other one is never reached.
    case rest
    /// `try`, before its first `catch`, and after that.
    case `try`, `catch`
  }

  var kind: Kind
  /// The number of operands below the block's parameters.
  var height: Int
  /// The index in `FunctionTranslator.blockTypes` of the types of the parameters, which the types of
  /// the results follow.
  var typeStart: Int
  var parameterCount: Int
  var resultCount: Int
  /// The target of branches: the header of a loop; for other blocks the code after the `end`, which
  /// is created for the first branch.
  var target = Block.none
  /// `if`: the block of the other arm, which is empty before the `else`.
  var otherwise = Block.none

  /// `loop`: the block that enters it, and the index of the innermost enclosing loop.
  var entrance = Block.none
  var outerLoop: Int?

  /// Whether the code that contains the block is cold.
  var wasCold = false
  /// `if`: whether its condition is likely to hold; nil without a branch hint.
  var isLikely: Bool?

  /// `try_table`: its clauses in `FunctionTranslator.handlers`.
  var handlers = 0..<0

  /// `catch`: the exception that has been caught, and whether the last handler catches all.
  var exception = Value.none
  var catchesAll = false

  init(_ kind: Kind, height: Int, typeStart: Int, parameterCount: Int, resultCount: Int) {
    self.kind = kind
    self.height = height
    self.typeStart = typeStart
    self.parameterCount = parameterCount
    self.resultCount = resultCount
  }

  /// The types of the values that a branch to the block passes, as indices in
  /// `FunctionTranslator.blockTypes`.
  var labelTypes: Range<Int> {
    kind == .loop
      ? typeStart..<typeStart + parameterCount : resultTypes
  }

  var resultTypes: Range<Int> {
    typeStart + parameterCount..<typeStart + parameterCount + resultCount
  }
}

/// Scratch storage for translating a `br_table`.
struct BranchTableScratch {
  /// The depth of each entry. The default is removed from the end.
  var depths: [UInt32] = []
  /// For each open block the destination of entries that target it, valid if the stamp is current.
  var calls: [(stamp: UInt32, call: BlockCall)] = []
  var stamp: UInt32 = 0
}
