import PulleyDeclarations

/// A type with the parts that the rest of the signature completes.
struct ParsedType {
  var type: HostType
  /// The number of elements or bytes, if the text gives it here.
  var count: CountText?
  /// Whether `in`, `out` or `inout` precedes.
  var hasDirection = false

  /// Whether the type is `buf`, with or without a direction.
  var isBuffer: Bool {
    guard case .data(let data) = type else { return type.isBuffer }
    return data.element == .void
  }
}

extension SignatureParser {
  /// Parses the type of a parameter or of a result.
  mutating func type(
    expecting what: String, isResult: Bool = false
  ) throws(HostSignatureError) -> ParsedType {
    let offset = scanner.nextOffset()
    let isKept = scanner.take(word: "kept")
    let isReleased = scanner.take(word: "released")
    let access = takeDirection()
    var parsed = try unqualified(access, expecting: what, isResult: isResult)
    parsed.hasDirection = access != nil
    if scanner.peek(is: "?") {
      let mark = scanner.nextOffset()
      guard let nullable = parsed.type.nullable else {
        throw scanner.error("'?' may follow a pointer into the guest's memory only", at: mark)
      }
      _ = scanner.take("?")
      parsed.type = nullable
    }
    if isKept {
      guard let kept = parsed.type.kept else {
        throw scanner.error(
          "'kept' may precede callbacks, arrays and in, out and inout", at: offset)
      }
      parsed.type = kept
    }
    if isReleased {
      guard case .handle(var handle) = parsed.type else {
        throw scanner.error("'released' may precede handles only", at: offset)
      }
      handle.isReleased = true
      parsed.type = .handle(handle)
    }
    return parsed
  }

  private mutating func takeDirection() -> PointerRules.Access? {
    if scanner.take(word: "in") { return .read }
    if scanner.take(word: "out") { return .write }
    if scanner.take(word: "inout") { return .readWrite }
    return nil
  }

  private mutating func unqualified(
    _ access: PointerRules.Access?, expecting what: String, isResult: Bool
  ) throws(HostSignatureError) -> ParsedType {
    if scanner.take(word: "array") {
      try scanner.expect("(", because: "after 'array'")
      let element = try element(expecting: "the type of the elements")
      try scanner.expect(",", because: "before the number of elements")
      let count = try count()
      try scanner.expect(")", because: "after the number of elements")
      let data = PointedData(element, access: access ?? .readWrite, isNullable: false)
      return ParsedType(type: .data(data), count: count)
    }
    if scanner.take(word: "buf") {
      let data = PointedData(.void, access: access ?? .readWrite, isNullable: false)
      guard scanner.take("(") else {
        return ParsedType(type: access == nil ? .buffer : .data(data))
      }
      // `buf(i32)` is a result without a length; the caller explains that.
      if isResult, let word = scanner.peekWord(), !SignatureParser.isCount(word) {
        return ParsedType(type: .buffer)
      }
      let count = try count()
      try scanner.expect(")", because: "after the number of bytes")
      return ParsedType(type: .data(data), count: count)
    }
    if let access {
      let element = try element(expecting: "the type of the data")
      return ParsedType(
        type: .data(PointedData(element, access: access, isNullable: false)))
    }
    if scanner.peekWord() == "struct" { return ParsedType(type: .structure(try structure())) }
    if scanner.take(word: "callback") { return ParsedType(type: try callback()) }
    if scanner.take(word: "handle") {
      return ParsedType(type: .handle(HandleType(name: try incompleteRecord().name)))
    }
    let scalar = try scalar(expecting: what)
    if scalar == .string, !isResult, scanner.take("(") {
      let maximum = try number("the number of bytes before the NUL")
      try scanner.expect(")", because: "after the number of bytes")
      return ParsedType(type: .limitedString(maximum: maximum, isNullable: false))
    }
    return ParsedType(type: scalar)
  }

  private mutating func callback() throws(HostSignatureError) -> HostType {
    try enter(at: scanner.nextOffset())
    defer { depth -= 1 }
    try scanner.expect("(", because: "after 'callback'")
    let signature = try signature()
    try scanner.expect(")", because: "after the callback's signature")
    return .callback(CallbackType(signature, isNullable: false))
  }

  /// The caller subtracts 1 from `depth` at the end.
  private mutating func enter(at offset: Int) throws(HostSignatureError) {
    guard depth < SignatureParser.maximumDepth else {
      throw scanner.error(
        "more than \(SignatureParser.maximumDepth) structures and callbacks are nested",
        at: offset)
    }
    depth += 1
  }

  // Types of data

  /// Parses a type of data in memory.
  mutating func element(expecting what: String) throws(HostSignatureError) -> CType {
    let offset = scanner.nextOffset()
    var type: CType
    if scanner.peekWord() == "struct" {
      type = .record(try structure())
    } else if scanner.take(word: "handle") {
      type = .pointer(PointerType(to: .record(try incompleteRecord())))
    } else {
      let scalar = try scalar(expecting: what)
      guard let data = CType(scalar) else {
        throw scanner.error("'\(scalar.word)' has no form in memory", at: offset)
      }
      type = data
    }
    var dimensions: [Int] = []
    while scanner.take("[") {
      guard dimensions.count < SignatureParser.maximumDepth else {
        throw scanner.error(
          "more than \(SignatureParser.maximumDepth) dimensions", at: scanner.nextOffset())
      }
      dimensions.append(try number("the number of elements"))
      try scanner.expect("]", because: "after the number of elements")
    }
    for dimension in dimensions.reversed() {
      type = .array(type, count: dimension)
    }
    try checkSize(of: type, at: offset)
    return type
  }

  private func checkSize(of type: CType, at offset: Int) throws(HostSignatureError) {
    do throws(LayoutError) {
      _ = try type.extent(.host)
    } catch {
      throw scanner.error(error.description, at: offset)
    }
  }

  private mutating func structure() throws(HostSignatureError) -> Record {
    let offset = scanner.nextOffset()
    _ = scanner.take(word: "struct")
    guard scanner.take("{") else {
      throw scanner.error(
        "structures are written with their members, as in 'struct{i32, f64}'", at: offset)
    }
    try enter(at: offset)
    defer { depth -= 1 }
    var members: [Record.Member] = []
    repeat {
      let type = try element(expecting: "the type of a member")
      var name = ""
      if let word = scanner.peekWord(), SignatureParser.isName(word) {
        name = word
        _ = scanner.word()
      }
      members.append(Record.Member(name: name, type: type))
    } while scanner.take(",")
    try scanner.expect("}", because: "or ',' after a member")
    let record = Record(.structure, tag: "", Record.Definition(members: members))
    try checkSize(of: .record(record), at: offset)
    return record
  }

  /// Parses what follows the word `handle`: a name in parentheses, `(FILE)` or `(struct sqlite3)`.
  private mutating func incompleteRecord() throws(HostSignatureError) -> Record {
    try scanner.expect("(", because: "after 'handle'")
    let kind: Record.Kind? =
      scanner.take(word: "struct") ? .structure : scanner.take(word: "union") ? .union : nil
    let offset = scanner.nextOffset()
    guard let name = scanner.word(), SignatureParser.isName(name) else {
      throw scanner.error(
        "expected the name of an incomplete type, as in 'handle(FILE)'", at: offset)
    }
    try scanner.expect(")", because: "after the name")
    let record = Record(kind ?? .structure, tag: kind == nil ? "" : name)
    record.setAlias(name)
    return record
  }

  // Counts

  private mutating func count() throws(HostSignatureError) -> CountText {
    if let word = scanner.peekWord(), !SignatureParser.isName(word) {
      return .constant(try number("a number or a parameter's name"))
    }
    let first = try countName()
    guard scanner.take("*") else { return .name(first) }
    return .product(first, try countName())
  }

  private mutating func countName() throws(HostSignatureError) -> CountText.Name {
    let offset = scanner.nextOffset()
    guard let word = scanner.word(), SignatureParser.isName(word) else {
      throw scanner.error("expected a number or a parameter's name", at: offset)
    }
    return CountText.Name(text: word, offset: offset)
  }

  private mutating func number(_ what: String) throws(HostSignatureError) -> Int {
    let offset = scanner.nextOffset()
    guard let word = scanner.word(), let number = Int(word), number > 0, number <= Layout.largest
    else {
      throw scanner.error("expected \(what), at least 1 and at most \(Layout.largest)", at: offset)
    }
    return number
  }

  private static func isCount(_ word: String) -> Bool { isName(word) || Int(word) != nil }

  // Words

  /// Parses the longest type name: all three words of `unsigned long long`.
  private mutating func scalar(expecting what: String) throws(HostSignatureError) -> HostType {
    let start = scanner.nextOffset()
    guard let first = scanner.word() else {
      throw scanner.error(explainMissing(what, at: start), at: start)
    }
    var phrase = first
    var found = HostType(word: phrase)
    var ahead = scanner
    // No type's name has more than four words ("unsigned long long int").
    for _ in 0..<3 {
      guard let next = ahead.word() else { break }
      phrase += " " + next
      if let longer = HostType(word: phrase) {
        found = longer
        scanner = ahead
      }
    }
    guard let found else {
      throw scanner.error(explainUnknown(first), at: start)
    }
    if scanner.peek(is: "*") {
      throw scanner.error(
        "pointers are written 'ptr', 'cstr', 'buf', 'hostptr', or as 'out i32' and 'array(i32, n)'",
        at: scanner.nextOffset())
    }
    return found
  }

  private func explainMissing(_ what: String, at offset: Int) -> String {
    offset == scanner.text.count ? "\(what) is missing" : "expected \(what)"
  }

  private func explainUnknown(_ word: String) -> String {
    switch word {
    case "const", "volatile", "restrict":
      "'\(word)' is not needed: pointers are written 'ptr', 'cstr', 'buf' or 'hostptr'"
    case "union": "unions are not words of signatures"
    case "enum": "an enum is written as its integer type, mostly 'int'"
    default: "unknown type '\(word)'"
    }
  }
}
