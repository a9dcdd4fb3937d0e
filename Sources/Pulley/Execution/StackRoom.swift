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
  /// Makes something where there is room for it: here, or on another thread if little is left of this
  /// one's stack. So it must call nothing of the embedder's.
  package static func make<Result>(
    _ body: () throws(PulleyError) -> Result
  ) throws(PulleyError) -> Result {
    // Two variables, for the types of generic values are made on the stack that is short.
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
