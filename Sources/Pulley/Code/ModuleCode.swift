import Glibc
import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyVM
import Synchronization

/// The code of a module's functions: compiled on demand or all at once, or loaded from an artifact.
///
/// The code does not depend on when it is compiled or by which thread.
final class ModuleCode: CodeOrigin, Sendable {
  let frontEnd: any FrontEnd
  private let options: Engine.Options
  private let budget: CodeBudget
  /// An artifact's code if all of it is in one text.
  private let relocated: RelocatedCode?
  private let compiled: Mutex<[CompiledFunction?]>
  /// By function: the code of the first tier; empty if there is none.
  private let provisional: Mutex<[ProvisionalFunction?]>
  /// What remains of functions from a loop on.
  private let continuations = Mutex<[Continuation: CompiledFunction]>([:])
  private let tiers: Tiers
  private let queue: TierQueue
  private let idle = Mutex<[any FunctionPipeline]>([])
  /// Code of earlier runs; nil if there is no cache for the module.
  private let cache: ModuleCache?

  /// Code to be compiled by `frontEnd`.
  init(
    _ frontEnd: any FrontEnd, _ engine: Engine, _ budget: CodeBudget, _ cache: ModuleCache? = nil
  ) {
    self.frontEnd = frontEnd
    self.cache = cache
    options = engine.options
    self.budget = budget
    relocated = nil
    tiers = options.usesTiers && frontEnd.hasFirstTier ? options.tiers : .second
    queue = engine.tierQueue
    provisional = Mutex(
      tiers == .second ? [] : Array(repeating: nil, count: frontEnd.functionCount))
    compiled = Mutex(Array(repeating: nil, count: frontEnd.functionCount))
  }

  /// The code of an artifact, relocated or function by function.
  init(
    _ frontEnd: any FrontEnd, _ code: ArtifactCode, _ engine: Engine, _ budget: CodeBudget
  ) {
    self.frontEnd = frontEnd
    options = engine.options
    self.budget = budget
    tiers = .second
    queue = engine.tierQueue
    provisional = Mutex([])
    cache = nil
    switch code {
    case .relocated(let code):
      relocated = code
      compiled = Mutex([])
    case .functions(let functions):
      relocated = nil
      compiled = Mutex(functions)
    }
  }

  deinit { cache?.store() }

  /// Writes code that the cache does not have, if it is worth it.
  func storeInCache() { cache?.store() }

  /// How many functions came from a cache, and how many were compiled for it; nil without a cache.
  var cacheCounts: (loaded: Int, compiled: Int)? { cache?.counts }

  enum ArtifactCode {
    case relocated(RelocatedCode)
    case functions([CompiledFunction])
  }

  var code: ModuleCode { self }

  /// The account that the module and its code are charged to.
  var account: Account { budget.account }

  // FunctionSource

  func body(
    of function: Int, _ control: PredecodingControl
  ) throws(FunctionUnavailable) -> FunctionBody {
    if let relocated { return try relocated.body(of: function) }
    if tiers != .second, let body = try provisionalBody(of: function, control) { return body }
    return FunctionBody(try compiled(function, control), frontEnd)
  }

  /// The loop of a function that a continuation begins with.
  private struct Continuation: Hashable {
    var function: Int
    var loop: UInt32
  }

  func becameHot(_ function: Int, loop: UInt32?, in image: CodeImage) {
    let job = TierQueue.Job(image: image, function: function, loop: loop)
    if tiers == .background {
      queue.add(job)
    } else if !frontEnd.takesLongToCompile(function, isFirstTier: true) {
      // The guest waits and cannot be interrupted meanwhile.
      job.run()
    }
  }

  func replacement(
    of function: Int, loop: UInt32?, _ control: PredecodingControl
  ) throws(FunctionUnavailable) -> (FunctionBody, locals: [ABILocation]) {
    guard let loop else { return (FunctionBody(try compiled(function, control), frontEnd), []) }
    do throws(PulleyError) {
      let (code, locals) = try withPipeline(for: function) { pipeline throws(PulleyError) in
        try pipeline.compileContinuation(function, loop: Int(loop)) { control.isCancelled }
      }
      try keep(code, of: function)
      continuations.withLock { $0[Continuation(function: function, loop: loop)] = code }
      return (FunctionBody(code, frontEnd), locals)
    } catch {
      throw FunctionUnavailable(error)
    }
  }

  func takesLong(_ function: Int) -> Bool {
    let size =
      relocated.map { $0.ranges[function].count }
      ?? compiled.withLock { $0[function]?.code.count } ?? cache?.size(ofFunction: function)
    return size.map { $0 > LongCompilation.bytecode }
      ?? frontEnd.takesLongToCompile(function, isFirstTier: tiers != .second)
  }

  func willKeep(_ bytes: Int) throws(FunctionUnavailable) {
    do throws(PulleyError) {
      try budget.keep(bytes, for: "a function's code")
    } catch {
      throw FunctionUnavailable(error)
    }
  }

  /// The function's code, for a source of bytecode.
  func compiled(
    _ function: Int, _ control: PredecodingControl
  ) throws(FunctionUnavailable) -> CompiledFunction {
    do throws(PulleyError) {
      return try compile(function, control)
    } catch {
      if control.isCancelled { throw .cancelled }
      throw FunctionUnavailable(error)
    }
  }

  // Compiling

  /// Compiles the function unless that was done before. If the control is cancelled meanwhile, that may
  /// be an error.
  func compile(
    _ function: Int, _ control: PredecodingControl = PredecodingControl()
  ) throws(PulleyError) -> CompiledFunction {
    if let known = compiled.withLock({ $0[function] }) { return known }
    if let cached = cache?.function(function) {
      try budget.keep(cached.byteCount, for: "the code of a function")
      compiled.withLock { $0[function] = cached }
      return cached
    }
    let result = try withPipeline(for: function) { pipeline throws(PulleyError) in
      try pipeline.compile(function) { control.isCancelled }
    }
    try keep(result, of: function)
    compiled.withLock { $0[function] = result }
    cache?.add(function, result)
    return result
  }

  /// The body of a function in the first tier; nil if the function has been optimised already or the
  /// first tier does not support it.
  private func provisionalBody(
    of function: Int, _ control: PredecodingControl
  ) throws(FunctionUnavailable) -> FunctionBody? {
    if compiled.withLock({ $0[function] != nil }) || cache?.size(ofFunction: function) != nil {
      return nil
    }
    var result = provisional.withLock { $0[function] }
    if result == nil {
      do throws(PulleyError) {
        let code = try withPipeline(for: function) { pipeline throws(PulleyError) in
          pipeline.compileProvisionally(function)
        }
        guard let code else { return nil }
        try keep(code.function, of: function)
        provisional.withLock { $0[function] = code }
        result = code
      } catch {
        throw FunctionUnavailable(error)
      }
    }
    guard let result else { return nil }
    var body = FunctionBody(result.function, frontEnd)
    body.provisional = ProvisionalFacts(
      heat: tiers.heat(bytes: result.function.code.count, wanted: options.heat),
      loops: result.loops, locals: result.locals)
    return body
  }

  /// The IR that the function's code is generated from.
  func optimizedIR(of function: Int) throws(PulleyError) -> PulleyIR.Function {
    let pipeline = takePipeline()
    defer { idle.withLock { $0.append(pipeline) } }
    return try pipeline.optimizedIR(of: function)
  }

  /// Calls `body` with a pipeline while the memory that compiling the function takes is charged.
  private func withPipeline<Result>(
    for function: Int, _ body: (any FunctionPipeline) throws(PulleyError) -> Result
  ) throws(PulleyError) -> Result {
    let work = try frontEnd.compilingBytes(ofFunction: function)
    try budget.begin(work, for: "compiling \(frontEnd.symbolName(ofFunction: function))")
    defer { budget.end(work) }
    let pipeline = takePipeline()
    defer { idle.withLock { $0.append(pipeline) } }
    return try body(pipeline)
  }

  private func keep(_ code: CompiledFunction, of function: Int) throws(PulleyError) {
    try budget.keep(
      code.byteCount, for: "the code of \(frontEnd.symbolName(ofFunction: function))")
  }

  private func takePipeline() -> any FunctionPipeline {
    idle.withLock { $0.popLast() } ?? frontEnd.makePipeline()
  }

  /// Compiles all functions, on several threads. Skips functions that use unsupported features:
  /// only calling such a function is an error.
  func compileAll() throws(PulleyError) {
    guard relocated == nil else { return }
    let count = frontEnd.functionCount
    let threads = options.threadCount
    let next = Atomic<Int>(0)
    let progress = Progress(options, total: count)
    let failure = Mutex<(function: Int, error: PulleyError)?>(nil)
    let postponed = Mutex<[Int]>([])
    runOnThreads(min(threads, max(1, count / 8))) {
      while true {
        let function = next.add(1, ordering: .relaxed).oldValue
        guard function < count else { return }
        do throws(PulleyError) {
          _ = try self.compile(function)
        } catch {
          switch error.kind {
          case .unsupported: break
          case .limit:
            // There may be memory for it when the other threads have ended.
            postponed.withLock { $0.append(function) }
            continue
          default:
            // The lowest number wins, so that the error does not depend on the threads.
            failure.withLock { first in
              if first.map({ function < $0.function }) ?? true { first = (function, error) }
            }
          }
        }
        progress.advance()
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
    for function in postponed.withLock({ $0.sorted() }) {
      _ = try compile(function)
      progress.advance()
    }
  }

  /// Tells the embedder how many functions have been compiled.
  private final class Progress: Sendable {
    private let report: (@Sendable (_ done: Int, _ total: Int) -> Void)?
    private let done = Atomic<Int>(0)
    private let total: Int

    init(_ options: Engine.Options, total: Int) {
      report = options.reportsProgress
      self.total = total
    }

    func advance() {
      guard let report else { return }
      report(done.add(1, ordering: .relaxed).newValue, total)
    }
  }

  /// The code of all functions.
  func compiledFunctions() throws(PulleyError) -> [CompiledFunction] {
    try compileAll()
    var functions: [CompiledFunction] = []
    functions.reserveCapacity(frontEnd.functionCount)
    for function in 0..<frontEnd.functionCount { functions.append(try compile(function)) }
    return functions
  }

  /// The code of all functions in one text, with relocations applied.
  func relocate() throws(PulleyError) -> RelocatedCode {
    if let relocated { return relocated }
    let functions = try compiledFunctions()
    let work = MemoryBounds.saving(
      codeSize: functions.reduce(0) { $0 + $1.code.count }, functions: functions.count,
      described: functions.reduce(0) { $0 + $1.byteCount })
    try budget.begin(work, for: "relocating the module's code")
    defer { budget.end(work) }
    return try RelocatedCode(functions) { frontEnd.target(of: $0) }
  }

  // Where instructions come from

  /// A backtrace's entry for the instruction at a bytecode offset of a function; nil in functions that
  /// the front end has added.
  func frame(function: Int, offset: Int, _ variant: CodeVariant) -> PulleyError.Frame? {
    frontEnd.frame(
      ofFunction: function,
      sourceOffset: relocated?.sourceOffset(function: function, offset: offset)
        ?? compiledFunction(function, variant)?.sourceOffset(at: offset))
  }

  /// The compiler's trap code for the instruction at a bytecode offset of a function.
  func trapCode(function: Int, offset: Int, _ variant: CodeVariant) -> TrapCode? {
    relocated?.trapCode(function: function, offset: offset)
      ?? compiledFunction(function, variant)?.trapCode(at: offset)
  }

  private func compiledFunction(_ function: Int, _ variant: CodeVariant) -> CompiledFunction? {
    guard relocated == nil else { return nil }
    return switch variant {
    case .final: compiled.withLock { $0[function] }
    case .provisional: provisional.withLock { $0[function]?.function }
    case .continuation(let loop):
      continuations.withLock { $0[Continuation(function: function, loop: loop)] }
    }
  }
}

extension FunctionUnavailable {
  /// A function could not be compiled. Where only memory was missing, the next call tries again.
  init(_ error: PulleyError) {
    self.init(
      message: error.kind == .limit ? error.message : error.description,
      kind: error.kind == .limit ? .outOfMemory : .functionUnavailable)
  }
}

extension FunctionBody {
  init(_ compiled: CompiledFunction, _ frontEnd: some FrontEnd) {
    self.init(
      bytes: compiled.code,
      calls: compiled.relocations.compactMap { relocation in
        frontEnd.target(of: relocation).map {
          CallTarget(instruction: relocation.offset, function: UInt32($0))
        }
      })
    frameBytes = compiled.frameBytes
    handlers = compiled.handlers
  }
}
