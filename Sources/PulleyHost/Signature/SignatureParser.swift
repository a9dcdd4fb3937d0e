import PulleyDeclarations

/// Parses signatures: `result ( parameter , … )`.
///
/// A result is a type, or several types in parentheses. A parameter is a type, which may have a name
/// that the counts of arrays and buffers refer to. `SignatureParser+Types.swift` parses types.
struct SignatureParser {
  var scanner: SignatureScanner
  /// How many structures and callbacks contain the current position.
  var depth = 0

  /// The limit of `depth`.
  static let maximumDepth = 32

  init(_ text: String) {
    scanner = SignatureScanner(text)
  }

  mutating func parse() throws(HostSignatureError) -> HostSignature {
    let signature = try signature()
    guard scanner.isAtEnd else {
      throw scanner.error("nothing may follow the signature's ')'", at: scanner.nextOffset())
    }
    return signature
  }

  mutating func signature() throws(HostSignatureError) -> HostSignature {
    var (result, count) = try result()
    try scanner.expect("(", because: "after the result type")
    var parameters = ParameterList()
    if !scanner.take(")") {
      repeat {
        try parameter(into: &parameters)
      } while scanner.take(",")
      try scanner.expect(")", because: "or ',' after a parameter")
    }
    try parameters.closeBuffer()
    if let ellipsis = parameters.ellipsis, ellipsis.index == parameters.types.count {
      throw scanner.error(
        "the types of the variable arguments must follow '...'", at: ellipsis.offset)
    }
    try parameters.resolveCounts()
    if let count {
      result = result.counted(by: try parameters.resolve(count, ofResult: true))
    }
    return HostSignature(
      result: result, context: parameters.context, parameters: parameters.types,
      variadic: parameters.ellipsis.map { .fixed(from: $0.index) })
  }

  // Results

  private mutating func result() throws(HostSignatureError) -> (HostType, CountText?) {
    let offset = scanner.nextOffset()
    if scanner.peek(is: "(") { return (try severalResults(), nil) }
    let parsed = try type(expecting: "a result type", isResult: true)
    if parsed.isBuffer, parsed.count == nil || !scanner.peek(is: "(") {
      throw scanner.error(
        "'buf' cannot be a result without its length, as in 'buf(n)(size_t n)'", at: offset)
    }
    switch parsed.type {
    case .data(var data) where !data.isNullable && !data.isKept && !parsed.hasDirection:
      data.access = .read
      data.isNullable = true
      return (.data(data), parsed.count)
    case .handle(let handle) where !handle.isReleased: return (parsed.type, nil)
    case .data, .handle, .callback, .nullableString, .nullablePointer:
      throw scanner.error(
        "'\(parsed.type.word)' cannot be a result; a pointer into the guest's memory is 'ptr'",
        at: offset)
    default: return (parsed.type, nil)
    }
  }

  private mutating func severalResults() throws(HostSignatureError) -> HostType {
    let offset = scanner.nextOffset()
    try scanner.expect("(", because: "before several results")
    var members: [Record.Member] = []
    repeat {
      let start = scanner.nextOffset()
      let type = try element(expecting: "a result type")
      switch type {
      case .array, .record:
        throw scanner.error("'\(type.word)' cannot be one of several results", at: start)
      default: members.append(Record.Member(name: "", type: type))
      }
    } while scanner.take(",")
    try scanner.expect(")", because: "or ',' after a result type")
    guard (2...HostSignature.maximumParameterCount).contains(members.count) else {
      throw scanner.error(
        members.count < 2
          ? "one result is written without parentheses"
          : "more than \(HostSignature.maximumParameterCount) results", at: offset)
    }
    return .several(Record(.structure, tag: "", Record.Definition(members: members)))
  }

  // Parameters

  private mutating func parameter(into list: inout ParameterList) throws(HostSignatureError) {
    let offset = scanner.nextOffset()
    if list.count == HostSignature.maximumParameterCount {
      throw scanner.error(
        "more than \(HostSignature.maximumParameterCount) parameters", at: offset)
    }
    if try takeEllipsis(into: &list) { return }
    if let word = scanner.peekWord(),
      let argument = HostSignature.ContextArgument(rawValue: word)
    {
      try append(argument, at: offset, to: &list)
      return
    }
    let parsed = try type(expecting: "a parameter type")
    if parsed.type == .void {
      guard list.count == 0 && scanner.peek(is: ")") else {
        throw scanner.error("'void' must be the only parameter", at: offset)
      }
      return
    }
    if list.ellipsis != nil, let promoted = parsed.type.promoted {
      throw scanner.error(
        "C passes '\(parsed.type.word)' as '\(promoted.word)' after '...'", at: offset)
    }
    try list.append(parsed, at: offset)
    try takeName(for: &list)
  }

  private mutating func takeEllipsis(
    into list: inout ParameterList
  ) throws(HostSignatureError) -> Bool {
    let offset = scanner.nextOffset()
    guard scanner.takeEllipsis() else { return false }
    guard !list.types.isEmpty else {
      throw scanner.error("'...' must follow a parameter of the guest's", at: offset)
    }
    guard list.ellipsis == nil else { throw scanner.error("'...' occurs twice", at: offset) }
    try list.closeBuffer()
    list.ellipsis = ParameterList.Mark(index: list.types.count, offset: offset)
    return true
  }

  private mutating func append(
    _ argument: HostSignature.ContextArgument, at offset: Int, to list: inout ParameterList
  ) throws(HostSignatureError) {
    guard list.types.isEmpty else {
      throw scanner.error(
        "'\(argument.rawValue)' must come before the guest's parameters", at: offset)
    }
    guard !list.context.contains(argument) else {
      throw scanner.error("'\(argument.rawValue)' occurs twice", at: offset)
    }
    guard depth == 0 else {
      throw scanner.error("a callback has no '\(argument.rawValue)'", at: offset)
    }
    _ = scanner.word()
    list.context.append(argument)
  }
}

// Names

extension SignatureParser {
  /// Takes a name after a parameter's type, if there is one.
  private mutating func takeName(for list: inout ParameterList) throws(HostSignatureError) {
    let offset = scanner.nextOffset()
    guard let name = scanner.peekWord(), SignatureParser.isName(name) else { return }
    _ = scanner.word()
    try list.name(name, at: offset)
  }

  /// Whether a word is neither a number nor a word of signatures.
  static func isName(_ word: String) -> Bool {
    guard let first = word.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else { return false }
    return HostType(word: word) == nil && !reservedWords.contains(word)
  }

  private static let reservedWords: Set<String> = [
    "in", "out", "inout", "kept", "released", "struct", "union", "enum", "array", "callback",
    "handle", "instance", "userdata", "const", "volatile", "restrict", "long", "signed",
  ]
}
