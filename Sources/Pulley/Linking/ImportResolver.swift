import PulleyText
import PulleyVM

/// Decides about an import that has no definition. An error that it throws ends the instantiation.
public typealias ImportResolver = (ImportDescription) throws(PulleyError) -> ImportResolution

/// What a resolver decides.
public enum ImportResolution: Sendable {
  /// The import is what the linker has now under its names. It is missing if that is nothing.
  case asDefined
  /// The import is a function that traps when it is called.
  case trapsWhenCalled
}

extension Linker {
  /// What an instance gets for an import; nil if there is nothing. Throws if libraries should have it,
  /// and do not.
  func find(_ item: ImportDescription) throws(PulleyError) -> Definition? {
    if let definition = definition(of: item) { return definition }
    if let definition = try declared.definition(of: item) { return .host(definition) }
    try declared.refuseUnserved(item)
    return nil
  }

  /// Calls the resolver for the imports without a definition, on this thread, because it is the
  /// embedder's.
  ///
  /// - Returns: the numbers of the functions that trap when they are called.
  func resolveMissing(_ module: Module) throws(PulleyError) -> Set<Int> {
    guard let resolver = importResolver else { return [] }
    var left: Set<Int> = []
    for (index, item) in module.imports.enumerated() {
      // An error is reported with those of all other imports, if the resolver has no answer.
      let isFound = try HostStack.make { () throws(PulleyError) in (try? find(item)) != nil }
      if isFound { continue }
      // Resolvers may make instances, whose imports are resolved in turn.
      guard HostStack.hasRoom(HostStack.roomForObjects) else {
        throw PulleyError(
          .limit, "too little is left of the thread's stack to resolve \(item.qualifiedName)")
      }
      guard case .trapsWhenCalled = try resolver(item) else { continue }
      guard case .function = item.type else {
        throw PulleyError(
          .argument,
          "the resolver leaves \(item) to trap when it is called, and only functions can be called")
      }
      left.insert(index)
    }
    return left
  }
}
