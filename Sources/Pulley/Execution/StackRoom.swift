import PulleyVM

extension HostStack {
  /// Makes something where there is room for it: here, or on another thread if little is left of this
  /// one's stack. So it must call nothing of the embedder's.
  static func make<Result>(
    _ body: () throws(PulleyError) -> Result
  ) throws(PulleyError) -> Result {
    var outcome: Swift.Result<Result, PulleyError>?
    _ = run(needing: roomForObjects) {
      do throws(PulleyError) {
        outcome = .success(try body())
      } catch {
        outcome = .failure(error)
      }
    }
    guard let outcome else {
      throw PulleyError(.limit, "too little is left of the thread's stack")
    }
    return try outcome.get()
  }
}
