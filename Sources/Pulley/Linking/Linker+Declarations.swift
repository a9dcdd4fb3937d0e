import PulleyHost
import PulleyText
import PulleyVM

extension Linker {
  /// Reads declarations of C, as they are or as they come out of the preprocessor. Several texts add
  /// up. After an error, the declarations before it are declared.
  ///
  /// - Parameter name: for messages, where the text has no lines of a preprocessor that name a file.
  public func declare(_ text: [UInt8], name: String = "") throws(PulleyError) {
    try declared.read(text, name: name)
  }

  /// Defines a C function by its declared prototype. If its handles have finalizers, these must have been
  /// bound in the same module before.
  public func bind(
    module: String, name: String, function: UnsafeMutableRawPointer,
    userData: UnsafeMutableRawPointer? = nil, finalizer: HostDefinition.Finalizer? = nil
  ) throws(PulleyError) {
    let prototype: DeclaredImports.Prototype
    let finalizers: HandleFinalizers
    do throws(BindingRefusal) {
      prototype = try declared.prototype(name, isFunctionKnown: true)
      finalizers = try declared.finalizers(of: prototype.declaration) { other in
        hostDefinition(module: module, name: other.name).map { ($0.function, $0) }
      }
    } catch {
      throw PulleyError(
        .signature, "\(VisibleText.qualifiedName(module, name)) cannot be bound: \(error)")
    }
    define(
      module: module, name: name,
      host: HostDefinition(
        name: "\(module).\(name)", signature: prototype.signature,
        function: unsafeBitCast(function, to: HostDefinition.Function.self), userData: userData,
        finalizer: finalizer, declaration: prototype.declaration, handleFinalizers: finalizers))
  }

  /// Opens a shared library for the imports of one module name. Instances then get its functions for
  /// the imports that have no definition and whose names are declared. No other symbol of the library
  /// is used, and none of the libraries that it depends on.
  ///
  /// The library's constructors run on this thread. It stays open as long as the linker or an instance
  /// that uses it lives. Of several libraries, the first that has a function gives it.
  ///
  /// - Parameter path: a file, or a name that the system searches for; bytes that need not be UTF-8.
  ///   Nil means the program and all that it is linked to.
  public func bindLibrary(module: String, path: [UInt8]?) throws(PulleyError) {
    declared.add(try SharedLibrary(path: path), for: module)
  }

  /// What the linker has for an import.
  public enum Match: Sendable {
    /// A definition under the import's names, of this kind.
    case defined(kind: String)
    /// A function of a library, by its declaration.
    case function(declaration: String)
    /// A function that is declared and can be called, but no library serves the import's module.
    case declared(String)
    /// Nothing, and why.
    case missing(reason: String)
  }

  /// Finds what an instance would get for an import. Types of definitions are not compared.
  public func match(_ item: ImportDescription) -> Match {
    if let definition = definition(of: item) { return .defined(kind: definition.kindName) }
    do throws(PulleyError) {
      if let definition = try declared.definition(of: item) {
        return .function(declaration: definition.declaration?.description ?? "")
      }
      if let declaration = try declared.declaration(for: item) {
        return .declared(declaration.description)
      }
    } catch {
      return .missing(reason: error.message)
    }
    return .missing(reason: "not defined")
  }
}

extension ImportDescription {
  /// A signature in the notation of `HostSignature` by which a C function can be bound to this import.
  /// Nil if there is none.
  public var proposedSignature: String? {
    guard case .function(.wasm(let type)) = self.type else { return nil }
    return HostSignature(proposedFor: GuestFunctionType(type))?.description
  }
}
