import PulleyText

extension DeclarationReader {
  enum EntityKind { case type, function, object }

  /// Adds what a declarator declares to the scope.
  mutating func declare(
    _ name: Declarator.Name, _ declarator: Declarator, _ specifiers: Specifiers, symbol: String?
  ) throws(DeclarationError) -> EntityKind {
    var use = declarator.use
    if let mode = declarator.attributes.mode { use = use.withMode(mode) }
    if declarator.attributes.isVector { use = use.asVector }
    if specifiers.isTypedef {
      try declareType(name, use, declarator.attributes)
      return .type
    }
    if case .function(let type) = use.type {
      var function = FunctionDeclaration(name: name.text, type: type, offset: name.token.start)
      function.owner = scope.owner
      function.symbol = symbol.map(Self.withoutUnderscore) ?? name.text
      // A body that is `extern inline` of GNU C is a copy of what the library exports.
      let hasBody = token == .openBrace
      let isCopy = declarator.attributes.isGNUInline || specifiers.isExtern
      function.isInline = specifiers.isStatic || hasBody && !isCopy
      try apply(declarator.attributes, to: &function)
      try declareFunction(function, at: name.token)
      return .function
    }
    if let known = scope.names[name.text] {
      guard case .object = known.kind else { throw collision(name.text, known, at: name.token) }
    }
    scope.names[name.text] = Scope.Entity(kind: .object(use), place: name.token.place)
    return .object
  }

  /// The linker on Apple's systems adds the underscore that an `asm` label has.
  private static func withoutUnderscore(_ symbol: String) -> String {
    #if canImport(Darwin)
      symbol.hasPrefix("_") ? String(symbol.dropFirst()) : symbol
    #else
      symbol
    #endif
  }

  private mutating func declareType(
    _ name: Declarator.Name, _ use: TypeUse, _ attributes: Attributes
  ) throws(DeclarationError) {
    var use = use
    use.type = StandardTypes.meaning(of: name.text, use.type)
    if let alignment = attributes.alignment { use = use.aligned(to: alignment) }
    if attributes.hasMixedAlignment {
      use = use.unsupported(name.text, because: "has an alignment that is another in the guest")
    }
    if let record = use.isRecord {
      if record.tag.isEmpty { record.setAlias(name.text) }
      if attributes.isTransparentUnion, let first = record.definition?.members.first {
        scope.transparentUnions[record] = first.type
      }
      if attributes.isOpaque { scope.opaque.insert(record) }
    }
    if let known = scope.names[name.text] {
      guard case .type(let before) = known.kind else {
        throw collision(name.text, known, at: name.token)
      }
      guard isSame(before.type, use.type) else {
        throw error(
          "'\(VisibleText.name(name.text))' is declared as '\(use.type)', but was '\(before.type)' "
            + "before (\(lexer.files.describe(known.place)))", at: name.token)
      }
      return
    }
    scope.names[name.text] = Scope.Entity(kind: .type(use), place: name.token.place)
  }

  private mutating func declareFunction(
    _ function: FunctionDeclaration, at start: Token
  ) throws(DeclarationError) {
    var function = function
    if usesKnownDeclarations { KnownDeclarations.addRules(to: &function) }
    scope.finalizers.formUnion(function.finalizerNames)
    guard let known = scope.names[function.name] else {
      scope.functionNames.append(function.name)
      scope.names[function.name] = Scope.Entity(kind: .function(function), place: start.place)
      return
    }
    guard case .function(var before) = known.kind else {
      throw collision(function.name, known, at: start)
    }
    guard isSame(.function(before.type), .function(function.type)) else {
      throw error(
        "'\(function)' is declared, but was '\(before)' before "
          + "(\(lexer.files.describe(known.place)))", at: start)
    }
    // The declaration that says more is kept, with the rules of both.
    if !before.type.hasPrototype { before.type = function.type }
    before.type.addRules(of: function.type)
    before.resultRules.add(function.resultRules)
    before.format = before.format ?? function.format
    before.isInline = before.isInline && function.isInline
    if before.symbol == before.name { before.symbol = function.symbol }
    scope.names[function.name]?.kind = .function(before)
  }
}

extension TypeUse {
  /// The type with the alignment of a `typedef`.
  fileprivate func aligned(to alignment: Int) -> TypeUse {
    if let own = try? type.extent(.host).alignment, own > alignment {
      return unsupported("\(type)", because: "has an alignment below the usual one")
    }
    var changed = self
    changed.alignment = max(alignment, self.alignment ?? 1)
    return changed
  }
}

/// Comparison of types that were declared twice.
extension DeclarationReader {
  /// Whether two types are compatible. Names and rules of parameters do not count.
  mutating func isSame(_ left: CType, _ right: CType) -> Bool {
    switch (left, right) {
    case (.void, .void): return true
    case (.integer(let first), .integer(let second)): return first == second
    case (.floating(let first), .floating(let second)): return first == second
    case (.pointer(let first), .pointer(let second)):
      return first.isConst == second.isConst && isSame(first.pointee, second.pointee)
    case (.array(let first, let count), .array(let second, let otherCount)):
      let isSameCount = count == nil || otherCount == nil || count == otherCount
      return isSameCount && isSame(first, second)
    case (.record(let first), .record(let second)):
      return isSame(first, second, isDefinition: false)
    case (.function(let first), .function(let second)): return isSame(first, second)
    case (.unsupported(let first), .unsupported(let second)): return first.name == second.name
    default: return false
    }
  }

  private mutating func isSame(_ left: FunctionType, _ right: FunctionType) -> Bool {
    guard isSame(left.result, right.result) else { return false }
    if !left.hasPrototype || !right.hasPrototype { return true }
    guard left.isVariadic == right.isVariadic, left.parameters.count == right.parameters.count
    else { return false }
    for (first, second) in zip(left.parameters, right.parameters)
    where !isSame(first.type, second.type) {
      return false
    }
    return true
  }

  /// Whether two definitions of one record have the same members.
  mutating func isSame(_ known: Record, _ record: Record) -> Bool {
    isSame(known, record, isDefinition: true)
  }

  /// Records with tags are the same if they are one record, others if they have the same members.
  ///
  /// A record that was found to be the same as an earlier one is remembered, so that types that
  /// share records are compared in linear time.
  private mutating func isSame(_ left: Record, _ right: Record, isDefinition: Bool) -> Bool {
    let first = scope.earlier[left] ?? left
    let second = scope.earlier[right] ?? right
    if first == second { return true }
    guard first.kind == second.kind, isDefinition || first.tag.isEmpty && second.tag.isEmpty,
      let known = first.definition, let other = second.definition,
      known.members.count == other.members.count, known.isPacked == other.isPacked,
      known.alignment == other.alignment,
      known.largestMemberAlignment == other.largestMemberAlignment
    else { return false }
    for (member, otherMember) in zip(known.members, other.members) {
      guard member.name == otherMember.name, member.bits == otherMember.bits,
        member.alignment == otherMember.alignment, member.isPacked == otherMember.isPacked,
        isSame(member.type, otherMember.type)
      else { return false }
    }
    scope.earlier[second] = first
    return true
  }
}
