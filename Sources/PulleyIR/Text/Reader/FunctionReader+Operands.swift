/// Parts of instructions and declarations.
extension FunctionReader {
  /// `+8`, `-0x10` or nothing.
  mutating func readOffset(bits: Int) throws(ClifError) -> Int64 {
    var isNegative = false
    switch cursor.token.kind {
    case .plus: cursor.advance()
    case .minus:
      isNegative = true
      cursor.advance()
    case .integer where cursor.bytes.first == UInt8(ascii: "+"),
      .integer where cursor.bytes.first == UInt8(ascii: "-"):
      break
    default: return 0
    }
    let refusal = cursor.refusal("`\(cursor.text)` is not an offset of \(bits) bits")
    let value = Int64(truncatingIfNeeded: try cursor.integer(bits: 64))
    let offset = isNegative ? 0 &- value : value
    guard bits == 64 || Int64(Int32(truncatingIfNeeded: offset)) == offset else { throw refusal }
    return offset
  }

  /// Flags, a trap code and an alias region, in any order.
  ///
  /// - Parameter isDeclaration: Whether the regions are still being declared, so that the region keeps
  ///   its number in the text.
  mutating func readMemoryFlags(
    _ data: inout InstructionData, isDeclaration: Bool = false
  ) throws(ClifError) {
    while true {
      if cursor.token.kind == .aliasRegion {
        guard data.aliasRegion.isNone else {
          throw cursor.refusal("cannot set more than one alias region")
        }
        let number = cursor.token.number
        data.aliasRegion = AliasRegion(number: isDeclaration ? number : ownRegion(number))
      } else if cursor.isWord("notrap") {
        data.flags.insert(.notrap)
        data.accessTrap = .none
      } else if cursor.isWord("aligned") {
        data.flags.insert(.aligned)
      } else if cursor.isWord("readonly") {
        data.flags.insert(.readonly)
      } else if cursor.isWord("can_move") {
        data.flags.insert(.canMove)
      } else if cursor.isWord("little") || cursor.isWord("big") {
        data.flags.insert(cursor.isWord("big") ? .big : .little)
        if data.flags.isSuperset(of: [.big, .little]) {
          throw cursor.refusal("cannot set both big and little endian bits")
        }
      } else if cursor.token.kind == .identifier, let code = TrapCode(name: cursor.text) {
        data.flags.remove(.notrap)
        data.accessTrap = code
      } else {
        return
      }
      cursor.advance()
    }
  }

  /// The number of a region. For one that is not declared, an invalid number, which the verifier
  /// reports.
  mutating func ownRegion(_ number: UInt32) -> UInt32 {
    if let own = aliasRegions[number] { return own }
    let own = UInt32(text.aliasRegions.numbers.count)
    text.aliasRegions.append(number, at: cursor.offset)
    aliasRegions.set(number, to: own)
    return own
  }

  mutating func readTrapCode() throws(ClifError) -> TrapCode {
    guard cursor.token.kind == .identifier, let code = TrapCode(name: cursor.text) else {
      throw cursor.error("expected a trap code")
    }
    cursor.advance()
    return code
  }

  mutating func readValue() throws(ClifError) -> Value {
    guard cursor.token.kind == .value else { throw cursor.error("expected a value") }
    guard let own = values[cursor.token.number] else {
      throw cursor.refusal("undefined operand value v\(cursor.token.number)")
    }
    cursor.advance()
    return Value(number: own)
  }

  mutating func readValues() throws(ClifError) -> ValueList {
    guard cursor.token.kind == .value else { return .empty }
    var list: [Value] = []
    repeat { list.append(try readValue()) } while cursor.takes(.comma)
    return function.makeList(list)
  }

  mutating func readBlock() throws(ClifError) -> Block {
    guard cursor.token.kind == .block else { throw cursor.error("expected a block") }
    defer { cursor.advance() }
    let number = cursor.token.number
    if let own = blocks[number] { return Block(number: own) }
    // An invalid reference, which the verifier reports.
    let own = UInt32(text.blocks.numbers.count)
    text.blocks.append(number, at: cursor.offset)
    blocks.set(number, to: own)
    return Block(number: own)
  }

  /// A block and its arguments. In an exception table, `results` returns the values of `ret0` and `exn0`.
  mutating func readBlockCall(
    _ results: TryResults? = nil
  ) throws(ClifError) -> BlockCall {
    let block = try readBlock()
    guard cursor.takes(.leftParenthesis) else { return BlockCall(block) }
    var list: [Value] = []
    while cursor.token.kind != .rightParenthesis {
      if let results, cursor.token.kind == .returnValue || cursor.token.kind == .exceptionValue {
        list.append(readTryResult(results))
      } else {
        list.append(try readValue())
      }
      guard cursor.takes(.comma) else { break }
    }
    try cursor.expect(.rightParenthesis, "')' after what a block is passed")
    return BlockCall(block, function.makeList(list))
  }

  /// The results that the current `try_call` will define.
  struct TryResults {
    var inst: Inst
    var first: UInt32
    var returnCount: Int
    var exceptionCount: Int
  }

  private mutating func readTryResult(_ results: TryResults) -> Value {
    defer { cursor.advance() }
    let number = cursor.token.number
    let isReturn = cursor.token.kind == .returnValue
    let count = isReturn ? results.returnCount : results.exceptionCount
    if Int(number) < count {
      return Value(
        number: results.first + number + (isReturn ? 0 : UInt32(results.returnCount)))
    }
    // There is no such result, which the verifier reports.
    impossibleValues.append(
      (number, .result(results.inst, index: isReturn ? .max : .max - 1)))
    return Value(number: UInt32(definitionOffsets.count + impossibleValues.count - 1))
  }

  // Constants

  /// `[1 2 3 4]`, or a hexadecimal number, which is extended with zeros.
  mutating func readConstantData(_ type: Type) throws(ClifError) -> ConstantData {
    let byteCount = type.bytes
    guard byteCount <= 16 else {
      throw cursor.refusal("constants of more than 16 bytes are not supported: \(type)")
    }
    guard cursor.token.kind == .leftBracket else {
      var data = try readHexConstant()
      guard Int(data.byteCount) <= byteCount else {
        throw cursor.refusal("expected a constant of \(byteCount) bytes")
      }
      data.byteCount = UInt8(byteCount)
      return data
    }
    cursor.advance()
    var bits: UInt128 = 0
    for lane in 0..<type.laneCount {
      let lanes =
        type.lane.isInteger
        ? try cursor.integer(bits: type.laneBits) : try cursor.float(type.lane)
      bits |= lanes << UInt128(lane * type.laneBits)
    }
    try cursor.expect(.rightBracket, "']' after as many numbers as there are lanes")
    var data = ConstantData(
      low: UInt64(truncatingIfNeeded: bits), high: UInt64(truncatingIfNeeded: bits >> 64))
    data.byteCount = UInt8(byteCount)
    return data
  }

  /// A byte for each pair of digits, the last byte first.
  mutating func readHexConstant() throws(ClifError) -> ConstantData {
    let refusal = cursor.error(
      "a constant has an even number of hexadecimal digits, up to 32")
    let digits = cursor.bytes.dropFirst(2).filter { $0 != UInt8(ascii: "_") }
    guard cursor.token.kind == .integer, cursor.bytes.starts(with: "0x".utf8),
      let bits = ClifNumber.magnitude(cursor.bytes), digits.count <= 32, digits.count % 2 == 0
    else { throw refusal }
    cursor.advance()
    var data = ConstantData(
      low: UInt64(truncatingIfNeeded: bits), high: UInt64(truncatingIfNeeded: bits >> 64))
    data.byteCount = UInt8(digits.count / 2)
    return data
  }
}

extension TrapCode {
  /// The trap code of a name.
  init?(name: String) {
    switch name {
    case "stk_ovf": self = .stackOverflow
    case "int_ovf": self = .integerOverflow
    case "heap_oob": self = .heapOutOfBounds
    case "int_divz": self = .integerDivisionByZero
    case "bad_toint": self = .badConversionToInteger
    default:
      guard name.hasPrefix("user"), let number = UInt8(name.dropFirst(4)),
        (1...250).contains(number)
      else { return nil }
      self = .user(number)
    }
  }
}
