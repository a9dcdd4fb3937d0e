import PulleyDeclarations
import PulleyHost
import PulleySource
import PulleyText
import PulleyWasm

/// The functions that a linker finds by their declarations in C: what is declared, and the libraries
/// that have the functions.
struct DeclaredImports {
  private(set) var declarations = Declarations()
  /// By the module names of the imports that they serve, in the order in which they are searched.
  private var libraries: [ExactName: [SharedLibrary]] = [:]
  /// What was found, so that all instances share one definition.
  private var found: [Key: HostDefinition] = [:]

  private struct Key: Hashable {
    let module: ExactName
    let name: ExactName
  }

  mutating func read(_ text: [UInt8], name: String) throws(PulleyError) {
    try HostMemory.require(16 * text.count, for: "reading declarations")
    found = [:]
    do throws(DeclarationError) {
      try declarations.read(SourceText(text, name: name))
    } catch {
      throw PulleyError(error)
    }
  }

  mutating func add(_ library: SharedLibrary, for module: String) {
    found = [:]
    libraries[ExactName(module), default: []].append(library)
  }

  /// A declared function and its signature.
  struct Prototype {
    let declaration: FunctionDeclaration
    let signature: HostSignature
  }

  /// The prototype of a function. Throws if it is not declared or cannot be called.
  ///
  /// - Parameter isFunctionKnown: whether the function itself is given, so that no other may take
  ///   its place.
  func prototype(_ name: String, isFunctionKnown: Bool = false) throws(BindingRefusal) -> Prototype
  {
    guard let declaration = declarations.function(named: name) else {
      throw BindingRefusal(undeclared(name))
    }
    let callable = isFunctionKnown ? declaration : variant(of: declaration) ?? declaration
    return Prototype(declaration: callable, signature: try HostSignature(callable))
  }

  private func undeclared(_ name: String, _ libraries: [SharedLibrary] = []) -> String {
    let owner = libraries.first { $0.symbol(name) != .missing }
    let text = "no declaration names '\(VisibleText.name(name))'"
    if let owner { return text + ", which \(owner.name) has: declare it" }
    return text + (declarations.nearestName(to: name).map { "; did you mean '\($0)'?" } ?? "")
  }

  /// For a function with a `va_list` (`vsnprintf`), the one with variable arguments (`snprintf`), whose
  /// name lacks a v. In guests, both take the same arguments.
  private func variant(of declaration: FunctionDeclaration) -> FunctionDeclaration? {
    guard case .unsupported(let list)? = declaration.type.parameters.last?.type,
      list.name == "va_list"
    else { return nil }
    let name = declaration.name
    for index in name.indices where name[index] == "v" {
      let shorter = String(name[..<index] + name[name.index(after: index)...])
      if let variant = declarations.function(named: shorter), variant.type.isVariadic,
        variant.type.parameters.map(\.type) == declaration.type.parameters.dropLast().map(\.type),
        variant.type.result == declaration.type.result
      {
        return variant
      }
    }
    return nil
  }

  /// The function of a library for an import that has no other definition. Nil if no library serves
  /// the import's module. Throws if there is no such function, or if it cannot be called.
  mutating func definition(of item: ImportDescription) throws(PulleyError) -> HostDefinition? {
    guard case .function(.wasm(let type)) = item.type,
      let libraries = libraries[ExactName(item.module)]
    else { return nil }
    let key = Key(module: ExactName(item.module), name: ExactName(item.name))
    let definition: HostDefinition
    if let known = found[key] {
      definition = known
    } else {
      definition = try find(item, in: libraries)
      found[key] = definition
    }
    try check(definition, against: GuestFunctionType(type), of: item)
    return definition
  }

  /// Throws if the import is declared, and no library serves its module.
  func refuseUnserved(_ item: ImportDescription) throws(PulleyError) {
    guard case .function = item.type, libraries[ExactName(item.module)] == nil,
      let declaration = declarations.function(named: item.name)
    else { return }
    let reason =
      "not defined: '\(declaration)' is declared, and no library is bound for "
      + VisibleText.quoted(item.module)
    throw PulleyError(item.refused(reason), "unknown import: \(item) is \(reason)")
  }

  /// The declaration of a function that no library serves yet, if it fits the import.
  func declaration(for item: ImportDescription) throws(PulleyError) -> FunctionDeclaration? {
    guard case .function(.wasm(let type)) = item.type,
      declarations.function(named: item.name) != nil
    else { return nil }
    let prototype = try usable(item)
    let absent: HostDefinition.Function = {}
    let definition = definition(of: item, prototype, absent)
    try check(definition, against: GuestFunctionType(type), of: item)
    return prototype.declaration
  }

  private func usable(_ item: ImportDescription) throws(PulleyError) -> Prototype {
    do throws(BindingRefusal) {
      return try prototype(item.name)
    } catch {
      throw item.cannotBeBound(error)
    }
  }

  private func check(
    _ definition: HostDefinition, against type: GuestFunctionType, of item: ImportDescription
  ) throws(PulleyError) {
    do throws(HostTypeMismatch) {
      try definition.check(against: type)
    } catch {
      throw PulleyError(
        item.refused(error.message),
        "incompatible import type: \(item.qualifiedName): \(error.message)")
    }
  }

  private func definition(
    of item: ImportDescription, _ prototype: Prototype, _ function: HostDefinition.Function,
    _ finalizers: HandleFinalizers = HandleFinalizers(), in library: SharedLibrary? = nil
  ) -> HostDefinition {
    HostDefinition(
      name: "\(item.module).\(item.name)", signature: prototype.signature, function: function,
      declaration: prototype.declaration, handleFinalizers: finalizers, library: library)
  }

  private func find(
    _ item: ImportDescription, in libraries: [SharedLibrary]
  ) throws(PulleyError) -> HostDefinition {
    guard declarations.function(named: item.name) != nil else {
      throw unknown(item, undeclared(item.name, libraries))
    }
    let prototype = try usable(item)
    let symbol = prototype.declaration.symbol
    var elsewhere: String?
    for library in libraries {
      switch library.symbol(symbol) {
      case .found(let address):
        return definition(
          of: item, prototype, unsafeBitCast(address, to: HostDefinition.Function.self),
          try finalizers(of: prototype.declaration, in: library, for: item), in: library)
      case .elsewhere(let file): elsewhere = elsewhere ?? file
      case .missing: continue
      }
    }
    throw unknown(item, missing(prototype.declaration, libraries, elsewhere))
  }

  private func unknown(_ item: ImportDescription, _ reason: String) -> PulleyError {
    PulleyError(item.refused(reason), "unknown import: \(item): \(reason)")
  }

  private func missing(
    _ declaration: FunctionDeclaration, _ libraries: [SharedLibrary], _ elsewhere: String?
  ) -> String {
    if let elsewhere {
      return "'\(declaration)' is in \(elsewhere), which has not been bound itself"
    }
    if declaration.isInline {
      return "'\(declaration)' is static inline, and no library exports it"
    }
    let names = libraries.map(\.name).joined(separator: ", ")
    return "'\(declaration)' is declared, but \(names) has no symbol "
      + "\(VisibleText.quoted(declaration.symbol))"
  }
}

extension ImportDescription {
  func cannotBeBound(_ refusal: BindingRefusal) -> PulleyError {
    let reason = "cannot be bound: \(refusal)"
    return PulleyError(refused(reason), "\(qualifiedName) \(reason)")
  }
}

extension PulleyError {
  /// An error in declarations, with the place in the file that the preprocessor names.
  init(_ error: DeclarationError) {
    let file = error.file.isEmpty ? "" : "\(VisibleText.name(error.file)): "
    self.init(.signature, file + error.message, offset: error.offset)
    line = error.position.line
    column = error.position.column
    excerpt = error.excerpt
  }
}
