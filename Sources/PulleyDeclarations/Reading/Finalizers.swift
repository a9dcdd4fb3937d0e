/// Attributes that name the function which ends the life of an object.
extension DeclarationReader {
  /// GCC's `malloc(f)` and `malloc(f, 1)`.
  func applyDeallocator(_ rule: Attributes.Rule, to function: inout FunctionDeclaration) {
    let arguments = rule.arguments
    guard function.resultRules.finalizer == nil, case .name(let name)? = arguments.first else {
      return
    }
    if arguments.count > 1 {
      // At another position, `f` takes more than the object.
      guard case .number(1) = arguments[1] else { return }
    }
    function.resultRules.finalizer = PointerRules.Finalizer(name, isRequired: false)
  }

  /// `pulley_finalizer(f)`, for the result or the only parameter that a handle is stored to, and
  /// `pulley_finalizer(f, i)`.
  func applyFinalizer(
    _ rule: Attributes.Rule, to function: inout FunctionDeclaration
  ) throws(DeclarationError) {
    let parameters = function.type.parameters
    if rule.arguments.count > 1 {
      let position = try positions(rule, rule.arguments.dropFirst(), parameters.map(\.name))[0]
      try applyFinalizer(
        rule, to: &function.type.parameters[position].rules, of: parameters[position].type)
      return
    }
    if function.type.result.isRecordPointer {
      function.resultRules.finalizer = try finalizer(rule)
      return
    }
    let variables = parameters.indices.filter { parameters[$0].type.isRecordPointerVariable }
    guard variables.count == 1 else {
      let reason =
        variables.isEmpty
        ? "this attribute is for functions that return a pointer to a structure, or store one"
        : "this function stores several pointers: write the attribute after one of the parameters"
      throw error(reason, at: rule.token)
    }
    try applyFinalizer(
      rule, to: &function.type.parameters[variables[0]].rules, of: parameters[variables[0]].type)
  }

  /// The attribute of a parameter itself.
  func applyFinalizer(
    _ rule: Attributes.Rule, to rules: inout PointerRules, of type: CType
  ) throws(DeclarationError) {
    guard type.isRecordPointerVariable else {
      throw error("this attribute is for parameters to which a handle is stored", at: rule.token)
    }
    rules.finalizer = try finalizer(rule)
    // Otherwise an object that the guest had before would get the finalizer.
    rules.access = rules.access ?? .write
  }

  private func finalizer(_ rule: Attributes.Rule) throws(DeclarationError) -> PointerRules.Finalizer
  {
    guard case .name(let name)? = rule.arguments.first, rule.arguments.count <= 2 else {
      throw error("expected the name of a function that ends the object", at: rule.token)
    }
    return PointerRules.Finalizer(name, isRequired: usesKnownDeclarations)
  }
}

extension FunctionDeclaration {
  /// The names of the functions that end objects which this one has made.
  var finalizerNames: [String] {
    (type.parameters.map(\.rules) + [resultRules]).compactMap { $0.finalizer?.name }
  }

  /// The declaration of a function that is the finalizer of another: a call of it ends the handle.
  var asFinalizer: FunctionDeclaration {
    guard type.parameters.first?.type.isRecordPointer == true else { return self }
    var changed = self
    changed.type.parameters[0].rules.isReleased = true
    return changed
  }
}

extension CType {
  /// Whether the type is a pointer to a structure.
  fileprivate var isRecordPointer: Bool {
    if case .pointer(let pointer) = self, case .record = pointer.pointee { true } else { false }
  }

  /// Whether the type is a pointer to a pointer to a structure.
  fileprivate var isRecordPointerVariable: Bool {
    if case .pointer(let pointer) = self { pointer.pointee.isRecordPointer } else { false }
  }
}
