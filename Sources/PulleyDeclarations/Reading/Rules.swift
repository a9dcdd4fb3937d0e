import PulleyText

/// Attributes become rules: of parameters, of members and of functions.
extension DeclarationReader {
  /// Sets the rules of a parameter from its own attributes and from its count as an array.
  func setRules(
    of index: Int, _ declared: [Declarator], _ parameters: inout [Parameter]
  ) throws(DeclarationError) {
    let names = parameters.map(\.name)
    var rules = PointerRules()
    switch declared[index].count {
    case .known(let count): rules.extent = .elements(.constant(count))
    case .variable(let position?): rules.extent = .elements(.parameter(position: position))
    case .none, .different, .variable(nil): break
    }
    for rule in declared[index].attributes.rules {
      try apply(rule, to: &rules, names: names, pointer: parameters[index].type)
    }
    parameters[index].rules = rules
  }

  /// Sets the rules of a member from its own attributes.
  func setRules(
    ofMember index: Int, _ attributes: Attributes, _ members: inout [Record.Member]
  ) throws(DeclarationError) {
    let names = members.map(\.name)
    for rule in attributes.rules {
      guard rule.kind != .finalizer else {
        throw error("this attribute is for functions and their parameters", at: rule.token)
      }
      try apply(rule, to: &members[index].rules, names: names, pointer: members[index].type)
    }
  }

  /// Applies an attribute of a parameter or of a member itself. Counts are names or constants.
  private func apply(
    _ rule: Attributes.Rule, to rules: inout PointerRules, names: [String], pointer: CType
  ) throws(DeclarationError) {
    switch pointer {
    case .pointer, .unsupported: break
    case .integer where rule.kind == .sizeOf:
      rules.sizeOf = try positions(rule, rule.arguments[...], names)[0]
      return
    default:
      // GCC and clang ignore their attributes on other types.
      guard rule.kind.isOwn else { return }
      throw error("this attribute is for pointers", at: rule.token)
    }
    switch rule.kind {
    case .elements: rules.extent = .elements(try count(rule, rule.arguments[...], names))
    case .sized, .bytes: rules.extent = .bytes(try count(rule, rule.arguments[...], names))
    case .strings: rules.extent = .bytes(.strings(try positions(rule, rule.arguments[...], names)))
    case .access:
      guard case .name(let mode)? = rule.arguments.first,
        let access = PointerRules.Access(gcc: mode)
      else { throw error("expected read_only, write_only, read_write or none", at: rule.token) }
      rules.access = access
    case .nonNull: rules.isNonNull = true
    case .format, .returnsNonNull, .deallocator: break
    case .finalizer: try applyFinalizer(rule, to: &rules, of: pointer)
    case .sizeOf: throw error("this attribute is for integers", at: rule.token)
    case .kept, .released, .sentinel, .output, .inOut:
      try applyMark(rule, rule.arguments[...], to: &rules)
    }
  }

  private func applyMark(
    _ rule: Attributes.Rule, _ arguments: ArraySlice<Attributes.Rule.Argument>,
    to rules: inout PointerRules
  ) throws(DeclarationError) {
    switch rule.kind {
    case .kept: rules.isKept = true
    case .released: rules.isReleased = true
    case .output: rules.access = .write
    case .inOut: rules.access = .readWrite
    case .sentinel:
      for argument in arguments {
        guard case .number(let number) = argument else {
          throw error("a sentinel is a number", at: rule.token)
        }
        rules.sentinels.append(number)
      }
    default: break
    }
  }

  /// A number of elements or bytes: a constant, a name, or the product of two names.
  private func count(
    _ rule: Attributes.Rule, _ arguments: ArraySlice<Attributes.Rule.Argument>, _ names: [String]
  ) throws(DeclarationError) -> PointerRules.Count {
    if arguments.count == 1, case .number(let number)? = arguments.first {
      guard number >= 0 else { throw error("this count is negative", at: rule.token) }
      return .constant(number)
    }
    return try count(rule, try positions(rule, arguments, names))
  }

  private func count(
    _ rule: Attributes.Rule, _ positions: [Int]
  ) throws(DeclarationError) -> PointerRules.Count {
    switch positions.count {
    case 1: return .parameter(position: positions[0])
    case 2: return .product(positions[0], positions[1])
    default: throw error("this attribute takes one count, or two to multiply", at: rule.token)
    }
  }

  /// The positions, from 0, that names or numbers from 1 mean.
  func positions(
    _ rule: Attributes.Rule, _ arguments: ArraySlice<Attributes.Rule.Argument>, _ names: [String]
  ) throws(DeclarationError) -> [Int] {
    var positions: [Int] = []
    for argument in arguments {
      switch argument {
      case .number(let number):
        guard 1...max(1, names.count) ~= number, !names.isEmpty else {
          throw error(
            "this attribute names parameter \(number) of \(names.count)", at: rule.token)
        }
        positions.append(number - 1)
      case .name(let name):
        guard let position = names.firstIndex(of: name) else {
          let nearest = NearestName.of(names, to: name).map { ": did you mean '\($0)'?" } ?? ""
          throw error(
            "this attribute names '\(VisibleText.name(name))', which is not a parameter or member here"
              + nearest, at: rule.token)
        }
        positions.append(position)
      }
    }
    guard !positions.isEmpty else { throw error("this attribute takes arguments", at: rule.token) }
    return positions
  }

  // MARK: Functions

  /// Applies the attributes of a function. Parameters are numbers from 1, as GCC counts, or names.
  func apply(
    _ attributes: Attributes, to function: inout FunctionDeclaration
  ) throws(DeclarationError) {
    for rule in attributes.rules { try apply(rule, to: &function) }
  }

  private func apply(
    _ rule: Attributes.Rule, to function: inout FunctionDeclaration
  ) throws(DeclarationError) {
    let names = function.type.parameters.map(\.name)
    let arguments = rule.arguments
    switch rule.kind {
    case .format:
      try applyFormat(rule, to: &function)
    case .access:
      guard case .name(let mode)? = arguments.first, let access = PointerRules.Access(gcc: mode)
      else { throw error("expected read_only, write_only, read_write or none", at: rule.token) }
      let positions = try positions(rule, arguments.dropFirst(), names)
      function.type.parameters[positions[0]].rules.access = access
      if positions.count > 1 {
        function.type.parameters[positions[0]].rules.extent =
          .elements(.parameter(position: positions[1]))
      }
    case .nonNull:
      let marked =
        arguments.isEmpty
        ? Array(names.indices) : try positions(rule, arguments[...], names)
      for position in marked { function.type.parameters[position].rules.isNonNull = true }
    case .returnsNonNull: function.resultRules.isNonNull = true
    case .elements:
      function.resultRules.extent = .elements(try count(rule, arguments[...], names))
    case .sized: function.resultRules.extent = .bytes(try count(rule, arguments[...], names))
    case .bytes, .strings:
      let positions = try positions(rule, arguments[...], names)
      let sizes = Array(positions.dropFirst())
      let count: PointerRules.Count =
        rule.kind == .strings ? .strings(sizes) : try count(rule, sizes)
      function.type.parameters[positions[0]].rules.extent = .bytes(count)
    case .sizeOf:
      let positions = try positions(rule, arguments[...], names)
      guard positions.count == 2 else {
        throw error("this attribute takes the parameter and the pointer", at: rule.token)
      }
      function.type.parameters[positions[0]].rules.sizeOf = positions[1]
    case .deallocator: applyDeallocator(rule, to: &function)
    case .finalizer: try applyFinalizer(rule, to: &function)
    case .kept, .released, .sentinel, .output, .inOut:
      let position = try positions(rule, arguments.prefix(1), names)[0]
      try applyMark(
        rule, arguments.dropFirst(), to: &function.type.parameters[position].rules)
    }
  }

  private func applyFormat(
    _ rule: Attributes.Rule, to function: inout FunctionDeclaration
  ) throws(DeclarationError) {
    guard rule.arguments.count == 3, case .name(let style) = rule.arguments[0],
      case .number(let format) = rule.arguments[1], case .number(let first) = rule.arguments[2]
    else { throw error("expected format(printf, 1, 2)", at: rule.token) }
    guard 1...max(1, function.type.parameters.count) ~= format else {
      throw error(
        "this attribute names parameter \(format) of \(function.type.parameters.count)",
        at: rule.token)
    }
    let word = style.drop { $0 == "_" }
    switch word.hasSuffix("__") ? word.dropLast(2) : word {
    case "printf", "gnu_printf":
      function.format = FormatRule(.printf, position: format - 1, hasArguments: first != 0)
    case "scanf", "gnu_scanf":
      function.format = FormatRule(.scanf, position: format - 1, hasArguments: first != 0)
    case "sqlite_printf":
      function.format = FormatRule(.sqlite, position: format - 1, hasArguments: first != 0)
    // `strftime` and others take no arguments of the format's types.
    default: break
    }
  }
}

extension PointerRules.Access {
  /// The access that GCC's attribute `access` names.
  fileprivate init?(gcc mode: String) {
    switch mode {
    case "read_only": self = .read
    case "write_only": self = .write
    case "read_write": self = .readWrite
    case "none": self = .none
    default: return nil
    }
  }
}

extension Attributes.Rule.Kind {
  /// Whether only this library knows the attribute.
  fileprivate var isOwn: Bool {
    switch self {
    case .bytes, .strings, .kept, .released, .sentinel, .output, .inOut, .sizeOf, .finalizer: true
    case .format, .access, .nonNull, .returnsNonNull, .elements, .sized, .deallocator: false
    }
  }
}

extension PointerRules {
  /// Adds what other rules say and these do not.
  mutating func add(_ other: PointerRules) {
    if extent == .one { extent = other.extent }
    access = access ?? other.access
    isNonNull = isNonNull || other.isNonNull
    isKept = isKept || other.isKept
    isReleased = isReleased || other.isReleased
    sizeOf = sizeOf ?? other.sizeOf
    if finalizer == nil || finalizer?.isRequired == false && other.finalizer?.isRequired == true {
      finalizer = other.finalizer ?? finalizer
    }
    sentinels += other.sentinels.filter { !sentinels.contains($0) }
  }
}

extension FunctionType {
  /// Adds the rules of another declaration of the same function, also in pointers to functions.
  mutating func addRules(of other: FunctionType) {
    for index in parameters.indices where other.parameters.indices.contains(index) {
      parameters[index].rules.add(other.parameters[index].rules)
      parameters[index].type.addRules(of: other.parameters[index].type)
    }
  }
}

extension CType {
  fileprivate mutating func addRules(of other: CType) {
    guard case .pointer(let pointer) = self, case .function(var function) = pointer.pointee,
      case .pointer(let otherPointer) = other, case .function(let known) = otherPointer.pointee
    else { return }
    function.addRules(of: known)
    self = .pointer(PointerType(to: .function(function), isConst: pointer.isConst))
  }
}
