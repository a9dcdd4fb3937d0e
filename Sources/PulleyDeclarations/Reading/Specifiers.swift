import PulleyText

/// What comes before the declarators of a declaration.
struct Specifiers: Sendable {
  var use: TypeUse
  var attributes = Attributes()
  var isTypedef = false
  var isExtern = false
  var isStatic = false
}

/// The words of an arithmetic type, in any order.
private struct TypeWords {
  var base: Keyword?
  var isSigned = false
  var isUnsigned = false
  var isShort = false
  var longs = 0
  var isComplex = false

  var isEmpty: Bool {
    base == nil && !isSigned && !isUnsigned && !isShort && longs == 0 && !isComplex
  }

  /// Whether the name of a type may follow, as in `_Complex _Float32`.
  var acceptsName: Bool { isEmpty || isComplex && base == nil && longs == 0 }

  /// Adds a word; false if it does not fit the others.
  mutating func add(_ word: Keyword) -> Bool {
    switch word {
    case .signed:
      guard !isUnsigned else { return false }
      isSigned = true
    case .unsigned:
      guard !isSigned, !isUnsigned else { return false }
      isUnsigned = true
    case .short:
      guard !isShort, longs == 0 else { return false }
      isShort = true
    case .long:
      guard !isShort, longs < 2 else { return false }
      longs += 1
    case .complex:
      isComplex = true
    default:
      guard base == nil else { return false }
      base = word
    }
    return true
  }

  /// The type; nil if the words do not fit together.
  var type: CType? {
    let hasSign = isSigned || isUnsigned
    if isComplex {
      let reason = "complex numbers have no conversion"
      return hasSign || isShort ? nil : .unsupported(UnsupportedType("_Complex", because: reason))
    }
    switch base {
    case .int?, nil:
      if isShort { return .integer(isUnsigned ? .uint16 : .int16) }
      switch longs {
      case 0: return .integer(isUnsigned ? .uint32 : .int32)
      case 1: return .integer(isUnsigned ? .unsignedLong : .long)
      default: return .integer(isUnsigned ? .uint64 : .int64)
      }
    case .char? where !isShort && longs == 0:
      return .integer(isUnsigned ? .uint8 : isSigned ? .int8 : .char)
    case .int128? where !isShort && longs == 0:
      return .integer(isUnsigned ? .uint128 : .int128)
    case .double? where !hasSign && !isShort && longs < 2:
      return .floating(longs == 1 ? .longDouble : .double)
    case let word? where !hasSign && !isShort && longs == 0:
      return Self.simple[word]
    default: return nil
    }
  }

  private static let simple: [Keyword: CType] = [
    .void: .void, .bool: .integer(.bool), .float: .floating(.float),
    .vaList: .unsupported(StandardTypes.vaList),
  ]
}

extension DeclarationReader {
  /// Whether a type or another specifier begins at the token.
  mutating func beginsType() throws(DeclarationError) -> Bool {
    switch token.kind {
    case .name(let name): return type(named: name) != nil
    case .keyword(let keyword): return keyword.beginsType
    default: return false
    }
  }

  func type(named name: String) -> TypeUse? {
    if let list = parameterLists.last, list[name] != nil { return nil }
    if let entity = scope.names[name] {
      guard case .type(let use) = entity.kind else { return nil }
      return use
    }
    return StandardTypes.predefined[name].map { TypeUse($0) }
  }

  /// Reads specifiers and qualifiers. There has to be a type among them.
  mutating func specifiers() throws(DeclarationError) -> Specifiers {
    let start = token
    var specifiers = Specifiers(use: TypeUse(.void))
    var words = TypeWords()
    var named: TypeUse?
    var isConst = false
    var isAtomic = false
    scan: while true {
      if try readAttributes(into: &specifiers.attributes) { continue }
      switch token.kind {
      case .name(let name) where named == nil && words.acceptsName:
        guard let use = type(named: name) else { break scan }
        named = use
      case .keyword(let keyword):
        switch keyword {
        case .typedef: specifiers.isTypedef = true
        case .extern:
          specifiers.isExtern = true
          if try peek().kind == .string { try advance() }
        case .static: specifiers.isStatic = true
        case .const: isConst = true
        case .inline, .register, .auto, .threadLocal, .noreturn, .constexpr, .volatile, .restrict,
          .nullability, .extension:
          break
        case .atomic:
          isAtomic = true
          guard try peek() == .openParenthesis, named == nil, words.isEmpty else { break }
          try advance()
          try advance()
          named = try typeName()
          guard token == .closeParenthesis else { throw expected("')' after the atomic type") }
        case .structure, .union, .enumeration, .typeof, .bitInt:
          guard named == nil, words.isEmpty else {
            throw error("this declaration has two types", at: token)
          }
          named = try constructedType(keyword)
          continue
        case .void, .char, .short, .int, .long, .signed, .unsigned, .float, .double, .bool,
          .complex, .int128, .vaList:
          guard named == nil || keyword == .complex, words.add(keyword) else {
            throw error("this word does not fit the type before it", at: token)
          }
        default: break scan
        }
      default: break scan
      }
      try advance()
    }
    specifiers.use = try use(words, named, from: start)
    specifiers.use.isConst = specifiers.use.isConst || isConst
    if isAtomic {
      specifiers.use = specifiers.use.unsupported(
        "_Atomic \(specifiers.use.type)", because: "is atomic, and a converted copy would not be")
    }
    applyTypeAttributes(&specifiers)
    return specifiers
  }

  private func use(
    _ words: TypeWords, _ named: TypeUse?, from start: Token
  ) throws(DeclarationError) -> TypeUse {
    if let named, words.isEmpty { return named }
    guard !words.isEmpty else { throw missingType() }
    guard let type = words.type else {
      throw error("these words make no type of C", at: start)
    }
    return TypeUse(type)
  }

  /// The error for a token where a type has to be.
  private func missingType() -> DeclarationError {
    guard case .name(let name) = token.kind else { return expected("a type") }
    let shown = VisibleText.name(name)
    if let tag = scope.tags[name] {
      return error("'\(shown)' is a tag: write '\(tag.keyword) \(shown)'", at: token)
    }
    if let entity = scope.names[name] {
      return error("expected a type, but '\(shown)' is \(entity.noun)", at: token)
    }
    var nearest = NearestName(to: name)
    for (candidate, entity) in scope.names {
      if case .type = entity.kind { nearest.consider(candidate) }
    }
    for candidate in StandardTypes.predefined.keys { nearest.consider(candidate) }
    for candidate in Self.typeWords { nearest.consider(candidate) }
    let hint = nearest.name.map { ": did you mean '\(VisibleText.name($0))'?" } ?? ""
    return error("unknown type '\(shown)'\(hint)", at: token)
  }

  private static let typeWords = [
    "char", "double", "enum", "extern", "float", "int", "long", "short", "signed", "static",
    "struct", "typedef", "union", "unsigned", "void",
  ]

  /// The type after `struct`, `union`, `enum`, `typeof` and the like, which is the current token.
  private mutating func constructedType(_ keyword: Keyword) throws(DeclarationError) -> TypeUse {
    try enter()
    defer { leave() }
    switch keyword {
    case .structure: return try record(.structure)
    case .union: return try record(.union)
    case .enumeration: return try enumeration()
    case .typeof: return try typeOf()
    default: break
    }
    let word = String(decoding: lexer.source.bytes[token.start..<token.end], as: UTF8.self)
    try advance()
    if token == .openParenthesis { try skipBalanced() }
    let type = UnsupportedType(word, because: "has no conversion between host and guest")
    return TypeUse(.unsupported(type))
  }

  private mutating func typeOf() throws(DeclarationError) -> TypeUse {
    try advance()
    try expect(.openParenthesis, "after typeof")
    let isType = try beginsType()
    let use = isType ? try typeName() : try expression().use
    try expect(.closeParenthesis, "after typeof")
    return use
  }

  /// A type as in a cast: specifiers and a declarator without a name.
  mutating func typeName() throws(DeclarationError) -> TypeUse {
    let specifiers = try specifiers()
    let declarator = try declarator(specifiers.use, specifiers.attributes)
    if let name = declarator.name { throw error("a name is not expected here", at: name.token) }
    return declarator.use
  }

  /// Applies the attributes that change the type of all declarators.
  func applyTypeAttributes(_ specifiers: inout Specifiers) {
    if let mode = specifiers.attributes.mode {
      specifiers.use = specifiers.use.withMode(mode)
      specifiers.attributes.mode = nil
    }
    if specifiers.attributes.isVector {
      specifiers.use = specifiers.use.asVector
      specifiers.attributes.isVector = false
    }
  }

  /// The size and alignment in each model; nil if a model has none.
  func extents(of use: TypeUse) -> PerModel<Extent>? {
    guard let host = try? use.type.extent(.host), let guest32 = try? use.type.extent(.guest32),
      let guest64 = try? use.type.extent(.guest64)
    else { return nil }
    return PerModel { model in
      var extent = model == .host ? host : model == .guest32 ? guest32 : guest64
      extent.alignment = max(extent.alignment, use.alignment ?? 1)
      return extent
    }
  }
}

extension TypeUse {
  /// The type with the width that the attribute `mode` names, as GCC names machine modes.
  func withMode(_ mode: String) -> TypeUse {
    var changed = self
    switch type {
    case .integer(let integer):
      let isSigned = integer.isSigned(.host)
      switch mode {
      case "QI", "byte": changed.type = .integer(isSigned ? .int8 : .uint8)
      case "HI": changed.type = .integer(isSigned ? .int16 : .uint16)
      case "SI": changed.type = .integer(isSigned ? .int32 : .uint32)
      case "DI": changed.type = .integer(isSigned ? .int64 : .uint64)
      case "TI": changed.type = .integer(isSigned ? .int128 : .uint128)
      case "word", "pointer", "unwind_word":
        changed.type = .integer(isSigned ? .pointerSized : .unsignedPointerSized)
      default: return unsupported("\(type)", because: "has the unknown mode '\(mode)'")
      }
    case .floating:
      switch mode {
      case "SF": changed.type = .floating(.float)
      case "DF": changed.type = .floating(.double)
      default: return unsupported("\(type)", because: "has the mode '\(mode)' without a conversion")
      }
    case .unsupported: break
    default: return unsupported("\(type)", because: "has the mode '\(mode)' of another type")
    }
    return changed
  }

  var asVector: TypeUse {
    unsupported("a vector of \(type)", because: "is a vector, which has no conversion")
  }
}

extension Keyword {
  var beginsType: Bool {
    switch self {
    case .typedef, .extern, .static, .register, .auto, .inline, .threadLocal, .noreturn,
      .constexpr, .const, .volatile, .restrict, .atomic, .nullability, .void, .char, .short, .int,
      .long, .signed, .unsigned, .float, .double, .bool, .complex, .int128, .structure, .union,
      .enumeration, .typeof, .vaList, .bitInt,
      .extension, .alignas, .attribute, .declspec:
      true
    case .asm, .alignof, .sizeof, .staticAssert, .offsetof, .pragma: false
    }
  }
}
