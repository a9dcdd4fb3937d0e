import Glibc
import PulleyCodegen
import PulleyIR
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
  private let idle = Mutex<[any FunctionPipeline]>([])
  /// Code of earlier runs; nil if there is no cache for the module.
  private let cache: ModuleCache?

  /// Code to be compiled by `frontEnd`.
  init(
    _ frontEnd: any FrontEnd, _ options: Engine.Options, _ budget: CodeBudget,
    _ cache: ModuleCache? = nil
  ) {
    self.frontEnd = frontEnd
    self.cache = cache
    self.options = options
    self.budget = budget
    relocated = nil
    compiled = Mutex(Array(repeating: nil, count: frontEnd.functionCount))
  }

  /// The code of an artifact, relocated or function by function.
  init(
    _ frontEnd: any FrontEnd, _ code: ArtifactCode, _ options: Engine.Options, _ budget: CodeBudget
  ) {
    self.frontEnd = frontEnd
    self.options = options
    self.budget = budget
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
    return FunctionBody(try compiled(function, control), frontEnd)
  }

  func takesLong(_ function: Int) -> Bool {
    let size =
      relocated.map { $0.ranges[function].count }
      ?? compiled.withLock { $0[function]?.code.count } ?? cache?.size(ofFunction: function)
    return size.map { $0 > LongCompilation.bytecode } ?? frontEnd.takesLongToCompile(function)
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
    let name = frontEnd.symbolName(ofFunction: function)
    let work = try frontEnd.compilingBytes(ofFunction: function)
    try budget.begin(work, for: "compiling \(name)")
    defer { budget.end(work) }
    let pipeline = takePipeline()
    defer { idle.withLock { $0.append(pipeline) } }
    let result = try pipeline.compile(function) { control.isCancelled }
    try budget.keep(result.byteCount, for: "the code of \(name)")
    compiled.withLock { $0[function] = result }
    cache?.add(function, result)
    return result
  }

  /// The IR that the function's code is generated from.
  func optimizedIR(of function: Int) throws(PulleyError) -> PulleyIR.Function {
    let pipeline = takePipeline()
    defer { idle.withLock { $0.append(pipeline) } }
    return try pipeline.optimizedIR(of: function)
  }

  private func takePipeline() -> any FunctionPipeline {
    idle.withLock { $0.popLast() } ?? frontEnd.makePipeline()
  }

  /// More threads than any machine has use for would only cost memory.
  private static let maximumThreads = 256

  /// Compiles all functions, on several threads. Skips functions that use unsupported features:
  /// only calling such a function is an error.
  func compileAll() throws(PulleyError) {
    guard relocated == nil else { return }
    let count = frontEnd.functionCount
    let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let wanted = options.compileThreads
    let threads = wanted > 0 ? min(wanted, Self.maximumThreads) : processors
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
  func frame(function: Int, offset: Int) -> PulleyError.Frame? {
    frontEnd.frame(
      ofFunction: function, sourceOffset: sourceOffset(function: function, offset: offset))
  }

  /// The compiler's trap code for the instruction at a bytecode offset of a function.
  func trapCode(function: Int, offset: Int) -> TrapCode? {
    relocated?.trapCode(function: function, offset: offset)
      ?? compiledFunction(function)?.trapCode(at: offset)
  }

  /// The byte of the source that the instruction at a bytecode offset of a function comes from.
  private func sourceOffset(function: Int, offset: Int) -> Int? {
    relocated?.sourceOffset(function: function, offset: offset)
      ?? compiledFunction(function)?.sourceOffset(at: offset)
  }

  private func compiledFunction(_ function: Int) -> CompiledFunction? {
    guard relocated == nil else { return nil }
    return compiled.withLock { $0[function] }
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
