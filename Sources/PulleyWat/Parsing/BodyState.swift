import PulleyWasm

/// The state of reading the instructions of a function or a constant expression.
struct BodyState {
  /// A construct whose end has not been read.
  struct Frame {
    enum Kind {
      /// The body of a function, or a constant expression.
      case body
      /// A folded instruction whose operands are being read.
      case foldedPlain
      case foldedBlock
      /// A folded `if` before its `(then`.
      case foldedCondition
      case foldedThen, foldedAfterThen
      /// A folded `try` before its `(do`.
      case foldedTry
      case foldedDo, foldedAfterDo, foldedCatch, foldedAfterCatch
      /// An `else` or `catch_all` in a folded block: after it, only the block's parenthesis may follow.
      case foldedLast, foldedAfterLast
      case block, `if`, `else`, `try`, `catch`, catchAll
    }

    var kind: Kind
    /// The position of the instruction in the text.
    var textOffset: Int
    /// The start of the encoded instruction in `pending`.
    var pendingStart = 0
    var label: Symbol?
    var hint: UInt8?
  }

  /// The encoded instructions so far.
  var bytes: [UInt8] = []
  var points: [SourcePoint] = []
  /// The encoded folded instructions whose operands are being read.
  var pending: [UInt8] = []
  var frames: [Frame] = []

  /// For each label name, the number of blocks outside its block.
  var labelDepths = NameSpace()
  /// For each open block its name, and the value of that name in `labelDepths` outside the block.
  var labels: [(symbol: Symbol?, outer: UInt32?)] = []
  private var blockCount = 0
  private var labelNameMap = NameMap()
  var allLabelNames = NameMap()

  var localNames = NameSpace()
  var parameterCount = 0
  var localNameMap = NameMap()
  var allLocalNames = NameMap()

  /// Whether the instructions are the body of a function.
  var isFunction = false
  /// The branch hint for the next instruction.
  var hint: UInt8?
  /// The branch hints of the function: the offset in `bytes`, and the value.
  var functionHints: [(offset: Int, value: UInt8)] = []
  /// The branch hints of all functions.
  var hints = NameMap()

  /// Scratch storage for the targets of a `br_table`.
  var targets: [UInt32] = []

  /// Clears the locals of the previous function.
  mutating func beginFunction() {
    localNames.removeAll()
    localNameMap.removeAll()
    parameterCount = 0
  }

  mutating func beginInstructions(isFunction: Bool) {
    self.isFunction = isFunction
    bytes.removeAll(keepingCapacity: true)
    points.removeAll(keepingCapacity: true)
    pending.removeAll(keepingCapacity: true)
    frames.removeAll(keepingCapacity: true)
    labels.removeAll(keepingCapacity: true)
    labelDepths.removeAll()
    labelNameMap.removeAll()
    functionHints.removeAll(keepingCapacity: true)
    blockCount = 0
    hint = nil
  }

  /// Adds the function's names and hints to those of all functions.
  ///
  /// - Parameter bodyOffset: the number of bytes of the function before its instructions.
  mutating func endFunction(_ index: UInt32, bodyOffset: Int) {
    addLocalNames(index)
    allLabelNames.append(Int(index), labelNameMap)
    if functionHints.isEmpty { return }
    var map = NameMap()
    for (offset, value) in functionHints { map.append(bodyOffset + offset, [value]) }
    hints.append(Int(index), map)
  }

  /// Adds the names of the function's parameters and locals to those of all functions.
  mutating func addLocalNames(_ index: UInt32) {
    allLocalNames.append(Int(index), localNameMap)
  }

  // MARK: Labels

  mutating func pushLabel(_ symbol: Symbol?, name: (Symbol) -> ArraySlice<UInt8>) {
    var outer: UInt32?
    if let symbol {
      outer = labelDepths[symbol]
      labelDepths[symbol] = UInt32(labels.count)
      labelNameMap.append(blockCount, name(symbol))
    }
    blockCount += 1
    labels.append((symbol, outer))
  }

  mutating func popLabel() {
    guard let (symbol, outer) = labels.popLast(), let symbol else { return }
    labelDepths[symbol] = outer
  }

  // MARK: Writing

  @inline(__always)
  mutating func mark(_ textOffset: Int) {
    points.append(SourcePoint(binary: bytes.count, text: textOffset))
  }

  /// Moves the instruction of a frame from `pending` to `bytes`.
  mutating func flush(_ frame: Frame) {
    mark(frame.textOffset)
    if let hint = frame.hint { functionHints.append((bytes.count, hint)) }
    bytes.append(contentsOf: pending[frame.pendingStart...])
    pending.removeSubrange(frame.pendingStart...)
  }

  /// Moves the instruction that starts at `start` from `bytes` to `pending`. Returns its position
  /// there.
  mutating func keepBack(from start: Int) -> Int {
    let pendingStart = pending.count
    pending.append(contentsOf: bytes[start...])
    bytes.removeSubrange(start...)
    return pendingStart
  }
}
