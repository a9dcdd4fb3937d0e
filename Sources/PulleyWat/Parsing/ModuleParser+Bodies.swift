import PulleySource
import PulleyWasm

extension ModuleParser {
  /// Reads instructions up to the parenthesis after the last one. The parenthesis is not read.
  ///
  /// Operands of folded instructions come before these in the binary format. The parser keeps
  /// unfinished instructions on its own stack, so that no text can exhaust the host's stack.
  mutating func parseInstructions() throws(TextError) {
    body.frames.append(BodyState.Frame(kind: .body, textOffset: cursor.offset))
    while true {
      if cursor.isAt(.rightParen), body.frames.count == 1 { break }
      try parseStep()
    }
    try checkNoHint()
    body.frames.removeLast()
  }

  /// Reads one instruction in folded form.
  mutating func parseFoldedInstruction() throws(TextError) {
    guard cursor.isAt(.leftParen) else { throw cursor.unexpectedToken() }
    body.frames.append(BodyState.Frame(kind: .body, textOffset: cursor.offset))
    repeat { try parseStep() } while body.frames.count > 1
    body.frames.removeLast()
  }

  @inline(__always)
  private mutating func parseStep() throws(TextError) {
    let token = cursor.token
    switch token.kind {
    case .keyword:
      guard let code = token.operatorCode, topTakesPlain else { throw cursor.unexpectedToken() }
      cursor.next()
      try parsePlain(code, token.offset)
    case .leftParen: try openParenthesis()
    case .rightParen: try closeParenthesis()
    case .annotation: try parseHint()
    default: throw cursor.unexpectedToken()
    }
  }

  private var top: BodyState.Frame { body.frames[body.frames.count - 1] }

  /// Whether instructions in plain form are allowed here.
  private var topTakesPlain: Bool {
    switch top.kind {
    case .foldedPlain, .foldedCondition, .foldedAfterThen, .foldedTry, .foldedAfterDo,
      .foldedAfterCatch, .foldedAfterLast:
      false
    case .body, .foldedBlock, .foldedThen, .foldedDo, .foldedCatch, .foldedLast, .block, .if,
      .else, .try, .catch, .catchAll:
      true
    }
  }

  // MARK: Plain form

  @inline(__always)
  private mutating func parsePlain(_ code: OperatorCode, _ textOffset: Int) throws(TextError) {
    switch code {
    case .block, .loop, .if, .try, .tryTable:
      let label = takeSymbol()
      body.mark(textOffset)
      try takeHint(code)
      try parseBlockHead(code)
      body.pushLabel(label) { symbols.name($0) }
      let kind: BodyState.Frame.Kind = code == .if ? .if : code == .try ? .try : .block
      body.frames.append(BodyState.Frame(kind: kind, textOffset: textOffset, label: label))
    case .else:
      guard top.kind == .if else { throw TextError("unexpected token else", at: textOffset) }
      try checkRepeatedLabel(top.label)
      try checkNoHint()
      body.mark(textOffset)
      body.bytes.append(.else)
      body.frames[body.frames.count - 1].kind = .else
    case .catch, .catchAll:
      guard top.kind == .try || top.kind == .catch else {
        throw TextError("unexpected token \(code.mnemonic)", at: textOffset)
      }
      if code == .catchAll || isAtTwoIndices { try checkRepeatedLabel(top.label) }
      try parseHandler(code, textOffset)
      body.frames[body.frames.count - 1].kind = code == .catch ? .catch : .catchAll
    case .delegate:
      guard top.kind == .try else { throw TextError("unexpected token delegate", at: textOffset) }
      if isAtTwoIndices { try checkRepeatedLabel(top.label) }
      try parseDelegate(textOffset)
    case .end:
      switch top.kind {
      case .block, .if, .else, .try, .catch, .catchAll: break
      default: throw TextError("unexpected token end", at: textOffset)
      }
      try checkRepeatedLabel(top.label)
      body.mark(textOffset)
      try closeBlock()
    default:
      body.mark(textOffset)
      try takeHint(code)
      try parseOperator(code)
    }
  }

  /// Whether an operator's index follows a label.
  private var isAtTwoIndices: Bool {
    guard cursor.isAt(.identifier) else { return false }
    let kind = cursor.peek(1).kind
    return kind == .identifier || kind == .number
  }

  /// Checks that the label after a word like `else` or `end`, if there is one, is that of the block.
  private mutating func checkRepeatedLabel(_ label: Symbol?) throws(TextError) {
    let token = cursor.token
    guard let symbol = takeSymbol() else { return }
    guard symbol == label else {
      throw TextError("mismatching label \(cursor.text(of: token))", at: token.offset)
    }
  }

  private mutating func closeBlock() throws(TextError) {
    try checkNoHint()
    body.bytes.append(.end)
    body.popLabel()
    body.frames.removeLast()
  }

  // MARK: Folded form

  private mutating func openParenthesis() throws(TextError) {
    let textOffset = cursor.offset
    let word = cursor.peek(1)
    switch (top.kind, word.keyword, word.operatorCode) {
    case (.foldedCondition, .then?, _):
      cursor.next()
      cursor.next()
      let last = body.frames.count - 1
      body.flush(top)
      body.pushLabel(top.label) { symbols.name($0) }
      body.frames[last].kind = .foldedThen
    case (.foldedAfterThen, _, .else?):
      cursor.next()
      cursor.next()
      body.mark(textOffset)
      body.bytes.append(.else)
      body.frames[body.frames.count - 1].kind = .foldedLast
    case (.foldedTry, .do?, _):
      cursor.next()
      cursor.next()
      body.frames[body.frames.count - 1].kind = .foldedDo
    case (.foldedAfterDo, _, .catch?), (.foldedAfterCatch, _, .catch?):
      cursor.next()
      cursor.next()
      try parseHandler(.catch, textOffset)
      body.frames[body.frames.count - 1].kind = .foldedCatch
    case (.foldedAfterDo, _, .catchAll?), (.foldedAfterCatch, _, .catchAll?):
      cursor.next()
      cursor.next()
      try parseHandler(.catchAll, textOffset)
      body.frames[body.frames.count - 1].kind = .foldedLast
    case (.foldedAfterDo, _, .delegate?):
      cursor.next()
      cursor.next()
      try parseDelegate(textOffset)
      try cursor.expect(.rightParen)
      try cursor.expect(.rightParen)
    case (.foldedAfterThen, _, _), (.foldedTry, _, _), (.foldedAfterDo, _, _),
      (.foldedAfterCatch, _, _), (.foldedAfterLast, _, _), (_, _, .else?), (_, _, .end?),
      (_, _, .catch?), (_, _, .catchAll?), (_, _, .delegate?), (_, _, nil):
      cursor.next()
      throw cursor.unexpectedToken()
    case (_, _, let code?):
      cursor.next()
      cursor.next()
      try parseFolded(code, word.offset)
    }
  }

  private mutating func parseFolded(_ code: OperatorCode, _ textOffset: Int) throws(TextError) {
    switch code {
    case .block, .loop, .try, .tryTable:
      let label = takeSymbol()
      body.mark(textOffset)
      try takeHint(code)
      try parseBlockHead(code)
      body.pushLabel(label) { symbols.name($0) }
      body.frames.append(
        BodyState.Frame(
          kind: code == .try ? .foldedTry : .foldedBlock, textOffset: textOffset, label: label))
    case .if:
      var frame = BodyState.Frame(kind: .foldedCondition, textOffset: textOffset)
      frame.label = takeSymbol()
      frame.hint = body.hint
      body.hint = nil
      let start = body.bytes.count
      try parseBlockHead(.if)
      frame.pendingStart = body.keepBack(from: start)
      body.frames.append(frame)
    default:
      let start = body.bytes.count
      let hint = body.hint
      body.hint = nil
      try checkTarget(code, hint, textOffset)
      body.mark(textOffset)
      try parseOperator(code)
      if cursor.take(.rightParen) {
        if let hint { body.functionHints.append((start, hint)) }
        return
      }
      body.points.removeLast()
      var frame = BodyState.Frame(kind: .foldedPlain, textOffset: textOffset)
      frame.pendingStart = body.keepBack(from: start)
      frame.hint = hint
      body.frames.append(frame)
    }
  }

  private mutating func closeParenthesis() throws(TextError) {
    let frame = top
    let last = body.frames.count - 1
    switch frame.kind {
    case .foldedPlain:
      try checkNoHint()
      body.flush(frame)
      body.frames.removeLast()
    case .foldedBlock, .foldedAfterThen, .foldedAfterDo, .foldedAfterCatch, .foldedAfterLast:
      body.mark(cursor.offset)
      try closeBlock()
    case .foldedThen:
      try checkNoHint()
      body.frames[last].kind = .foldedAfterThen
    case .foldedDo:
      try checkNoHint()
      body.frames[last].kind = .foldedAfterDo
    case .foldedCatch:
      try checkNoHint()
      body.frames[last].kind = .foldedAfterCatch
    case .foldedLast:
      try checkNoHint()
      body.frames[last].kind = .foldedAfterLast
    case .foldedCondition, .foldedTry, .body, .block, .if, .else, .try, .catch, .catchAll:
      throw cursor.unexpectedToken()
    }
    cursor.next()
  }

  // MARK: Blocks

  /// Reads and encodes the opcode, the type and the catch clauses of a block.
  private mutating func parseBlockHead(_ code: OperatorCode) throws(TextError) {
    body.bytes.append(code)
    let start = cursor.offset
    let index = try parseTypeIndex()
    let type = try parseFunctionType(naming: false)
    if let index {
      try check(type, against: index, at: start)
      body.bytes.append(s64: Int64(index))
    } else if type.parameters.isEmpty, type.results.count <= 1 {
      if let result = type.results.first {
        body.bytes.append(result)
      } else {
        body.bytes.append(0x40)
      }
    } else {
      body.bytes.append(s64: Int64(types.index(of: type)))
    }
    if code == .tryTable { try parseCatchClauses() }
  }

  /// Reads what follows `catch` or `catch_all`, and begins a part of the innermost block.
  private mutating func parseHandler(_ code: OperatorCode, _ textOffset: Int) throws(TextError) {
    try checkNoHint()
    body.mark(textOffset)
    body.bytes.append(code)
    if code == .catch { body.bytes.append(u32: try readIndex(.tag)) }
  }

  /// Reads the label after `delegate`, which is outside of the innermost block, and ends that block.
  private mutating func parseDelegate(_ textOffset: Int) throws(TextError) {
    try checkNoHint()
    body.popLabel()
    body.mark(textOffset)
    body.bytes.append(.delegate)
    body.bytes.append(u32: try readLabel())
    body.frames.removeLast()
  }

  private mutating func parseCatchClauses() throws(TextError) {
    var clauses: [UInt8] = []
    var count = 0
    while cursor.isAt(.leftParen), let (kind, hasTag) = Self.catchKind(cursor.peek(1)) {
      cursor.next()
      cursor.next()
      clauses.append(kind)
      if hasTag { clauses.append(u32: try readIndex(.tag)) }
      clauses.append(u32: try readLabel())
      try cursor.expect(.rightParen)
      count += 1
    }
    body.bytes.append(u32: count)
    body.bytes.append(contentsOf: clauses)
  }

  private static func catchKind(_ token: Token) -> (UInt8, hasTag: Bool)? {
    switch token.keyword {
    case .catch: (0, true)
    case .catchRef: (1, true)
    case .catchAll: (2, false)
    case .catchAllRef: (3, false)
    default: nil
    }
  }

  /// Reads a relative depth, or the name of an enclosing block.
  mutating func readLabel() throws(TextError) -> UInt32 {
    guard cursor.isAt(.identifier) else { return try cursor.readU32() }
    let token = cursor.next()
    if let depth = body.labelDepths[symbol(token)] {
      return UInt32(body.labels.count - 1) - depth
    }
    throw TextError("unknown label \(cursor.text(of: token))", at: token.offset)
  }

  // MARK: Branch hints

  private mutating func parseHint() throws(TextError) {
    guard cursor.annotationKind(of: cursor.token) == .branchHint else {
      throw cursor.unexpectedToken()
    }
    guard body.isFunction else {
      throw cursor.error("@metadata.code.branch_hint annotation: not in a function")
    }
    guard body.hint == nil else {
      throw cursor.error("@metadata.code.branch_hint annotation: duplicate annotation")
    }
    let start = cursor.offset
    cursor.next()
    let value = try cursor.readStrings()
    guard value == [0] || value == [1], cursor.take(.rightParen) else {
      throw TextError("@metadata.code.branch_hint annotation: malformed value", at: start)
    }
    body.hint = value[0]
  }

  /// Records the pending branch hint, if there is one, for the instruction that is encoded next.
  @inline(__always)
  private mutating func takeHint(_ code: OperatorCode) throws(TextError) {
    guard let hint = body.hint else { return }
    try checkTarget(code, hint, cursor.peek(-1).offset)
    body.functionHints.append((body.bytes.count, hint))
    body.hint = nil
  }

  private func checkTarget(
    _ code: OperatorCode, _ hint: UInt8?, _ textOffset: Int
  ) throws(TextError) {
    guard hint == nil || code == .if || code == .brIf else {
      throw TextError(
        "@metadata.code.branch_hint annotation: invalid target", at: textOffset)
    }
  }

  private func checkNoHint() throws(TextError) {
    guard body.hint == nil else {
      throw cursor.error("@metadata.code.branch_hint annotation: invalid target")
    }
  }
}
