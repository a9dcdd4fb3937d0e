import PulleyText

/// The attributes of a declaration that say something about layouts or calls.
struct Attributes: Sendable {
  var isPacked = false
  /// The largest of the attributes `aligned`, in bytes.
  var alignment: Int?
  /// Whether an alignment has other values in the guest.
  var hasMixedAlignment = false
  /// The argument of `mode`.
  var mode: String?
  var isVector = false
  var isTransparentUnion = false
  /// Whether the members of the record stay unknown, so that pointers to it are handles.
  var isOpaque = false
  var isGNUInline = false
  var rules: [Rule] = []

  /// An attribute that becomes part of `PointerRules` or a `FormatRule`.
  struct Rule: Sendable {
    enum Kind: Sendable {
      case format, access, nonNull, returnsNonNull
      case elements, sized, bytes, strings, kept, released, sentinel, output, inOut, sizeOf
      case deallocator, finalizer
    }

    enum Argument: Sendable {
      case number(Int)
      /// The name of a parameter or of a member, or a word such as `printf`.
      case name(String)
    }

    var kind: Kind
    var arguments: [Argument]
    var token: Token
  }

  mutating func align(_ alignment: Int) {
    self.alignment = max(self.alignment ?? 1, alignment)
  }

  mutating func add(_ other: Attributes) {
    isPacked = isPacked || other.isPacked
    if let alignment = other.alignment { align(alignment) }
    hasMixedAlignment = hasMixedAlignment || other.hasMixedAlignment
    mode = mode ?? other.mode
    isVector = isVector || other.isVector
    isTransparentUnion = isTransparentUnion || other.isTransparentUnion
    isOpaque = isOpaque || other.isOpaque
    isGNUInline = isGNUInline || other.isGNUInline
    rules += other.rules
  }
}

extension Attributes.Rule.Kind {
  fileprivate static let names: [String: Self] = [
    "format": .format, "access": .access, "nonnull": .nonNull, "returns_nonnull": .returnsNonNull,
    "counted_by": .elements, "counted_by_or_null": .elements, "sized_by": .sized,
    "sized_by_or_null": .sized, "pulley_bytes": .bytes, "pulley_strings": .strings,
    "pulley_kept": .kept, "pulley_released": .released, "pulley_sentinel": .sentinel,
    "pulley_out": .output, "pulley_in_out": .inOut,
    "pulley_size_of": .sizeOf, "malloc": .deallocator, "pulley_finalizer": .finalizer,
  ]

  init?(_ name: String) {
    guard let kind = Self.names[name] else { return nil }
    self = kind
  }
}

extension DeclarationReader {
  /// Reads attributes of all spellings, if there are any.
  mutating func readAttributes(into attributes: inout Attributes) throws(DeclarationError) -> Bool {
    var isAny = false
    while true {
      switch token.kind {
      case .keyword(.attribute), .keyword(.declspec):
        try advance()
        try expect(.openParenthesis, "after the word for attributes")
        let isDouble = try accept(.openParenthesis)
        try attributeList(into: &attributes, until: .closeParenthesis)
        try expect(.closeParenthesis, "after the attributes")
        if isDouble { try expect(.closeParenthesis, "after the attributes") }
      case .mark(.openBracket):
        guard try peek() == .openBracket else { return isAny }
        try advance()
        try advance()
        try attributeList(into: &attributes, until: .closeBracket)
        try expect(.closeBracket, "after the attributes")
        try expect(.closeBracket, "after the attributes")
      case .keyword(.alignas):
        try readAlignas(into: &attributes)
      default:
        return isAny
      }
      isAny = true
    }
  }

  private mutating func attributeList(
    into attributes: inout Attributes, until end: Mark
  ) throws(DeclarationError) {
    try enter()
    defer { leave() }
    while token != end {
      if try accept(.comma) { continue }
      let start = token
      guard var name = attributeWord else { throw expected("an attribute") }
      try advance()
      // `[[pulley::bytes(2)]]` is `pulley_bytes(2)`; other prefixes say whose attribute it is.
      if token == .other || token == .colon {
        while token == .other || token == .colon { try advance() }
        guard let own = attributeWord else { throw expected("an attribute") }
        name = name == "pulley" ? "pulley_\(own)" : own
        try advance()
      }
      try attribute(named: name, at: start, into: &attributes)
    }
  }

  /// The name of an attribute without the underscores around it; nil if the token is none.
  private var attributeWord: String? {
    switch token.kind {
    case .name, .keyword:
      let word = String(decoding: lexer.source.bytes[token.start..<token.end], as: UTF8.self)
      guard word.hasPrefix("__"), word.hasSuffix("__"), word.utf8.count > 4 else { return word }
      return String(word.dropFirst(2).dropLast(2))
    default: return nil
    }
  }

  private mutating func attribute(
    named name: String, at start: Token, into attributes: inout Attributes
  ) throws(DeclarationError) {
    if let kind = Attributes.Rule.Kind(name) {
      let arguments = try ruleArguments()
      attributes.rules.append(Attributes.Rule(kind: kind, arguments: arguments, token: start))
      return
    }
    switch name {
    case "packed": attributes.isPacked = true
    case "vector_size", "ext_vector_type", "neon_vector_type": attributes.isVector = true
    case "transparent_union": attributes.isTransparentUnion = true
    case "pulley_opaque": attributes.isOpaque = true
    case "gnu_inline": attributes.isGNUInline = true
    case "aligned", "align":
      guard token == .openParenthesis else {
        // The largest alignment of any type.
        attributes.align(16)
        return
      }
      try advance()
      try readAlignment(try constantExpression(), at: start, into: &attributes)
      try expect(.closeParenthesis, "after the alignment")
      return
    case "mode":
      try expect(.openParenthesis, "after mode")
      attributes.mode = attributeWord
      try advance()
      try expect(.closeParenthesis, "after the mode")
      return
    case _ where name.hasPrefix("pulley_"):
      let known = Attributes.Rule.Kind.names.keys.filter { $0.hasPrefix("pulley_") }.sorted()
      let nearest = NearestName.of(known + ["pulley_opaque"], to: name)
      throw error(
        "unknown attribute '\(VisibleText.name(name))'"
          + (nearest.map { ": did you mean '\($0)'?" } ?? ""), at: start)
    default: break
    }
    if token == .openParenthesis { try skipBalanced() }
  }

  /// The arguments of an attribute about pointers: `(read_only, 1, 2)`, `(count * size)` or none.
  private mutating func ruleArguments() throws(DeclarationError) -> [Attributes.Rule.Argument] {
    var arguments: [Attributes.Rule.Argument] = []
    guard try accept(.openParenthesis) else { return arguments }
    while token != .closeParenthesis {
      let start = token
      let next = try peek()
      if let word = attributeWord, next == .comma || next == .closeParenthesis || next == .star {
        arguments.append(.name(word))
        try advance()
        // The product of two is two arguments.
        if try accept(.star) { continue }
      } else {
        let constant = try constantExpression()
        guard let number = constant.common else {
          throw error("this number is another in the guest", at: start)
        }
        arguments.append(.number(number))
      }
      guard try accept(.comma) else { break }
    }
    try expect(.closeParenthesis, "after the attribute's arguments")
    return arguments
  }

  // MARK: Alignment

  private mutating func readAlignas(into attributes: inout Attributes) throws(DeclarationError) {
    try enter()
    defer { leave() }
    let start = token
    try advance()
    try expect(.openParenthesis, "after _Alignas")
    if try beginsType() {
      let use = try typeName()
      guard let extents = extents(of: use) else {
        throw error("'\(use.type)' has no alignment", at: start)
      }
      let alignment = IntegerConstant(.uint32) { Int64(extents[$0].alignment) }
      try readAlignment(alignment, at: start, into: &attributes)
    } else {
      try readAlignment(try constantExpression(), at: start, into: &attributes)
    }
    try expect(.closeParenthesis, "after _Alignas")
  }

  private func readAlignment(
    _ constant: IntegerConstant, at start: Token, into attributes: inout Attributes
  ) throws(DeclarationError) {
    guard let alignment = constant.common else {
      attributes.hasMixedAlignment = true
      return
    }
    // `_Alignas(0)` asks for nothing.
    if alignment == 0 { return }
    guard alignment > 0, alignment & (alignment - 1) == 0, alignment <= 1 << 16 else {
      throw error("an alignment is a power of two and at most 65536, not \(alignment)", at: start)
    }
    attributes.align(alignment)
  }
}
