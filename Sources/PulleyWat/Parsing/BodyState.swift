import PulleyWasm

/// What is known while the instructions of a function or of a constant expression are read.
struct BodyState {
  /// A construct that is open.
  struct Frame {
    enum Kind {
      /// The function, or the list that an expression is all of.
      case body
      /// A folded instruction, whose operands come before it.
      case foldedPlain
      case foldedBlock
      /// A folded `if` in front of its `(then`.
      case foldedCondition
      case foldedThen, foldedAfterThen, foldedElse, foldedAfterElse
      case block, `if`, `else`
    }

    var kind: Kind
    /// Where the instruction stands in the text.
    var textOffset: Int
    /// Where the instruction, which is yet to be written, begins in `pending`.
    var pendingStart = 0
    var label: Symbol?
    var hint: UInt8?
  }

  /// The instructions so far.
  var bytes: [UInt8] = []
  var points: [SourcePoint] = []
  /// Folded instructions whose operands are being read, one behind the other.
  var pending: [UInt8] = []
  var frames: [Frame] = []

  /// What the label names stand for: how many blocks there are outside of each.
  var labelDepths = NameSpace()
  /// For each open block its name, and what that stood for outside of it.
  var labels: [(symbol: Symbol?, outer: UInt32?)] = []
  private var blockCount = 0
  private var labelNameMap = NameMap()
  var allLabelNames = NameMap()

  var localNames = NameSpace()
  var parameterCount = 0
  var localNameMap = NameMap()
  var allLocalNames = NameMap()

  /// Whether the instructions are those of a function.
  var isFunction = false
  /// The hint that waits for the branch it is about.
  var hint: UInt8?
  /// The function's hints: where in `bytes`, and what.
  var functionHints: [(offset: Int, value: UInt8)] = []
  /// The hints of all functions.
  var hints = NameMap()

  /// Reused, so that reading a list allocates nothing.
  var targets: [UInt32] = []

  /// Forgets the locals of the function before.
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
  /// - Parameter bodyOffset: how many bytes of the function stand in front of its instructions.
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

  /// Writes the instruction of a frame that was kept back.
  mutating func flush(_ frame: Frame) {
    mark(frame.textOffset)
    if let hint = frame.hint { functionHints.append((bytes.count, hint)) }
    bytes.append(contentsOf: pending[frame.pendingStart...])
    pending.removeSubrange(frame.pendingStart...)
  }

  /// Keeps back an instruction that has been written from `start` on.
  mutating func keepBack(from start: Int) -> Int {
    let pendingStart = pending.count
    pending.append(contentsOf: bytes[start...])
    bytes.removeSubrange(start...)
    return pendingStart
  }
}
