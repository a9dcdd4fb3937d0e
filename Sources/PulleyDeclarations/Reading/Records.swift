import PulleyText

extension DeclarationReader {
  /// Reads `struct` or `union` and what follows; the current token is this word.
  mutating func record(_ kind: Record.Kind) throws(DeclarationError) -> TypeUse {
    let start = token
    try advance()
    var attributes = Attributes()
    _ = try readAttributes(into: &attributes)
    var tag: Declarator.Name?
    if case .name(let text) = token.kind {
      tag = Declarator.Name(text: text, token: token)
      try advance()
    }
    guard token == .openBrace else {
      guard let tag else { throw expected("a tag or '{' after \(kind.rawValue)") }
      let record = try record(kind, tagged: tag)
      if attributes.isOpaque { scope.opaque.insert(record) }
      return scope.use(of: .record(record))
    }
    return try define(kind, tag, attributes, at: tag?.token ?? start)
  }

  func isOpaque(_ record: Record) -> Bool { scope.opaque.contains(record) }

  private mutating func newRecord(_ kind: Record.Kind, _ tag: String) -> Record {
    let record = Record(kind, tag: tag)
    scope.owner.add(record)
    return record
  }

  /// The record of a tag, which is declared if it is new.
  private mutating func record(
    _ kind: Record.Kind, tagged tag: Declarator.Name
  ) throws(DeclarationError) -> Record {
    if let known = scope.tags[tag.text] {
      guard known.keyword == kind.rawValue, case .record(let record) = known.type else {
        throw otherTag(tag, known)
      }
      return record
    }
    let record = newRecord(kind, tag.text)
    scope.tags[tag.text] = Scope.Tag(
      keyword: kind.rawValue, type: .record(record), place: tag.token.place)
    return record
  }

  func otherTag(_ tag: Declarator.Name, _ known: Scope.Tag) -> DeclarationError {
    error(
      "'\(VisibleText.name(tag.text))' is the tag of a \(known.keyword) "
        + "(\(lexer.files.describe(known.place)))", at: tag.token)
  }

  /// Reads the members of a record and completes it. If it is complete, they must be the same.
  private mutating func define(
    _ kind: Record.Kind, _ tag: Declarator.Name?, _ before: Attributes, at start: Token
  ) throws(DeclarationError) -> TypeUse {
    var record: Record
    var known: Record?
    if let tag {
      record = try self.record(kind, tagged: tag)
      if unfinished.contains(record) {
        throw error("'\(record.name)' is defined inside of its own definition", at: tag.token)
      }
      if record.definition != nil {
        known = record
        record = newRecord(kind, tag.text)
      }
    } else {
      record = newRecord(kind, "")
    }
    unfinished.insert(known ?? record)
    defer { unfinished.remove(known ?? record) }
    let limit = packing
    var body = try members(of: known ?? record)
    var attributes = before
    _ = try readAttributes(into: &attributes)
    if attributes.isOpaque { scope.opaque.insert(known ?? record) }
    if isOpaque(known ?? record) { return scope.use(of: .record(known ?? record)) }
    body.definition.isPacked = attributes.isPacked
    body.definition.alignment = attributes.alignment
    body.definition.largestMemberAlignment = limit
    if attributes.hasMixedAlignment { body.addMixedAlignment(of: record) }
    if usesKnownDeclarations {
      KnownDeclarations.addRules(to: &body.definition.members, ofTag: record.tag)
    }
    record.define(body.definition)
    if let known, let tag {
      guard isSame(known, record) else {
        let place = scope.tags[tag.text].map { lexer.files.describe($0.place) } ?? ""
        throw error("'\(known.name)' has other members than before (\(place))", at: tag.token)
      }
      return scope.use(of: .record(known))
    }
    if let tag { scope.tags[tag.text]?.place = tag.token.place }
    try computeLayouts(record, at: start)
    scope.measures[record] = body.measure
    if attributes.isTransparentUnion, let first = body.definition.members.first {
      scope.transparentUnions[record] = first.type
    }
    return scope.use(of: .record(record))
  }

  /// Computes the layouts now, so that records with records in them never need a deep recursion.
  private func computeLayouts(_ record: Record, at start: Token) throws(DeclarationError) {
    for model in DataModel.allCases {
      do throws(LayoutError) {
        _ = try record.layout(model)
      } catch {
        if error.isExcess { throw self.error("'\(error.type)' \(error.reason)", at: start) }
      }
    }
  }

  // MARK: Members

  /// The members of a record while they are read.
  private struct Body {
    var definition = Record.Definition(members: [])
    var measure = TypeUse.Measure()
    var names: Set<String> = []
    var rules: [(position: Int, Attributes)] = []

    /// Makes the record unusable whose alignment depends on the model.
    mutating func addMixedAlignment(of record: Record) {
      let type = UnsupportedType(
        record.name, because: "has an alignment that is another in the guest")
      definition.members.append(Record.Member(name: "", type: .unsupported(type)))
    }
  }

  private mutating func members(of record: Record) throws(DeclarationError) -> Body {
    let open = token
    try advance()
    var body = Body()
    body.measure = TypeUse.Measure(depth: 1, parts: 1, scalars: 0)
    while token != .closeBrace {
      switch token.kind {
      case .mark(.semicolon): try advance()
      case .keyword(.staticAssert): try skipStaticAssert()
      case .end: throw error("what begins here has no end", at: open)
      default: try member(into: &body, of: record)
      }
    }
    try advance()
    for (position, attributes) in body.rules {
      try setRules(ofMember: position, attributes, &body.definition.members)
    }
    return body
  }

  private mutating func member(into body: inout Body, of record: Record) throws(DeclarationError) {
    let start = token
    let specifiers = try specifiers()
    if specifiers.isTypedef || specifiers.isExtern || specifiers.isStatic {
      throw error("a member has no storage class", at: start)
    }
    if try accept(.semicolon) {
      // A record without a tag is an anonymous member. Other types only declare their tags.
      guard let inner = specifiers.use.isRecord, inner.tag.isEmpty else { return }
      try add(
        Declarator(use: specifiers.use, attributes: specifiers.attributes), bits: nil, to: &body,
        of: record, at: start)
      return
    }
    repeat {
      let start = token
      var member = Declarator(use: specifiers.use, attributes: specifiers.attributes)
      if token != .colon { member = try declarator(specifiers.use, specifiers.attributes) }
      let bits = try accept(.colon) ? try bitCount() : nil
      _ = try readAttributes(into: &member.attributes)
      if member.name == nil, bits == nil { throw expected("the name of a member") }
      try add(member, bits: bits, to: &body, of: record, at: member.name?.token ?? start)
    } while try accept(.comma)
    try expect(.semicolon, "after the member")
  }

  private mutating func bitCount() throws(DeclarationError) -> Int {
    let start = token
    guard let bits = try constantExpression().common, 0...128 ~= bits else {
      throw error("a bit-field has from 0 to 128 bits", at: start)
    }
    return bits
  }

  private mutating func add(
    _ declarator: Declarator, bits: Int?, to body: inout Body, of record: Record, at start: Token
  ) throws(DeclarationError) {
    var use = declarator.use
    var attributes = declarator.attributes
    if let mode = attributes.mode { use = use.withMode(mode) }
    if attributes.isVector { use = use.asVector }
    let name = declarator.name?.text ?? ""
    if let last = body.definition.members.last, case .array(_, count: nil) = last.type,
      record.kind == .structure
    {
      throw error(
        "only the last member of a structure can be an array without a count, as "
          + "'\(VisibleText.name(last.name))' is", at: start)
    }
    try checkComplete(use.type, name, of: record, at: start)
    try addNames(name, use, &body.names, at: start)
    if attributes.hasMixedAlignment {
      use = use.unsupported("\(use.type)", because: "has an alignment that is another in the guest")
    }
    if let alignment = use.alignment { attributes.align(alignment) }
    var member = Record.Member(
      name: name, type: use.type, bits: bits, alignment: attributes.alignment)
    member.isPacked = attributes.isPacked
    if !attributes.rules.isEmpty {
      body.rules.append((body.definition.members.count, attributes))
    }
    body.definition.members.append(member)
    body.measure.depth = max(body.measure.depth, use.measure.depth + 1)
    body.measure.scalars += use.measure.scalars
    if body.measure.isExcessive {
      throw error(
        "'\(record.name)' is nested more than \(TypeUse.Measure.deepest) deep, or has more than "
          + "\(TypeUse.Measure.mostScalars) scalars", at: start)
    }
  }

  /// Refuses members that have no size.
  private func checkComplete(
    _ type: CType, _ name: String, of record: Record, at start: Token
  ) throws(DeclarationError) {
    var element = type
    while case .array(let inner, _) = element { element = inner }
    let shown = VisibleText.name(name)
    switch element {
    case .record(let inner) where unfinished.contains(inner):
      throw error("'\(inner.name)' contains itself: use a pointer", at: start)
    case .record(let inner) where inner.definition == nil && !isOpaque(inner):
      throw error("the member '\(shown)' has the incomplete type '\(inner.name)'", at: start)
    case .void: throw error("the member '\(shown)' cannot have the type void", at: start)
    case .function:
      throw error("the member '\(shown)' cannot be a function: use a pointer", at: start)
    default: return
    }
  }

  /// The names of anonymous members are members' names at each level again.
  private static let deepestAnonymous = 16

  /// Adds the name of a member, or the names of an anonymous member's members.
  private func addNames(
    _ name: String, _ use: TypeUse, _ names: inout Set<String>, nesting: Int = 0, at start: Token
  ) throws(DeclarationError) {
    if !name.isEmpty {
      guard names.insert(name).inserted else {
        throw error("two members have the name '\(VisibleText.name(name))'", at: start)
      }
      return
    }
    guard nesting < Self.deepestAnonymous else {
      throw error(
        "anonymous members are nested more than \(Self.deepestAnonymous) deep", at: start)
    }
    guard let inner = use.isRecord, inner.tag.isEmpty else { return }
    for member in inner.definition?.members ?? [] {
      try addNames(member.name, TypeUse(member.type), &names, nesting: nesting + 1, at: start)
    }
  }
}
