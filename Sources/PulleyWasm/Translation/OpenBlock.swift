import PulleyIR

/// A block of the body that is open: where branches to it go, and what is on the stack then.
struct OpenBlock {
  enum Kind: UInt8 {
    /// The function itself; a branch to it returns.
    case function
    case block, loop
    /// `if`, before its `else`.
    case `if`
    /// `if`, after its `else`.
    case `else`
  }

  var kind: Kind
  /// How many operands are below those of the block, its parameters counted as its own.
  var height: Int
  /// Where the types of parameters, then results, stand in `FunctionTranslator.blockTypes`.
  var typeStart: Int
  var parameterCount: Int
  var resultCount: Int
  /// Where branches go: the header of a loop, and otherwise what follows the `end`, made when the
  /// first branch is.
  var target = Block.none
  /// Of an `if`: the other arm, of which nothing is there until an `else` is found.
  var otherwise = Block.none

  /// Of a `loop`: the block it is entered from, and the index of the next loop around it.
  var entrance = Block.none
  var outerLoop: Int?

  /// Whether what it is part of is hardly ever run.
  var wasCold = false
  /// Of an `if`: whether its condition mostly holds, if that is known.
  var isLikely: Bool?

  /// Of a `try_table`: its clauses in `FunctionTranslator.handlers`.
  var handlers = 0..<0

  init(_ kind: Kind, height: Int, typeStart: Int, parameterCount: Int, resultCount: Int) {
    self.kind = kind
    self.height = height
    self.typeStart = typeStart
    self.parameterCount = parameterCount
    self.resultCount = resultCount
  }

  /// The types that a branch to the block passes, in `FunctionTranslator.blockTypes`.
  var labelTypes: Range<Int> {
    kind == .loop
      ? typeStart..<typeStart + parameterCount : resultTypes
  }

  var resultTypes: Range<Int> {
    typeStart + parameterCount..<typeStart + parameterCount + resultCount
  }
}

/// Storage for translating a `br_table`.
struct BranchTableScratch {
  /// The depth of each entry, the default last.
  var depths: [UInt32] = []
  /// For each open frame the destination for entries that go there, if the stamp is current.
  var calls: [(stamp: UInt32, call: BlockCall)] = []
  var stamp: UInt32 = 0
}
