import PulleyDeclarations
import PulleyVM

/// A C function that the embedder registered under a name.
///
/// Each record of an import keeps its definition alive. The finalizer runs when the last reference is
/// gone.
public final class HostDefinition: @unchecked Sendable {
  public typealias Function = @convention(c) () -> Void
  public typealias Finalizer = HostStack.Callback

  /// The function's name in messages: "env.puts".
  public let name: String
  public let signature: HostSignature
  public let function: Function
  public let userData: UnsafeMutableRawPointer?
  /// Where the signature comes from, if it is not a text. It also keeps the members of the
  /// signature's records.
  public let declaration: FunctionDeclaration?
  /// What ends the objects that the function makes.
  let handleFinalizers: HandleFinalizers
  private let finalizer: Finalizer?
  /// The library that has the function.
  private let library: AnyObject?

  public init(
    name: String, signature: HostSignature, function: Function,
    userData: UnsafeMutableRawPointer? = nil, finalizer: Finalizer? = nil,
    declaration: FunctionDeclaration? = nil,
    handleFinalizers: HandleFinalizers = HandleFinalizers(), library: AnyObject? = nil
  ) {
    self.handleFinalizers = handleFinalizers
    self.declaration = declaration
    self.library = library
    self.name = name
    self.signature = signature
    self.function = function
    self.userData = userData
    self.finalizer = finalizer
  }

  deinit {
    if let finalizer { HostStack.callHost(finalizer, userData) }
  }
}
