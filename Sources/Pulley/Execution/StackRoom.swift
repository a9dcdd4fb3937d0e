import PulleyVM

/// Makes an error and releases it. The Swift runtime looks up the types that this needs on the first time,
/// which takes more of the stack than a small one may have left when a call fails.
private let errorTypes: Int = {
  var error = PulleyError(.internal, String(repeating: "?", count: 40))
  error.backtrace = [
    PulleyError.Frame(
      functionIndex: 0, functionName: error.message, moduleName: error.message + "!",
      moduleOffset: nil)
  ]
  error.others = [error]
  return CallFailure(error).error.fullDescription.utf8.count
}()

extension HostStack {
  /// Runs `body` here, or on another thread if little is left of this thread's stack. So `body`
  /// must not call functions of the embedder.
  package static func make<Result>(
    _ body: () throws(PulleyError) -> Result
  ) throws(PulleyError) -> Result {
    // Two variables instead of one generic value, whose type would be made on the short stack.
    var value: Result?
    var failure: PulleyError?
    _ = run(needing: roomForObjects) {
      _ = errorTypes
      do throws(PulleyError) { value = try body() } catch { failure = error }
    }
    if let value { return value }
    throw failure ?? PulleyError(.limit, "too little is left of the thread's stack")
  }
}
