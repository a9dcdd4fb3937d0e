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
  }

  /// Calls the function, now or when the library's work on this thread is done.
  func callHost(_ object: UnsafeMutableRawPointer) {
    let call = UnsafeMutablePointer<Call>.allocate(capacity: 1)
    call.initialize(to: Call(finalizer: self, object: object))
    HostStack.callHost(
      { argument in
        guard let call = argument?.assumingMemoryBound(to: Call.self) else { return }
        let made = call.move()
        call.deallocate()
        made.finalizer.function(made.object)
      }, call)
  }
}
