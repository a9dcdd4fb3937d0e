import PulleyText

extension DeclarationReader {
  /// Reads `enum` and what follows; the current token is this word.
  mutating func enumeration() throws(DeclarationError) -> TypeUse {
    try advance()
    var attributes = Attributes()
    _ = try readAttributes(into: &attributes)
    var tag: Declarator.Name?
    if case .name(let text) = token.kind {
      tag = Declarator.Name(text: text, token: token)
      try advance()
    }
    var fixed: IntegerType?
    if token == .colon { fixed = try underlyingType() }
    guard token == .openBrace else {
      guard let tag else { throw expected("a tag or '{' after enum") }
      return TypeUse(try enumeration(tagged: tag, .integer(fixed ?? .uint32)))
    }
    if let tag { _ = try enumeration(tagged: tag, .integer(fixed ?? .uint32)) }
    let values = try enumerators(fixed)
    _ = try readAttributes(into: &attributes)
    var type = CType.integer(fixed ?? values.type(isPacked: attributes.isPacked))
    if let mode = attributes.mode { type = TypeUse(type).withMode(mode).type }
    if let tag, let known = scope.tags[tag.text] {
      if known.isCompleteEnumeration, known.type != type {
        let place = lexer.files.describe(known.place)
        throw error("'enum \(tag.text)' has other values than before (\(place))", at: tag.token)
      }
      scope.tags[tag.text]?.type = type
      scope.tags[tag.text]?.isCompleteEnumeration = true
    }
    return TypeUse(type)
  }

  /// Reads `: type` after an enumeration's tag (C23).
  private mutating func underlyingType() throws(DeclarationError) -> IntegerType {
    try advance()
    let start = token
    guard case .integer(let type) = try specifiers().use.type else {
      throw error("the type of an enumeration is an integer type", at: start)
    }
    return type
  }

  private mutating func enumeration(
    tagged tag: Declarator.Name, _ type: CType
  ) throws(DeclarationError) -> CType {
    if let known = scope.tags[tag.text] {
      guard known.keyword == "enum" else { throw otherTag(tag, known) }
      return known.type
    }
    scope.tags[tag.text] = Scope.Tag(keyword: "enum", type: type, place: tag.token.place)
    return type
  }

  /// The range of an enumeration's values in all models.
  private struct EnumeratorRange {
    var lowest: Int64 = 0
    /// Values beyond `Int64.max` count as negative ones of the type without a sign.
    var highest: UInt64 = 0

    mutating func add(_ constant: IntegerConstant) {
      for model in DataModel.allCases {
        let value = constant.values[model]
        if value < 0, constant.isSigned(model) {
          lowest = min(lowest, value)
        } else {
          highest = max(highest, UInt64(bitPattern: value))
        }
      }
    }

    /// The type that GCC and clang give the enumeration.
    func type(isPacked: Bool) -> IntegerType {
      let signed: [IntegerType] = isPacked ? [.int8, .int16, .int32, .int64] : [.int32, .int64]
      let unsigned: [IntegerType] =
        isPacked ? [.uint8, .uint16, .uint32, .uint64] : [.uint32, .uint64]
      if lowest == 0 {
        return unsigned.first { highest <= UInt64.max >> UInt64(64 - $0.size(.host) * 8) }
          ?? .uint64
      }
      return signed.first {
        let limit = Int64.max >> Int64(64 - $0.size(.host) * 8)
        return lowest >= -limit - 1 && highest <= UInt64(limit)
      } ?? .int64
    }
  }

  private mutating func enumerators(
    _ fixed: IntegerType?
  ) throws(DeclarationError) -> EnumeratorRange {
    let open = token
    try advance()
    var range = EnumeratorRange()
    var next: IntegerConstant? = IntegerConstant(fixed ?? .int32, 0)
    while token != .closeBrace {
      if token.kind == .end { throw error("what begins here has no end", at: open) }
      guard case .name(let name) = token.kind else { throw expected("an enumerator") }
      let start = token
      try advance()
      var ignored = Attributes()
      _ = try readAttributes(into: &ignored)
      if try accept(.equal) {
        next = try constantExpression()
        if let fixed { next = next?.converted(to: fixed) }
      }
      guard let value = next else {
        throw error("the value of '\(VisibleText.name(name))' is too large", at: start)
      }
      range.add(value)
      try declareEnumerator(name, value, at: start)
      next = value.successor
      guard try accept(.comma) else { break }
    }
    try expect(.closeBrace, "or ',' after the enumerator")
    return range
  }

  private mutating func declareEnumerator(
    _ name: String, _ value: IntegerConstant, at start: Token
  ) throws(DeclarationError) {
    if let known = scope.names[name] {
      guard case .enumerator(let before) = known.kind else {
        throw collision(name, known, at: start)
      }
      guard DataModel.allCases.allSatisfy({ before.values[$0] == value.values[$0] }) else {
        throw error(
          "'\(VisibleText.name(name))' has another value than before "
            + "(\(lexer.files.describe(known.place)))", at: start)
      }
      return
    }
    scope.names[name] = Scope.Entity(kind: .enumerator(value), place: start.place)
  }

  func collision(_ name: String, _ known: Scope.Entity, at token: Token) -> DeclarationError {
    error(
      "'\(VisibleText.name(name))' is \(known.noun) already (\(lexer.files.describe(known.place)))",
      at: token)
  }
}

extension IntegerConstant {
  /// The value of an enumerator after this one, in the next wider type if it has to be; nil if
  /// there is none.
  var successor: IntegerConstant? {
    let one = IntegerConstant(.int32, 1)
    var types: [IntegerType] = [type]
    if type.isSigned(.host) { types += [.int64] }
    types += [.uint64]
    for type in types {
      guard case .success(let sum) = converted(to: type).applying(.plus, one) else { continue }
      let grows = DataModel.allCases.allSatisfy { model in
        type.isSigned(model)
          ? sum.values[model] > values[model]
          : UInt64(bitPattern: sum.values[model]) > UInt64(bitPattern: values[model])
            && (values[model] >= 0 || !isSigned(model))
      }
      if grows { return sum }
    }
    return nil
  }
}
