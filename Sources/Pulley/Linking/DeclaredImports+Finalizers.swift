import PulleyDeclarations
import PulleyHost
import PulleyText

/// The functions that end the objects of the host which instances leave.
extension DeclaredImports {
  /// A function, and what keeps it.
  typealias Owned = (function: HostDefinition.Function, owner: any AnyObject & Sendable)

  /// The finalizers of a function that a library has. Only the same library gives them.
  func finalizers(
    of declaration: FunctionDeclaration, in library: SharedLibrary, for item: ImportDescription
  ) throws(PulleyError) -> HandleFinalizers {
    do throws(BindingRefusal) {
      return try finalizers(of: declaration) { finalizer in
        guard case .found(let address) = library.symbol(finalizer.symbol) else { return nil }
        return (unsafeBitCast(address, to: HostDefinition.Function.self), library)
      }
    } catch {
      throw item.cannotBeBound(error)
    }
  }

  /// The finalizers of a function's handles. Throws if one is missing that the declarations ask for;
  /// without one that is only known to exist, objects have none.
  ///
  /// - Parameter find: the function of a declaration; nil if there is none.
  func finalizers(
    of declaration: FunctionDeclaration, _ find: (FunctionDeclaration) -> Owned?
  ) throws(BindingRefusal) -> HandleFinalizers {
    var found = HandleFinalizers()
    for handle in try declaration.finalizedHandles() {
      let finalizer: HandleFinalizer
      do throws(BindingRefusal) {
        finalizer = try self.finalizer(of: handle, find)
      } catch {
        guard !handle.finalizer.isRequired else { throw error }
        continue
      }
      if let position = handle.position {
        found.parameters[position] = finalizer
      } else {
        found.result = finalizer
      }
    }
    return found
  }

  private func finalizer(
    of handle: FinalizedHandle, _ find: (FunctionDeclaration) -> Owned?
  ) throws(BindingRefusal) -> HandleFinalizer {
    let name = handle.finalizer.name
    guard let declaration = declarations.finalizer(named: name) else {
      throw BindingRefusal("its finalizer '\(VisibleText.name(name))' is not declared")
    }
    if let refusal = declaration.refusal(toEnd: handle) { throw refusal }
    guard let found = find(declaration) else {
      throw BindingRefusal(
        "its finalizer '\(declaration)' is declared, but there is no such function: the library that "
          + "has the function must have it, or it must be bound before")
    }
    return HandleFinalizer(
      name: name,
      function: unsafeBitCast(found.function, to: HandleFinalizer.Function.self),
      library: found.owner)
  }
}
