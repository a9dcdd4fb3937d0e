import PulleyText

/// A declarator with the type that it gives its name.
struct Declarator: Sendable {
  struct Name: Sendable {
    var text: String
    var token: Token
  }

  /// Nil in a parameter or a type without a name.
  var name: Name?
  var use: TypeUse
  /// Attributes of the specifiers and of the declarator.
  var attributes: Attributes
  /// The count of a parameter that is declared as an array.
  var count: DeclarationReader.ArrayCount = .none
}

extension DeclarationReader {
  enum ArrayCount: Sendable {
    case none
    case known(Int)
    case different(String)
    /// A parameter of the same list, or an expression of them.
    case variable(position: Int?)
  }

  /// A step from a declared name to its type, nearest to the name first.
  private enum Derivation {
    case pointer(isConst: Bool)
    case block
    case array(ArrayCount, Token)
    case function(Parameters, Token)
  }

  private struct Parameters {
    var list: [Parameter] = []
    var measures: [TypeUse.Measure] = []
    var isVariadic = false
    var hasPrototype = true
  }

  /// A declarator's parts before the type is applied.
  private struct Shape {
    var name: Declarator.Name?
    var derivations: [Derivation] = []
    var attributes: Attributes
    var isAtomic = false
  }

  mutating func declarator(
    _ base: TypeUse, _ attributes: Attributes
  ) throws(DeclarationError) -> Declarator {
    let start = token
    var shape = Shape(attributes: attributes)
    try read(&shape)
    var use = base
    for (index, derivation) in shape.derivations.enumerated().reversed() {
      if index > 0, case .array(.variable, _) = derivation {
        use = use.unsupported("an array", because: "has a count that is known only in a call")
        continue
      }
      use = try derive(use, derivation, at: shape.name?.token ?? start)
    }
    if case .array = use.type { try checkSize(use.type, at: shape.name?.token ?? start) }
    if shape.isAtomic {
      use = use.unsupported("_Atomic \(use.type)", because: "is atomic, and a copy would not be")
    }
    var declarator = Declarator(name: shape.name, use: use, attributes: shape.attributes)
    if case .array(let count, _)? = shape.derivations.first { declarator.count = count }
    return declarator
  }

  private mutating func read(_ shape: inout Shape) throws(DeclarationError) {
    try enter()
    defer { leave() }
    let pointers = try readPointers(&shape)
    _ = try readAttributes(into: &shape.attributes)
    if case .name(let text) = token.kind {
      shape.name = Declarator.Name(text: text, token: token)
      try advance()
    } else if token == .openParenthesis, try beginsNestedDeclarator() {
      try advance()
      _ = try readAttributes(into: &shape.attributes)
      try read(&shape)
      try expect(.closeParenthesis, "after the declarator")
    }
    while true {
      if token == .openBracket {
        if try readAttributes(into: &shape.attributes) { continue }
        let open = token
        shape.derivations.append(.array(try arrayCount(), open))
      } else if token == .openParenthesis {
        let open = token
        shape.derivations.append(.function(try parameters(), open))
      } else {
        break
      }
      try checkLength(shape)
    }
    shape.derivations += pointers
    try checkLength(shape)
  }

  private func checkLength(_ shape: Shape) throws(DeclarationError) {
    if shape.derivations.count > TypeUse.Measure.deepest {
      throw error(TypeUse.Measure.excess, at: token)
    }
  }

  /// Pointers, the last one first.
  private mutating func readPointers(_ shape: inout Shape) throws(DeclarationError) -> [Derivation]
  {
    var pointers: [Derivation] = []
    while true {
      switch token.kind {
      case .mark(.star): pointers.append(.pointer(isConst: false))
      case .mark(.caret): pointers.append(.block)
      case .keyword(.const) where !pointers.isEmpty:
        if case .pointer = pointers[pointers.count - 1] {
          pointers[pointers.count - 1] = .pointer(isConst: true)
        }
      case .keyword(.atomic): shape.isAtomic = true
      case .keyword(.volatile), .keyword(.restrict), .keyword(.nullability), .keyword(.extension):
        break
      case .keyword(.attribute), .keyword(.declspec):
        _ = try readAttributes(into: &shape.attributes)
        continue
      default:
        return pointers.reversed()
      }
      guard pointers.count <= TypeUse.Measure.deepest else {
        throw error(TypeUse.Measure.excess, at: token)
      }
      try advance()
    }
  }

  /// Whether the parenthesis holds a declarator; otherwise parameters of a function without a name.
  private mutating func beginsNestedDeclarator() throws(DeclarationError) -> Bool {
    switch try peek().kind {
    case .mark(.star), .mark(.caret), .mark(.openParenthesis), .mark(.openBracket): true
    case .keyword(.attribute), .keyword(.declspec): true
    case .name(let name): type(named: name) == nil
    default: false
    }
  }

  // MARK: Arrays

  private mutating func arrayCount() throws(DeclarationError) -> ArrayCount {
    try enter()
    defer { leave() }
    let open = token
    try advance()
    while case .keyword(let keyword) = token.kind,
      [.static, .const, .volatile, .restrict, .atomic, .nullability].contains(keyword)
    {
      try advance()
    }
    if try accept(.closeBracket) { return .none }
    if token == .star, try peek() == .closeBracket {
      try advance()
      try advance()
      return .variable(position: nil)
    }
    if case .name(let name) = token.kind, let position = parameterLists.last?[name],
      try peek() == .closeBracket
    {
      try advance()
      try advance()
      return .variable(position: position)
    }
    let start = token
    let operand = try expression()
    try expect(.closeBracket, "after the count of the array")
    guard let constant = operand.constant else {
      if operand.dependsOnParameters { return .variable(position: nil) }
      throw error(operand.noConstant, at: start)
    }
    guard let count = constant.common else {
      let (host, guest) = (constant.values.host, constant.values.guest32)
      if host < 0 || guest < 0 { throw error("this array has a negative count", at: open) }
      return .different("has \(host) elements in the host and \(guest) in the guest")
    }
    if count < 0 { throw error("this array has the negative count \(count)", at: start) }
    return .known(count)
  }

  // MARK: Types

  private func derive(
    _ use: TypeUse, _ derivation: Derivation, at name: Token
  ) throws(DeclarationError) -> TypeUse {
    let derived: TypeUse
    switch derivation {
    case .pointer(let isConst):
      if case .array = use.type { try checkSize(use.type, at: name) }
      derived = use.pointer(isConst: isConst)
    case .block:
      derived = use.unsupported("a block", because: "is a block of clang, which is not a pointer")
    case .array(let count, let token):
      derived = try array(of: use, count, at: token)
    case .function(let parameters, let token):
      switch use.type {
      case .array: throw error("a function cannot return an array", at: token)
      case .function: throw error("a function cannot return a function", at: token)
      default: break
      }
      var function = use.function(parameters.list, measures: parameters.measures)
      if case .function(var type) = function.type {
        type.isVariadic = parameters.isVariadic
        type.hasPrototype = parameters.hasPrototype
        function.type = .function(type)
      }
      derived = function
    }
    if derived.measure.isExcessive { throw error(TypeUse.Measure.excess, at: name) }
    return derived
  }

  private func array(
    of use: TypeUse, _ count: ArrayCount, at token: Token
  ) throws(DeclarationError) -> TypeUse {
    switch use.type {
    case .void: throw error("an array of void has no size", at: token)
    case .function: throw error("an array cannot have functions as elements", at: token)
    case .record(let record) where unfinished.contains(record):
      throw error("'\(record.name)' contains itself: use a pointer", at: token)
    case .record(let record) where record.definition == nil && !isOpaque(record):
      throw error("an array of the incomplete type '\(record.name)' has no size", at: token)
    case .array(_, count: nil):
      throw error("only the first count of an array can be missing", at: token)
    default: break
    }
    switch count {
    case .none: return use.array(count: nil)
    case .known(let count): return use.array(count: count)
    case .different(let reason): return use.unsupported("an array", because: reason)
    // A parameter's own array becomes a pointer, whatever its count.
    case .variable: return use.array(count: nil)
    }
  }

  /// Refuses types that are too large in any model.
  private func checkSize(_ type: CType, at name: Token) throws(DeclarationError) {
    for model in DataModel.allCases {
      do throws(LayoutError) {
        _ = try type.extent(model)
      } catch {
        if error.isExcess { throw self.error("\(error)", at: name) }
      }
    }
  }

  // MARK: Parameters

  private mutating func parameters() throws(DeclarationError) -> Parameters {
    try enter()
    defer { leave() }
    try advance()
    var parameters = Parameters()
    if try accept(.closeParenthesis) {
      parameters.hasPrototype = false
      return parameters
    }
    parameterLists.append([:])
    defer { parameterLists.removeLast() }
    var declared: [Declarator] = []
    var total = 1
    repeat {
      if try accept(.ellipsis) {
        parameters.isVariadic = true
        break
      }
      guard declared.count < 1024 else {
        throw error("a function has at most 1024 parameters", at: token)
      }
      let parameter = try parameter()
      if let name = parameter.name {
        let isNew =
          parameterLists[parameterLists.count - 1]
          .updateValue(declared.count, forKey: name.text) == nil
        guard isNew else {
          throw error(
            "two parameters have the name '\(VisibleText.name(name.text))'", at: name.token)
        }
      }
      declared.append(parameter)
      total += parameter.use.measureAsParameter.parts
      guard total <= TypeUse.Measure.mostParts else {
        throw error(TypeUse.Measure.excess, at: token)
      }
    } while try accept(.comma)
    try expect(.closeParenthesis, "or ',' after the parameter")
    if declared.count == 1, !parameters.isVariadic, case .void = declared[0].use.type {
      return parameters
    }
    for parameter in declared {
      if case .void = parameter.use.type {
        throw error("a parameter cannot have the type void", at: parameter.name?.token ?? token)
      }
      parameters.list.append(
        Parameter(name: parameter.name?.text ?? "", type: parameter.use.type))
      parameters.measures.append(parameter.use.measureAsParameter)
    }
    for index in declared.indices { try setRules(of: index, declared, &parameters.list) }
    return parameters
  }

  private mutating func parameter() throws(DeclarationError) -> Declarator {
    let specifiers = try specifiers()
    var parameter = try declarator(specifiers.use, specifiers.attributes)
    _ = try readAttributes(into: &parameter.attributes)
    if case .none = parameter.count, case .array(_, let count?) = parameter.use.type {
      // The count of a `typedef`.
      parameter.count = .known(count)
    }
    if let record = parameter.use.isRecord, let first = scope.transparentUnions[record] {
      parameter.use = scope.use(of: first)
    }
    parameter.use = parameter.use.asParameter
    return parameter
  }
}

extension LayoutError {
  /// Whether the type is too large, in contrast to a type that is not supported.
  var isExcess: Bool { reason.hasPrefix("is larger than") }
}
