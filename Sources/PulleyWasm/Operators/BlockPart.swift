/// The part of a block that is open, which says how the next part may begin.
package enum BlockPart: UInt8, Sendable {
  /// No other part follows.
  case last
  /// The first part of an `if`.
  case then
  /// The first part of a `try`, which may end with a `delegate`.
  case tried
  /// A part of a `try` that begins with a `catch`.
  case caught

  /// The first part of a block that this operator opens.
  package init(opening code: OperatorCode) {
    switch code {
    case .if: self = .then
    case .try: self = .tried
    default: self = .last
    }
  }

  /// The part that begins with an `else`, `catch` or `catch_all` here; nil if it must not.
  package func next(_ code: OperatorCode) -> BlockPart? {
    switch (self, code) {
    case (.then, .else): .last
    case (.tried, .catch), (.caught, .catch): .caught
    case (.tried, .catchAll), (.caught, .catchAll): .last
    default: nil
    }
  }
}

extension WasmError {
  /// The error of an `else`, `catch`, `catch_all` or `delegate` in a part where it must not occur.
  @inline(never)
  package static func misplaced(_ op: Operator) -> WasmError {
    let reason =
      switch op.code {
      case .catch, .catchAll: " without try, or after catch_all"
      case .delegate: " without try, or after catch"
      default: " without if"
      }
    return WasmError(
      .malformed, "END opcode expected: \(op.code.mnemonic)\(reason)", at: Int(op.offset))
  }
}
