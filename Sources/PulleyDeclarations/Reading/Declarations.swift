import PulleySource
import PulleyText

/// Declarations of C: the output of a C preprocessor, or prototypes written by hand.
///
/// Several texts accumulate. Names may be declared again with the same type.
///
/// The members of the records live as long as any copy of the `Declarations` that read them, or any
/// `FunctionDeclaration` from them. Afterwards a record keeps its name and its layouts.
public struct Declarations: Sendable {
  var scope = Scope()

  public init() {}

  /// Reads a text. After an error, what comes before the declaration with the error is declared.
  public mutating func read(_ source: SourceText) throws(DeclarationError) {
    // Without a second reference to the scope, it is changed in place.
    var reader = DeclarationReader(source, take())
    defer { scope = reader.finish() }
    try reader.readAll()
  }

  /// Reads a text whose name for messages is `name`.
  public mutating func read(_ text: String, name: String = "") throws(DeclarationError) {
    try read(SourceText(text, name: name))
  }

  private mutating func take() -> Scope {
    var taken = Scope(owner: scope.owner)
    swap(&taken, &scope)
    return taken
  }

  public func function(named name: String) -> FunctionDeclaration? {
    guard case .function(let declaration)? = scope.names[name]?.kind else { return nil }
    return scope.finalizers.contains(name) ? declaration.asFinalizer : declaration
  }

  /// A function that ends objects: one of this name that is declared, or a well-known one.
  public func finalizer(named name: String) -> FunctionDeclaration? {
    function(named: name) ?? KnownDeclarations.function(named: name)
  }

  /// The names of the functions, in the order of their declarations.
  public var functionNames: [String] { scope.functionNames }

  /// The type that a `typedef`, or a tag after `struct`, `union` or `enum`, names.
  public func type(named name: String) -> CType? {
    let words = name.split(separator: " ").map(String.init)
    if words.count == 2, let tag = scope.tags[words[1]], tag.keyword == words[0] { return tag.type }
    if case .type(let use)? = scope.names[name]?.kind { return use.type }
    return StandardTypes.predefined[name]
  }

  /// The names of all types: typedefs, and tags with `struct`, `union` or `enum` before them. In no
  /// order.
  public var typeNames: [String] {
    scope.names.compactMap { name, entity in
      if case .type = entity.kind { name } else { nil }
    } + scope.tags.map { "\($1.keyword) \($0)" }
  }

  /// The function whose name is nearest to a misspelled one; nil if none is near.
  public func nearestName(to name: String) -> String? {
    NearestName.of(scope.functionNames, to: name)
  }
}
