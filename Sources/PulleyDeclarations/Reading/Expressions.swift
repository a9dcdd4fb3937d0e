import PulleyText

/// An expression that was read: its type, and its value if it is an integer constant.
struct Operand: Sendable {
  var use: TypeUse
  var constant: IntegerConstant?
  /// Why there is no constant.
  var noConstant = "this is not an integer constant expression"
  /// Whether a parameter is part of the expression.
  var dependsOnParameters = false

  init(_ use: TypeUse) { self.use = use }

  init(_ constant: IntegerConstant) {
    use = TypeUse(.integer(constant.type))
    self.constant = constant
  }

  static let int = Operand(TypeUse(.integer(.int32)))
}

extension DeclarationReader {
  /// Reads an expression and returns its value.
  mutating func constantExpression() throws(DeclarationError) -> IntegerConstant {
    let start = token
    let operand = try expression()
    guard let constant = operand.constant else { throw error(operand.noConstant, at: start) }
    return constant
  }

  /// Reads an expression without commas and assignments.
  mutating func expression() throws(DeclarationError) -> Operand {
    try enter()
    defer { leave() }
    let condition = try binaryExpression()
    guard token == .question else { return condition }
    try advance()
    // GCC's `a ?: b` is `a ? a : b`.
    let first = token == .colon ? condition : try expression()
    try expect(.colon, "after the second operand of '?'")
    let second = try expression()
    guard let isTrue = condition.constant?.isTrue, let whenTrue = first.constant,
      let whenFalse = second.constant
    else {
      // A side that is not chosen may divide by zero.
      if let isTrue = condition.constant?.isTrue.common { return isTrue ? first : second }
      return Operand(first.use)
    }
    let types = whenTrue.commonTypes(whenFalse)
    let (left, right) = (whenTrue.converted(to: types), whenFalse.converted(to: types))
    return Operand(IntegerConstant(types) { isTrue[$0] ? left.values[$0] : right.values[$0] })
  }

  // MARK: Binary operators

  /// Reads operands with binary operators between them. Two stacks, of operands and of operators,
  /// take the place of a function for each precedence.
  private mutating func binaryExpression() throws(DeclarationError) -> Operand {
    let first = try unaryExpression()
    guard case .mark(let mark) = token.kind, mark.precedence != nil else { return first }
    var operands = [first]
    var operators: [(mark: Mark, precedence: Int)] = []
    while case .mark(let mark) = token.kind, let precedence = mark.precedence {
      reduce(&operands, &operators, downTo: precedence)
      operators.append((mark, precedence))
      try advance()
      operands.append(try unaryExpression())
    }
    reduce(&operands, &operators, downTo: 0)
    return operands.first ?? first
  }

  /// Applies the operators on top of the stack that bind at least as tightly.
  private func reduce(
    _ operands: inout [Operand], _ operators: inout [(mark: Mark, precedence: Int)],
    downTo precedence: Int
  ) {
    while let last = operators.last, last.precedence >= precedence, operands.count >= 2 {
      operators.removeLast()
      let right = operands.removeLast()
      let left = operands.removeLast()
      operands.append(combine(left, last.mark, right))
    }
  }

  private func combine(_ left: Operand, _ mark: Mark, _ right: Operand) -> Operand {
    var result: Operand
    if let first = left.constant, let second = right.constant {
      switch first.applying(mark, second) {
      case .success(let constant): return Operand(constant)
      case .failure(let reason):
        result = Operand(left.use)
        result.noConstant = reason.reason
      }
    } else if let decided = left.constant?.isTrue.common,
      mark == .and && !decided
        || mark == .or && decided
    {
      // The right side is not evaluated.
      return Operand(IntegerConstant(.int32, decided ? 1 : 0))
    } else {
      result = Operand(arithmeticType(left.use, mark, right.use))
      result.noConstant = left.constant == nil ? left.noConstant : right.noConstant
    }
    result.dependsOnParameters = left.dependsOnParameters || right.dependsOnParameters
    return result
  }

  /// The type of a binary operator's result, for `sizeof` and `typeof`.
  private func arithmeticType(_ left: TypeUse, _ mark: Mark, _ right: TypeUse) -> TypeUse {
    if mark.givesInt { return TypeUse(.integer(.int32)) }
    switch (left.type, right.type) {
    case (.integer(let first), .integer(let second)):
      return TypeUse(.integer(IntegerType.common(first, second, .host)))
    case (.floating(let first), .floating(let second)):
      return TypeUse(.floating(first.rawValue >= second.rawValue ? first : second))
    case (_, .floating), (.integer, .pointer), (.integer, .array): return right
    case (.pointer, .pointer), (.array, .array): return TypeUse(.integer(.pointerSized))
    default: return left
    }
  }

  // MARK: Unary operators

  private enum Prefix {
    case mark(Mark)
    case cast(TypeUse)
    case sizeof, alignof

    var isSize: Bool {
      if case .sizeof = self { true } else { false }
    }
  }

  /// Reads operators before an operand, in a loop, and applies the last one first.
  private mutating func unaryExpression() throws(DeclarationError) -> Operand {
    var prefixes: [Prefix] = []
    var operand: Operand?
    while operand == nil {
      switch token.kind {
      case .mark(let mark) where mark.isPrefix:
        prefixes.append(.mark(mark))
        try advance()
      case .keyword(.extension):
        try advance()
      case .keyword(.sizeof), .keyword(.alignof):
        let isSize = token == .sizeof
        try advance()
        if token == .openParenthesis, try parenthesisBeginsType() {
          let use = try parenthesizedType()
          operand = measured(use, isSize: isSize)
        } else {
          prefixes.append(isSize ? .sizeof : .alignof)
        }
      case .mark(.openParenthesis) where try parenthesisBeginsType():
        let use = try parenthesizedType()
        if token == .openBrace {
          try skipBalanced()
          operand = Operand(use)
        } else {
          prefixes.append(.cast(use))
        }
      default:
        operand = try postfixExpression()
      }
    }
    var result = operand ?? .int
    for prefix in prefixes.reversed() { result = apply(prefix, result) }
    return result
  }

  private mutating func parenthesisBeginsType() throws(DeclarationError) -> Bool {
    switch try peek().kind {
    case .name(let name): type(named: name) != nil
    case .keyword(let keyword): keyword.beginsType && keyword != .extension
    default: false
    }
  }

  private mutating func parenthesizedType() throws(DeclarationError) -> TypeUse {
    try advance()
    let use = try typeName()
    try expect(.closeParenthesis, "after the type")
    return use
  }

  private func apply(_ prefix: Prefix, _ operand: Operand) -> Operand {
    switch prefix {
    case .sizeof, .alignof:
      guard let types = operand.constant?.types else {
        return measured(operand.use, isSize: prefix.isSize)
      }
      return Operand(IntegerConstant(.unsignedPointerSized) { Int64(types[$0].size($0)) })
    case .cast(let use):
      if case .integer(let type) = use.type, let constant = operand.constant {
        return Operand(constant.converted(to: type))
      }
      var result = Operand(use)
      result.dependsOnParameters = operand.dependsOnParameters
      return result
    case .mark(.star): return Operand(pointed(operand.use))
    case .mark(.ampersand):
      let isTooDeep = operand.use.measure.depth >= TypeUse.Measure.deepest
      return isTooDeep ? operand : Operand(operand.use.pointer())
    case .mark(let mark):
      if let constant = operand.constant?.applying(mark) { return Operand(constant) }
      var result = operand
      result.constant = nil
      if mark == .exclamation { result.use = TypeUse(.integer(.int32)) }
      return result
    }
  }

  /// The value of `sizeof` or `alignof`.
  private func measured(_ use: TypeUse, isSize: Bool) -> Operand {
    switch use.type {
    // GCC and clang give both the size 1.
    case .void, .function: return Operand(IntegerConstant(.unsignedPointerSized, 1))
    default: break
    }
    guard let extents = extents(of: use) else {
      var operand = Operand(TypeUse(.integer(.unsignedPointerSized)))
      operand.noConstant = "the size of '\(use.type)' is not known"
      return operand
    }
    return Operand(
      IntegerConstant(.unsignedPointerSized) {
        Int64(isSize ? extents[$0].size : extents[$0].alignment)
      })
  }

  // MARK: Operands

  private mutating func postfixExpression() throws(DeclarationError) -> Operand {
    var operand = try primaryExpression()
    while true {
      switch token.kind {
      case .mark(.openBracket):
        try advance()
        let index = try expression()
        try expect(.closeBracket, "after the index")
        operand = Operand(pointed(operand.use))
        operand.dependsOnParameters = index.dependsOnParameters
      case .mark(.openParenthesis):
        try skipBalanced()
        operand = Operand(called(operand.use))
      case .mark(.dot), .mark(.arrow):
        let base = token == .arrow ? pointed(operand.use) : operand.use
        try advance()
        operand = Operand(try memberAccess(base).use)
      default:
        return operand
      }
    }
  }

  private mutating func primaryExpression() throws(DeclarationError) -> Operand {
    let start = token
    let bytes = lexer.source.bytes[start.start..<start.end]
    switch start.kind {
    case .number:
      try advance()
      if Literals.isFloating(bytes) { return Operand(TypeUse(.floating(.double))) }
      guard let constant = Literals.integer(bytes) else {
        throw error("this number is malformed or does not fit 64 bits", at: start)
      }
      return Operand(constant)
    case .character:
      try advance()
      guard let constant = Literals.character(bytes) else {
        throw error("this character constant is malformed", at: start)
      }
      return Operand(constant)
    case .string:
      while token.kind == .string { try advance() }
      return Operand(TypeUse(.unsupported(UnsupportedType("a string", because: "is not a type"))))
    case .mark(.openParenthesis):
      try advance()
      if token == .openBrace { throw error("a statement is not a constant expression", at: token) }
      let operand = try expression()
      try expect(.closeParenthesis, "after the expression")
      return operand
    case .keyword(.offsetof):
      return try offsetExpression()
    case .name(let name):
      try advance()
      return try operand(named: name, at: start)
    default:
      throw expected("an expression")
    }
  }

  private func operand(
    named name: String, at start: Token
  ) throws(DeclarationError) -> Operand {
    if let list = parameterLists.last, list[name] != nil {
      var operand = Operand.int
      operand.dependsOnParameters = true
      operand.noConstant = "the value of a parameter is known only in a call"
      return operand
    }
    switch scope.names[name]?.kind {
    case .enumerator(let constant): return Operand(constant)
    case .object(let use): return Operand(use)
    case .function(let function): return Operand(scope.use(of: .function(function.type)))
    case .type: throw error("expected an expression, found the type '\(name)'", at: start)
    case nil: break
    }
    switch name {
    case "true": return Operand(IntegerConstant(.bool, 1))
    case "false": return Operand(IntegerConstant(.bool, 0))
    case _ where name.hasPrefix("__builtin_"): return .int
    default: break
    }
    var nearest = NearestName(to: name)
    for (candidate, entity) in scope.names {
      if case .enumerator = entity.kind { nearest.consider(candidate) }
    }
    let hint = nearest.name.map { ": did you mean '\(VisibleText.name($0))'?" } ?? ""
    throw error("unknown name '\(VisibleText.name(name))'\(hint)", at: start)
  }

  /// Reads the name of a member of a record; the result is its type and its offset.
  private mutating func memberAccess(
    _ base: TypeUse
  ) throws(DeclarationError) -> (use: TypeUse, offset: PerModel<Int>?) {
    guard case .name(let name) = token.kind else { throw expected("the name of a member") }
    guard let record = base.isRecord, let found = scope.member(name, of: record) else {
      throw error("'\(base.type)' has no member '\(VisibleText.name(name))'", at: token)
    }
    try advance()
    return (scope.use(of: found.type), found.offset)
  }

  /// The type that a pointer or an array leads to.
  private func pointed(_ use: TypeUse) -> TypeUse {
    switch use.type {
    case .pointer(let pointer): scope.use(of: pointer.pointee, isConst: pointer.isConst)
    case .array(let element, _): scope.use(of: element, isConst: use.isConst)
    default: use.unsupported("\(use.type)", because: "is not a pointer")
    }
  }

  /// The type of a call's result.
  private func called(_ use: TypeUse) -> TypeUse {
    var callee = use.type
    if case .pointer(let pointer) = callee { callee = pointer.pointee }
    guard case .function(let function) = callee else { return Operand.int.use }
    return scope.use(of: function.result)
  }

  /// Reads `__builtin_offsetof(type, member.member[index])`.
  private mutating func offsetExpression() throws(DeclarationError) -> Operand {
    let start = token
    try advance()
    try expect(.openParenthesis, "after offsetof")
    var use = try typeName()
    try expect(.comma, "after the type")
    var offsets: PerModel<Int>? = PerModel { _ in 0 }
    repeat {
      let member = try memberAccess(use)
      use = member.use
      offsets = zip(offsets, member.offset) { $0 + $1 }
      while try accept(.openBracket) {
        let index = try constantExpression().common ?? 0
        try expect(.closeBracket, "after the index")
        use = pointed(use)
        guard 0...Layout.largest ~= index, let extents = extents(of: use) else {
          offsets = nil
          continue
        }
        offsets = zip(offsets, PerModel { extents[$0].size &* index }) { $0 &+ $1 }
      }
    } while try accept(.dot)
    try expect(.closeParenthesis, "after the member")
    guard let offsets else { throw error("the offset of this member is not known", at: start) }
    return Operand(IntegerConstant(.unsignedPointerSized) { Int64(offsets[$0]) })
  }

  private func zip(
    _ left: PerModel<Int>?, _ right: PerModel<Int>?, _ combine: (Int, Int) -> Int
  ) -> PerModel<Int>? {
    guard let left, let right else { return nil }
    return PerModel { combine(left[$0], right[$0]) }
  }
}

extension Mark {
  /// How tightly a binary operator binds; nil for other marks.
  fileprivate var precedence: Int? {
    switch self {
    case .star, .slash, .percent: 10
    case .plus, .minus: 9
    case .shiftLeft, .shiftRight: 8
    case .less, .lessEqual, .greater, .greaterEqual: 7
    case .equalEqual, .notEqual: 6
    case .ampersand: 5
    case .caret: 4
    case .bar: 3
    case .and: 2
    case .or: 1
    default: nil
    }
  }

  fileprivate var isPrefix: Bool {
    switch self {
    case .plus, .minus, .tilde, .exclamation, .star, .ampersand: true
    default: false
    }
  }

  fileprivate var givesInt: Bool {
    switch self {
    case .and, .or, .less, .lessEqual, .greater, .greaterEqual, .equalEqual, .notEqual: true
    default: false
    }
  }
}
