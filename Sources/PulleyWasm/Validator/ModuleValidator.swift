extension WasmModule {
  /// Decodes and validates a whole module.
  ///
  /// - Parameters:
  ///   - isKnownValid: whether the same bytes have been valid before. Then bodies are validated when they are
  ///     compiled, if at all.
  ///   - threads: validates the bodies of a large module.
  public static func load(
    _ bytes: ModuleBytes, isKnownValid: Bool = false, threads: ThreadRunner? = nil
  ) throws(WasmError) -> ValidatedModule {
    let module = try ModuleDecoder.decode(bytes)
    guard isKnownValid else {
      let facts = try module.validate(threads)
      return ValidatedModule(module: module, facts: facts, later: nil)
    }
    let context = ModuleContext(module)
    return ValidatedModule(
      module: module, facts: try module.validateAll(context, withBodies: false),
      later: LaterValidation(context))
  }

  /// Validates the module, including function bodies.
  ///
  /// The time is linear in the size of the module. An error is about the first part that is malformed,
  /// or about the first that is invalid if none is malformed.
  public func validate(_ threads: ThreadRunner? = nil) throws(WasmError) -> ModuleFacts {
    if let threads, bytes.count >= Self.largeSize, let functions = validateBodies(on: threads) {
      var facts = try validateAll(ModuleContext(self), withBodies: false)
      facts.functions = functions
      return facts
    }
    do throws(WasmError) {
      return try validateAll(ModuleContext(self))
    } catch {
      if error.kind == .invalid { try checkBodiesAreWellFormed() }
      throw error
    }
  }

  private func validateAll(
    _ context: ModuleContext, withBodies: Bool = true
  ) throws(WasmError) -> ModuleFacts {
    var facts = ModuleFacts()
    try ModuleValidator(context: context).validate()
    facts.referencedFunctions = context.referencedFunctions
    facts.referenceIndices = Array(
      repeating: ModuleFacts.notReferenced, count: functions.count)
    for (position, function) in context.referencedFunctions.enumerated() {
      facts.referenceIndices[Int(function)] = UInt32(position)
    }
    if withBodies {
      facts.functions.reserveCapacity(bodies.count)
      var validator = FunctionValidator(context)
      for index in bodies.indices {
        facts.functions.append(try validator.validate(definedIndex: index))
      }
    }
    facts.branchHints = BranchHints(self)
    return facts
  }
}

/// Validates everything except function bodies.
struct ModuleValidator {
  let context: ModuleContext

  private var module: WasmModule { context.module }

  func validate() throws(WasmError) {
    try validateTypes()
    try validateImports()
    try validateFunctionsAndTags()
    try validateTables()
    try validateMemories()
    try validateGlobals()
    try validateExports()
    try validateStart()
    try validateElements()
    try validateData()
  }

  // MARK: Types

  private func validateTypes() throws(WasmError) {
    let types = module.types
    // The depth of each type's chain of supertypes. It is limited first, so that following a chain
    // takes few steps below.
    var depths: [UInt8] = Array(repeating: 0, count: types.count)
    for (index, type) in types.enumerated() {
      guard let supertype = type.supertype else { continue }
      // The supertype of a type that is equivalent to an earlier one may be that of the earlier one.
      guard supertype < index else {
        throw invalidType(index, "unknown type \(supertype)")
      }
      depths[index] = depths[Int(supertype)] + 1
      guard depths[index] <= ImplementationLimits.supertypeDepth else {
        let limit = ImplementationLimits.supertypeDepth
        throw WasmError(
          .limit, "type \(index) has too many supertypes: at most \(limit)",
          at: Int(module.typeOffsets[index]))
      }
    }
    for (index, type) in types.enumerated() {
      guard let supertype = type.supertype, Int(module.canonicalTypes[index]) == index else {
        continue
      }
      let parent = types[Int(supertype)]
      guard !parent.isFinal, module.matches(type.composite, parent.composite) else {
        throw invalidType(index, "sub type \(index) does not match super type \(supertype)")
      }
    }
  }

  private func invalidType(_ index: Int, _ rule: String) -> WasmError {
    WasmError(.invalid, rule, at: Int(module.typeOffsets[index]))
  }

  private func validateImports() throws(WasmError) {
    for item in module.imports {
      switch item.type {
      case .function(let typeIndex):
        guard context.signature(typeIndex) != nil else {
          throw WasmError(.invalid, "unknown type \(typeIndex)", at: item.offset)
        }
      case .tag(let typeIndex): try validateTag(typeIndex, at: item.offset)
      case .table(let type): try validateTable(type, at: item.offset)
      case .memory(let type): try validateMemory(type, at: item.offset)
      case .global: break
      }
    }
  }

  private func validateFunctionsAndTags() throws(WasmError) {
    for (index, typeIndex) in module.functions.enumerated().dropFirst(
      module.importedFunctionCount)
    {
      guard context.signature(typeIndex) != nil else {
        let body = module.bodies[index - module.importedFunctionCount]
        throw WasmError(
          .invalid, "unknown type \(typeIndex)", at: body.lowerBound, functionIndex: index)
      }
    }
    for (typeIndex, offset) in zip(
      module.tags.dropFirst(module.importedTagCount), module.tagOffsets)
    {
      try validateTag(typeIndex, at: offset)
    }
  }

  private func validateTag(_ typeIndex: UInt32, at offset: Int) throws(WasmError) {
    guard let signature = context.signature(typeIndex) else {
      throw WasmError(.invalid, "unknown type \(typeIndex)", at: offset)
    }
    guard signature.results.count == 0 else {
      throw WasmError(.invalid, "non-empty tag result type", at: offset)
    }
  }

  // MARK: Tables, memories, globals

  private func validateTables() throws(WasmError) {
    for table in module.tableDefinitions {
      try validateTable(table.type, at: table.offset)
      if let initializer = table.initializer {
        try validate(
          initializer, table.type.element, globals: module.importedGlobalCount)
      } else if !table.type.element.hasDefault {
        throw WasmError(
          .invalid, "type mismatch: a table of \(table.type.element) needs an initial value",
          at: table.offset)
      }
    }
  }

  private func validateTable(_ type: TableType, at offset: Int) throws(WasmError) {
    try validate(
      type.limits, atMost: type.addressType == .i32 ? UInt64(UInt32.max) : .max,
      "table size must be at most 2^32-1 elements", at: offset)
  }

  private func validateMemories() throws(WasmError) {
    for (memory, offset) in zip(
      module.memories.dropFirst(module.importedMemoryCount), module.memoryOffsets)
    {
      try validateMemory(memory, at: offset)
    }
  }

  private func validateMemory(_ type: MemoryType, at offset: Int) throws(WasmError) {
    guard type.pageSizeLog2 == 0 || type.pageSizeLog2 == 16 else {
      throw WasmError(
        .invalid, "invalid custom page size: only 1 and 65536 bytes are possible", at: offset)
    }
    try validate(type.limits, atMost: type.addressablePages, sizeRule(of: type), at: offset)
    guard !type.isShared || type.limits.maximum != nil else {
      throw WasmError(.invalid, "shared memory must have maximum", at: offset)
    }
  }

  private func sizeRule(of type: MemoryType) -> String {
    switch (type.addressType, type.pageSizeLog2) {
    case (.i32, 16): "memory size must be at most 65536 pages (4GiB)"
    case (.i64, 16): "memory size must be at most 2^48 pages"
    default: "memory size must be at most \(type.addressablePages) pages"
    }
  }

  private func validate(
    _ limits: Limits, atMost: UInt64, _ rule: String, at offset: Int
  ) throws(WasmError) {
    guard limits.minimum <= atMost, limits.maximum ?? 0 <= atMost else {
      throw WasmError(.invalid, rule, at: offset)
    }
    if let maximum = limits.maximum, limits.minimum > maximum {
      throw WasmError(.invalid, "size minimum must not be greater than maximum", at: offset)
    }
  }

  private func validateGlobals() throws(WasmError) {
    for (index, global) in module.globalDefinitions.enumerated() {
      // An initial value may use the globals before it.
      try validate(
        global.initializer, global.type.value, globals: module.importedGlobalCount + index)
    }
  }

  private func validate(
    _ expression: ConstantExpression, _ type: ValueType, globals: Int
  ) throws(WasmError) {
    try context.validate(expression, expecting: type, visibleGlobals: globals)
  }

  // MARK: Exports and start

  private func validateExports() throws(WasmError) {
    var names = Set<ExactName>(minimumCapacity: module.exports.count)
    for export in module.exports {
      let count =
        switch export.kind {
        case .function: module.functions.count
        case .table: module.tables.count
        case .memory: module.memories.count
        case .global: module.globals.count
        case .tag: module.tags.count
        }
      guard Int(export.index) < count else {
        throw WasmError(.invalid, "unknown \(export.kind) \(export.index)", at: export.offset)
      }
      guard names.insert(ExactName(export.name)).inserted else {
        throw WasmError(.invalid, "duplicate export name", at: export.offset)
      }
      if export.kind == .function { context.reference(export.index) }
    }
  }

  private func validateStart() throws(WasmError) {
    guard let start = module.start else { return }
    guard Int(start.functionIndex) < module.functions.count else {
      throw WasmError(.invalid, "unknown function \(start.functionIndex)", at: start.offset)
    }
    let signature = context.signature(module.functions[Int(start.functionIndex)])
    guard let signature, signature.parameters.count == 0, signature.results.count == 0 else {
      throw WasmError(
        .invalid, "start function must have neither parameters nor results", at: start.offset)
    }
  }

  // MARK: Segments

  private func validateElements() throws(WasmError) {
    let globals = module.globals.count
    for segment in module.elementSegments {
      if case .active(let index, let offset) = segment.mode {
        guard Int(index) < module.tables.count else {
          throw WasmError(.invalid, "unknown table \(index)", at: segment.offset)
        }
        let table = module.tables[Int(index)]
        guard module.matches(segment.type, table.element) else {
          throw WasmError(
            .invalid, "type mismatch: a table of \(table.element) cannot take \(segment.type)",
            at: segment.offset)
        }
        try validate(offset, table.addressType.valueType, globals: globals)
      }
      switch segment.items {
      case .expressions(let expressions):
        for expression in expressions {
          try validate(expression, segment.type, globals: globals)
        }
      case .functions(let functions):
        for function in functions {
          guard Int(function) < module.functions.count else {
            throw WasmError(.invalid, "unknown function \(function)", at: segment.offset)
          }
          guard module.matches(context.referenceType(ofFunction: function), segment.type) else {
            throw WasmError(
              .invalid, "type mismatch: function \(function) is not a \(segment.type)",
              at: segment.offset)
          }
          context.reference(function)
        }
      }
    }
  }

  private func validateData() throws(WasmError) {
    for segment in module.dataSegments {
      guard case .active(let index, let offset) = segment.mode else { continue }
      guard Int(index) < module.memories.count else {
        throw WasmError(.invalid, "unknown memory \(index)", at: segment.offset)
      }
      let memory = module.memories[Int(index)]
      try validate(offset, memory.addressType.valueType, globals: module.globals.count)
    }
  }
}
