import PulleyVM

/// A C function as the embedder registered it, before any guest imports it.
///
/// Every record made for an import keeps its definition alive; the last to let go runs the
/// finalizer.
public final class HostDefinition: @unchecked Sendable {
  public typealias Function = @convention(c) () -> Void
  public typealias Finalizer = HostStack.Callback

  /// What messages call the function: "env.puts".
  public let name: String
  public let signature: HostSignature
  public let function: Function
  public let userData: UnsafeMutableRawPointer?
  private let finalizer: Finalizer?

  public init(
    name: String, signature: HostSignature, function: Function,
    userData: UnsafeMutableRawPointer? = nil, finalizer: Finalizer? = nil
  ) {
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
