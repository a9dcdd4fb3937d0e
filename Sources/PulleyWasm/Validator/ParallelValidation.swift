import Synchronization

/// Runs a function on several threads, the calling one among them, and returns when all have ended.
public typealias ThreadRunner = (@escaping @Sendable () -> Void) -> Void

extension WasmModule {
  /// Below this size in bytes, starting threads takes as long as they save.
  static let largeSize = 512 << 10
  /// How many bodies a thread takes at a time.
  private static let portion = 64

  /// The facts of all bodies, or nil if anything in the module is invalid: then validating everything in
  /// order finds the first error.
  func validateBodies(on threads: ThreadRunner) -> [FunctionFacts]? {
    let module = self
    let count = bodies.count
    let next = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    let done = Mutex<[(start: Int, facts: [FunctionFacts])]>([])
    threads {
      // A context is not shared, because looking up types changes it.
      let context = ModuleContext(module)
      guard (try? ModuleValidator(context: context).validate()) != nil else {
        failed.store(true, ordering: .relaxed)
        return
      }
      var validator = FunctionValidator(context)
      while !failed.load(ordering: .relaxed) {
        let start = next.add(Self.portion, ordering: .relaxed).oldValue
        guard start < count else { return }
        var facts: [FunctionFacts] = []
        facts.reserveCapacity(Self.portion)
        for body in start..<min(start + Self.portion, count) {
          guard let known = try? validator.validate(definedIndex: body) else {
            failed.store(true, ordering: .relaxed)
            return
          }
          facts.append(known)
        }
        done.withLock { $0.append((start, facts)) }
      }
    }
    if failed.load(ordering: .relaxed) { return nil }
    var all: [FunctionFacts] = []
    all.reserveCapacity(count)
    for (_, facts) in done.withLock({ $0.sorted { $0.start < $1.start } }) { all += facts }
    return all.count == count ? all : nil
  }
}
