import Glibc
import PulleyCodegen
import PulleyIR
import PulleySource
import PulleyVM
import Synchronization

/// The code of functions in CLIF: compiled on demand or all at once, or loaded from an artifact.
final class ClifCode: Sendable {
  /// Nil of an artifact.
  private let text: SourceText?
  private let names: [String]
  /// Those that indirect calls name, if the code is an artifact's.
  private let signatures: [Signature]
  private let functions: [PulleyIR.Function]
  private let optimizes: Bool
  private let mapsAllInstructions: Bool
  private let compiled: Mutex<[CompiledFunction?]>
  private let idle = Mutex<[ClifCompiler]>([])
  private let budget: CodeBudget

  init(_ linked: ClifLinking, options: Engine.Options, _ budget: CodeBudget) {
    self.budget = budget
    optimizes = options.optimizes
    mapsAllInstructions = options.mapsAllInstructions
    text = linked.source.text
    names = linked.exports.map(\.name)
    signatures = []
    functions = linked.source.functions
    compiled = Mutex(Array(repeating: nil, count: linked.source.functions.count))
  }

  init(
    _ compiled: [CompiledFunction], names: [String], signatures: [Signature],
    _ budget: CodeBudget
  ) {
    self.budget = budget
    optimizes = true
    mapsAllInstructions = false
    text = nil
    self.names = names
    self.signatures = signatures
    functions = []
    self.compiled = Mutex(compiled)
  }

  var functionCount: Int { names.count }

  /// What the text and its code are charged to.
  var account: Account { budget.account }

  /// How much of the text a function is, at most.
  private func textSize(_ function: Int) -> Int {
    guard let text else { return 0 }
    let start = functions[function].text.map { Int($0.offset) } ?? 0
    let next = function + 1 < functions.count ? functions[function + 1].text : nil
    return max(0, (next.map { Int($0.offset) } ?? text.bytes.count) - start)
  }

  /// A signature that a function's indirect calls name.
  func signature(_ number: UInt32, ofFunction index: Int) -> Signature {
    functions.isEmpty
      ? signatures[Int(number)] : functions[index].signatures[SigRef(number: number)]
  }

  func name(ofFunction index: Int) -> String { names[index] }

  /// Whether preparing the function may take some milliseconds.
  func takesLong(_ function: Int) -> Bool {
    if let known = compiled.withLock({ $0[function] }) {
      return known.code.count > LongPreparation.bytecode
    }
    return functions[function].instructions.count > LongPreparation.instructions
  }

  /// Compiles the function unless that was done before. Once the control says that nobody wants it, that
  /// may be an error.
  func code(
    of function: Int, _ control: PreparationControl = PreparationControl()
  ) throws(PulleyError) -> CompiledFunction {
    if let known = compiled.withLock({ $0[function] }) { return known }
    let work = MemoryBounds.compilingClif(textSize: textSize(function))
    try budget.begin(work, for: "compiling \(names[function])")
    defer { budget.end(work) }
    let compiler =
      idle.withLock { $0.popLast() }
      ?? ClifCompiler(optimizes: optimizes, mapsAllInstructions: mapsAllInstructions)
    defer { idle.withLock { $0.append(compiler) } }
    let result: CompiledFunction
    do {
      result = try compiler.compile(functions[function]) { control.isCancelled }
    } catch {
      var failure = PulleyError(
        .unsupported, "function \(functions[function].name) cannot be compiled: \(error)")
      let offset = compiler.failureOffset ?? functions[function].text?.offset ?? 0
      if let text { failure.locate(Int(offset), in: text) }
      throw failure
    }
    try budget.keep(result.byteCount, for: "the code of \(names[function])")
    compiled.withLock { $0[function] = result }
    return result
  }

  /// Compiles all functions, on several threads; 0 means one for each processor.
  func compileAll(_ options: Engine.Options) throws(PulleyError) {
    let threads = options.compileThreads
    let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let next = Atomic<Int>(0)
    let failure = Mutex<(function: Int, error: PulleyError)?>(nil)
    let postponed = Mutex<[Int]>([])
    let count = functionCount
    runOnThreads(min(threads > 0 ? min(threads, 256) : processors, max(1, count / 8))) {
      while true {
        let function = next.add(1, ordering: .relaxed).oldValue
        guard function < count else { return }
        options.reportsProgress?(function, count)
        do throws(PulleyError) {
          _ = try self.code(of: function)
        } catch {
          if error.kind == .limit {
            // There may be memory for it when the other threads have ended.
            postponed.withLock { $0.append(function) }
            continue
          }
          failure.withLock { first in
            if first.map({ function < $0.function }) ?? true { first = (function, error) }
          }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
    for function in postponed.withLock({ $0.sorted() }) { _ = try code(of: function) }
  }

  /// All functions, compiled, in their order.
  func compileAndGetAll(_ options: Engine.Options) throws(PulleyError) -> [CompiledFunction] {
    try compileAll(options)
    var all: [CompiledFunction] = []
    for function in 0..<functionCount { all.append(try code(of: function)) }
    return all
  }

  /// The function of a backtrace, and where in the text it was.
  func frame(function: Int, offset: Int) -> PulleyError.Frame {
    let place = compiled.withLock { $0[function] }?.sourceLocation(at: offset)
    var frame = PulleyError.Frame(
      functionIndex: function, functionName: name(ofFunction: function), moduleName: "",
      moduleOffset: place)
    if let place, let text { frame.line = text.position(ofOffset: place).line }
    return frame
  }

  func trapCode(function: Int, offset: Int) -> TrapCode? {
    compiled.withLock { $0[function] }?.trapCode(at: offset)
  }

  /// The error with the place in the text that its backtrace begins at.
  func locate(_ error: inout PulleyError) {
    guard let offset = error.backtrace.first?.moduleOffset, let text else { return }
    error.locate(offset, in: text)
  }
}
