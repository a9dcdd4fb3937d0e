import PulleyVM

/// The function that ends the life of objects of the host, such as `fclose`.
public final class HandleFinalizer: Sendable {
  public typealias Function = HostStack.Callback

  /// The function's name in C.
  public let name: String
  private let function: Function
  /// The library that has the function.
  private let library: (any AnyObject & Sendable)?

  public init(name: String, function: Function, library: (any AnyObject & Sendable)? = nil) {
    self.name = name
    self.function = function
    self.library = library
  }

  private struct Call {
    let finalizer: HandleFinalizer
    let object: UnsafeMutableRawPointer
    let kept: AnyObject?
  }

  /// Calls the function, now or when the library's work on this thread is done.
  ///
  /// - Parameter kept: what must live until the call has returned.
  func callHost(_ object: UnsafeMutableRawPointer, keeping kept: AnyObject? = nil) {
    let call = UnsafeMutablePointer<Call>.allocate(capacity: 1)
    call.initialize(to: Call(finalizer: self, object: object, kept: kept))
    HostStack.callHost(
      { argument in
        guard let call = argument?.assumingMemoryBound(to: Call.self) else { return }
        let made = call.move()
        call.deallocate()
        withExtendedLifetime(made) { made.finalizer.function(made.object) }
      }, call)
  }
}

/// The finalizers of the objects that a C function makes.
public struct HandleFinalizers: Sendable {
  /// Of the object that it returns.
  public var result: HandleFinalizer?
  /// Of the objects that it stores where its parameters lead to, by the parameters' positions.
  public var parameters: [Int: HandleFinalizer] = [:]

  public init() {}

  var isEmpty: Bool { result == nil && parameters.isEmpty }
}
