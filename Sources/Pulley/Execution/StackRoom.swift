import PulleyVM

extension HostStack {
  /// Makes something where there is room for it: here, or on another thread if little is left of this
  /// one's stack. So it must call nothing of the embedder's.
  static func make<Result>(
    _ body: () throws(PulleyError) -> Result
  ) throws(PulleyError) -> Result {
    // Two variables, for the types of generic values are made on the stack that is short.
    var value: Result?
    var failure: PulleyError?
    _ = run(needing: roomForObjects) {
      do throws(PulleyError) { value = try body() } catch { failure = error }
    }
    if let value { return value }
    throw failure ?? PulleyError(.limit, "too little is left of the thread's stack")
  }
}
