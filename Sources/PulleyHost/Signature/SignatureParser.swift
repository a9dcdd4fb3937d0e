/// Parses signatures: `result ( parameter , … )`, where a type is one word or several words of C.
struct SignatureParser {
  private let text: [UInt8]
  private var position = 0

  init(_ text: String) {
    self.text = Array(text.utf8)
  }

  mutating func signature() throws(HostSignatureError) -> HostSignature {
    let resultOffset = nextOffset()
    let result = try type(expecting: "a result type")
    if result.isBuffer || result.isNullable {
      throw error(
        "'\(result.word)' cannot be a result; a pointer into the guest's memory is 'ptr'",
        at: resultOffset)
    }
    try expect("(", because: "after the result type")
    var parameters = ParameterList()
    if !take(")") {
      repeat {
        try parameter(into: &parameters)
      } while take(",")
      try expect(")", because: "or ',' after a parameter")
    }
    if let buffer = parameters.openBuffer {
      throw error("'buf' needs its length, an integer, as the next parameter", at: buffer)
    }
    let end = nextOffset()
    guard end == text.count else {
      throw error("nothing may follow the signature's ')'", at: end)
    }
    return HostSignature(
      result: result, context: parameters.context, parameters: parameters.types)
  }

  private struct ParameterList {
    var context: [HostSignature.ContextArgument] = []
    var types: [HostType] = []
    /// The offset of a buffer whose length has not been parsed yet.
    var openBuffer: Int?
    var count: Int { context.count + types.count }
  }

  private mutating func parameter(into list: inout ParameterList) throws(HostSignatureError) {
    let offset = nextOffset()
    if list.count == HostSignature.maximumParameterCount {
      throw error(
        "more than \(HostSignature.maximumParameterCount) parameters", at: offset)
    }
    if let argument = contextArgument() {
      try append(argument, at: offset, to: &list)
      return
    }
    let type = try type(expecting: "a parameter type")
    if type == .void {
      let isOnly = list.count == 0 && peek(is: ")")
      guard isOnly else {
        throw error("'void' must be the only parameter", at: offset)
      }
      return
    }
    if let buffer = list.openBuffer {
      guard type.isInteger else {
        throw error("'buf' needs its length, an integer, as the next parameter", at: buffer)
      }
      list.openBuffer = nil
    }
    if type.isBuffer {
      list.openBuffer = offset
    }
    list.types.append(type)
  }

  private func append(
    _ argument: HostSignature.ContextArgument, at offset: Int, to list: inout ParameterList
  ) throws(HostSignatureError) {
    guard list.types.isEmpty else {
      throw error("'\(argument.rawValue)' must come before the guest's parameters", at: offset)
    }
    guard !list.context.contains(argument) else {
      throw error("'\(argument.rawValue)' occurs twice", at: offset)
    }
    list.context.append(argument)
  }

  private mutating func contextArgument() -> HostSignature.ContextArgument? {
    let start = position
    if let word = word(), let argument = HostSignature.ContextArgument(rawValue: word) {
      return argument
    }
    position = start
    return nil
  }

  /// Parses the longest type name: all three words of `unsigned long long`.
  private mutating func type(expecting what: String) throws(HostSignatureError) -> HostType {
    let start = nextOffset()
    guard let first = word() else {
      throw error(explainMissing(what, at: start), at: start)
    }
    var phrase = first
    var found = HostType(word: phrase)
    var end = position
    // No type's name has more than four words ("unsigned long long int").
    for _ in 0..<3 {
      guard let next = word() else { break }
      phrase += " " + next
      if let longer = HostType(word: phrase) {
        found = longer
        end = position
      }
    }
    guard let found else {
      throw error(explainUnknown(first), at: start)
    }
    position = end
    if peek(is: "*") {
      throw error("pointers are written 'ptr', 'cstr', 'buf' or 'hostptr'", at: nextOffset())
    }
    if peek(is: "?") {
      let mark = nextOffset()
      guard let nullable = found.nullable else {
        throw error("'?' may follow 'ptr', 'cstr' and 'buf' only", at: mark)
      }
      position = mark + 1
      return nullable
    }
    return found
  }

  private func explainMissing(_ what: String, at offset: Int) -> String {
    if text[offset...].starts(with: "...".utf8) {
      return "variable arguments are not supported yet"
    }
    return offset == text.count ? "\(what) is missing" : "expected \(what)"
  }

  private func explainUnknown(_ word: String) -> String {
    switch word {
    case "const", "volatile", "restrict":
      "'\(word)' is not needed: pointers are written 'ptr', 'cstr', 'buf' or 'hostptr'"
    case "struct", "union": "structures are not supported yet"
    case "enum": "an enum is written as its integer type, mostly 'int'"
    default: "unknown type '\(word)'"
    }
  }

  private mutating func word() -> String? {
    let start = nextOffset()
    var end = start
    while end < text.count, isWordByte(text[end]) {
      end += 1
    }
    guard end > start else { return nil }
    position = end
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek(is: character) else { return false }
    position = nextOffset() + 1
    return true
  }

  private func peek(is character: Unicode.Scalar) -> Bool {
    let offset = nextOffset()
    return offset < text.count && text[offset] == UInt8(ascii: character)
  }

  private mutating func expect(
    _ character: Unicode.Scalar, because reason: String
  ) throws(HostSignatureError) {
    guard take(character) else {
      throw error("expected '\(character)' \(reason)", at: nextOffset())
    }
  }

  /// The offset of the next character that is not a blank, or the end.
  private func nextOffset() -> Int {
    var offset = position
    while offset < text.count, [9, 10, 13, 32].contains(text[offset]) {
      offset += 1
    }
    return offset
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private func error(_ message: String, at offset: Int) -> HostSignatureError {
    HostSignatureError(message: message, offset: offset)
  }
}
