/// What reading and validating need to know about an operator, in a few bytes.
struct OpcodeEntry {
  var code: OperatorCode
  /// False for bytes that are no operator by themselves.
  var isOperator = false
  var immediates: ImmediateKind
  /// Whether the three fields below say all there is to say about the operator's type.
  var isFixed = false
  /// Raw values of `ValueType`, 0 for none: the operand on top, the ones below, the result.
  var lastOperand: UInt8 = 0
  var middleOperand: UInt8 = 0
  var firstOfThree: UInt8 = 0
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
    middleOperand = number(signature.middleOperand)
    firstOfThree = number(signature.firstOfThree)
    result = number(signature.result)
    operandCount = lastOperand == 0 ? 0 : middleOperand == 0 ? 1 : firstOfThree == 0 ? 2 : 3
    isFixed =
      signature.isKnown && immediates != .memoryArgument && code.laneCount == 0
      && immediates != .shuffle && result != 0
  }
}

/// The operators by their opcode: those of one byte at the place of that byte, those behind a
/// prefix at that prefix's place and what follows it.
///
/// Derived from `OperatorCode` when first needed and kept for good, so that readers can hold its
/// address: the lookup is the first step of everything that is done with function bodies.
enum OpcodeTable {
  static let miscellaneousStart = 0x100
  static let garbageCollectionStart = 0x120
  static let atomicStart = 0x140
  static let vectorStart = 0x1C0
  static let count = 0x300

  /// Where the operators behind a prefix byte are, and how many there is room for.
  @inline(__always)
  static func operators(behindPrefix byte: UInt8) -> Range<Int>? {
    switch byte {
    case 0xFB: garbageCollectionStart..<atomicStart
    case 0xFC: miscellaneousStart..<garbageCollectionStart
    case 0xFD: vectorStart..<count
    case 0xFE: atomicStart..<vectorStart
    default: nil
    }
  }

  // Unsafe only by its type: nobody writes to it once it is there.
  nonisolated(unsafe) static let entries: UnsafePointer<OpcodeEntry> = {
    let table = UnsafeMutablePointer<OpcodeEntry>.allocate(capacity: count)
    table.initialize(repeating: OpcodeEntry(.unreachable), count: count)
    for code in OperatorCode.allCases {
      let position: Int
      switch code.rawValue {
      case OperatorCode.atomicBase...:
        position = atomicStart + Int(code.rawValue - OperatorCode.atomicBase)
      case OperatorCode.vectorBase...:
        position = vectorStart + Int(code.rawValue - OperatorCode.vectorBase)
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
