/// What reading and validating need to know about an operator, in a few bytes.
struct OpcodeEntry {
  var code: OperatorCode
  /// False for bytes that are no operator by themselves.
  var isOperator = false
  var immediates: ImmediateKind
  /// Whether the three fields below say all there is to say about the operator's type.
  var isFixed = false
  /// Raw values of `ValueType`, 0 for none: the operand on top, the one below, the result.
  var lastOperand: UInt8 = 0
  var firstOperand: UInt8 = 0
  var result: UInt8 = 0
  var operandCount: UInt8 = 0

  init(_ code: OperatorCode) {
    self.code = code
    immediates = code.immediates
    let signature = code.fixedSignature
    func number(_ type: ValueType?) -> UInt8 {
      UInt8(truncatingIfNeeded: type?.rawValue ?? 0)
    }
    lastOperand = number(signature.lastOperand)
    firstOperand = number(signature.firstOperand)
    result = number(signature.result)
    operandCount = lastOperand == 0 ? 0 : firstOperand == 0 ? 1 : 2
    isFixed = signature.isKnown && immediates != .memoryArgument
  }
}

/// The operators by their opcode: those of one byte at the place of that byte, those behind a
/// prefix at that prefix's place and what follows it.
///
/// Derived from `OperatorCode` when first needed and kept for good, so that readers can hold its
/// address: the lookup is the first step of everything that is done with function bodies.
enum OpcodeTable {
  static let miscellaneousStart = 256
  static let garbageCollectionStart = 288
  /// How many operators there is room for behind each of these prefixes.
  static let prefixedCount = 32

  // Unsafe only by its type: nobody writes to it once it is there.
  nonisolated(unsafe) static let entries: UnsafePointer<OpcodeEntry> = {
    let count = garbageCollectionStart + prefixedCount
    let table = UnsafeMutablePointer<OpcodeEntry>.allocate(capacity: count)
    table.initialize(repeating: OpcodeEntry(.unreachable), count: count)
    for code in OperatorCode.allCases {
      let position: Int
      switch code.rawValue {
      case OperatorCode.miscellaneousBase...:
        position = miscellaneousStart + Int(code.rawValue - OperatorCode.miscellaneousBase)
      case OperatorCode.garbageCollectionBase...:
        position =
          garbageCollectionStart + Int(code.rawValue - OperatorCode.garbageCollectionBase)
      default: position = Int(code.rawValue)
      }
      table[position] = OpcodeEntry(code)
      table[position].isOperator = true
    }
    return UnsafePointer(table)
  }()
}
