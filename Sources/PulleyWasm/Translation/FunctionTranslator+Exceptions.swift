import PulleyIR

/// A clause of an open `try_table`.
struct ExceptionHandler {
  /// The tag that is caught; nil if all are.
  var tag: UInt32?
  /// The index in `control` of the block that the clause branches to.
  var target: Int
  /// The index in `handlers` of the first clause of the same `try_table`.
  var first: Int
}

/// Exceptions that the throwing function catches itself: a `throw` becomes a branch.
///
/// Exceptions that leave a function are not supported. A `throw` that its function may not catch
/// is refused, and so is a call inside a `try_table` that has clauses.
extension FunctionTranslator {
  mutating func translateException(_ rule: ExceptionRule, _ op: Operator) throws(WasmError) {
    switch rule {
    case .tryTable: try translateTryTable(op)
    case .throw: try translateThrow(op.index)
    case .throwReference, .try, .catch, .catchAll, .delegate, .rethrow: throw unsupported(op.code)
    }
  }

  private mutating func translateTryTable(_ op: Operator) throws(WasmError) {
    let first = handlers.count
    for clause in reader.catchClauses(of: op) {
      guard !clause.pushesReference else {
        throw unsupported(.tryTable, " with references to exceptions")
      }
      let target = control.count - 1 - Int(clause.label)
      handlers.append(ExceptionHandler(tag: clause.tag, target: target, first: first))
    }
    var frame = frame(.block, op.blockType)
    frame.handlers = first..<handlers.count
    control.append(frame)
  }

  /// Branches to the first clause that catches the exception. The innermost block comes first.
  private mutating func translateThrow(_ tag: UInt32) throws(WasmError) {
    var end = handlers.count
    while end > 0 {
      let first = handlers[end - 1].first
      passedCount += end - first
      try checkPassedCount()
      for index in first..<end {
        let handler = handlers[index]
        guard let caught = handler.tag, caught != tag else { return leave(handler.target) }
        guard mayBeSame(caught, tag) else { continue }
        let actual = load(.i64, context, layout.tag(Int(tag)), isConstant: true)
        let expected = load(.i64, context, layout.tag(Int(caught)), isConstant: true)
        branch(to: handler.target, if: Operand(IntCondition.equal, .i64, actual, expected))
      }
      end = first
    }
    throw unsupported(.throw, " where its function may not catch it")
  }

  /// Whether two tags may be the same at run time. A module can import one tag twice.
  private func mayBeSame(_ a: UInt32, _ b: UInt32) -> Bool {
    let (typeA, typeB) = (module.tags[Int(a)], module.tags[Int(b)])
    return Int(min(a, b)) < module.importedTagCount
      && module.canonicalTypes[Int(typeA)] == module.canonicalTypes[Int(typeB)]
  }

  func checkForHandlers() throws(WasmError) {
    if !handlers.isEmpty { throw unsupported(.tryTable, " around calls") }
  }
}
