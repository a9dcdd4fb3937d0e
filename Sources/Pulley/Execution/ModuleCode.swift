import Glibc
import PulleyCodegen
import PulleyIR
import PulleyVM
import PulleyWasm
import Synchronization

/// The code of a module's functions: compiled on demand or all at once, or loaded from an artifact.
///
/// Function numbers are those of the module's image: the defined functions, then a thunk for each
/// type. What is compiled does not depend on when or by which thread.
final class ModuleCode: FunctionSource, Sendable {
  /// More threads than any machine has use for would only cost memory.
  private static let maximumThreads = 256

  private let validated: ValidatedModule
  private let names: FunctionNameTable
  private let layout: ContextLayout
  private let linked: LinkedCode?
  private let mapsAllInstructions: Bool
  private let budget: CodeBudget
  private let compiled: Mutex<[CompiledFunction?]>
  private let idle = Mutex<[FunctionPipeline]>([])

  init(
    _ validated: ValidatedModule, layout: ContextLayout, names: FunctionNameTable,
    linked: LinkedCode?, mapsAllInstructions: Bool, _ budget: CodeBudget
  ) {
    self.budget = budget
    self.validated = validated
    self.mapsAllInstructions = mapsAllInstructions
    self.layout = layout
    self.names = names
    self.linked = linked
    let wasm = validated.module
    let count = wasm.bodies.count + wasm.types.count
    compiled = Mutex(linked == nil ? Array(repeating: nil, count: count) : [])
  }

  private var wasm: WasmModule { validated.module }

  /// What the module and its code are charged to.
  var account: Account { budget.account }

  private var functionCount: Int { wasm.bodies.count + wasm.types.count }

  // FunctionSource

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    try body(of: function, PreparationControl())
  }

  func body(
    of function: Int, _ control: PreparationControl
  ) throws(FunctionUnavailable) -> FunctionBody {
    if let linked { return try linked.body(of: function) }
    do {
      return FunctionBody(try code(of: function, control), of: wasm)
    } catch {
      if control.isCancelled { throw .cancelled }
      throw FunctionUnavailable(error)
    }
  }

  func takesLong(_ function: Int) -> Bool {
    if let linked { return linked.ranges[function].count > LongPreparation.bytecode }
    if let known = compiled.withLock({ $0[function] }) {
      return known.code.count > LongPreparation.bytecode
    }
    return bodySize(function) > LongPreparation.body
  }

  func willKeep(_ bytes: Int) throws(FunctionUnavailable) {
    do throws(PulleyError) {
      try budget.keep(bytes, for: "a function's code")
    } catch {
      throw FunctionUnavailable(error)
    }
  }

  private func bodySize(_ function: Int) -> Int {
    guard function < wasm.bodies.count else {
      let type = wasm.functionType(UInt32(function - wasm.bodies.count)) ?? FunctionType()
      return type.parameters.count + type.results.count
    }
    return wasm.bodies[function].count
  }

  private func compilingBytes(_ function: Int) -> Int {
    MemoryBounds.compiling(
      bodySize: bodySize(function),
      function < wasm.bodies.count ? validated.facts.functions[function] : FunctionFacts())
  }

  /// Compiles the function unless that was done before. Once the control says that nobody wants it, that
  /// may be an error.
  func code(
    of function: Int, _ control: PreparationControl = PreparationControl()
  ) throws(PulleyError) -> CompiledFunction {
    if let known = compiled.withLock({ $0[function] }) { return known }
    let work = compilingBytes(function)
    try budget.begin(work, for: "compiling \(symbolName(function))")
    defer { budget.end(work) }
    let pipeline = takePipeline()
    defer { idle.withLock { $0.append(pipeline) } }
    var result = try pipeline.compile(function) { control.isCancelled }
    result.fillInHostSignatures()
    try budget.keep(result.byteCount, for: "the code of \(symbolName(function))")
    compiled.withLock { $0[function] = result }
    return result
  }

  /// What is compiled of the function: its optimised IR.
  func optimizedIR(of function: Int) throws(PulleyError) -> PulleyIR.Function {
    let pipeline = takePipeline()
    defer { idle.withLock { $0.append(pipeline) } }
    return try pipeline.optimizedIR(of: function)
  }

  private func takePipeline() -> FunctionPipeline {
    idle.withLock { $0.popLast() }
      ?? FunctionPipeline(validated, layout: layout, mapsAllInstructions: mapsAllInstructions)
  }

  /// Compiles all functions, on several threads. Those that cannot be for what they contain are left
  /// out: only calling them is an error.
  ///
  /// - Parameter threads: how many; 0 means one for each processor.
  func compileAll(_ options: Engine.Options) throws(PulleyError) {
    let threads = options.compileThreads
    guard linked == nil else { return }
    let count = functionCount
    let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let wanted = threads > 0 ? min(threads, Self.maximumThreads) : processors
    let next = Atomic<Int>(0)
    let failure = Mutex<(function: Int, error: PulleyError)?>(nil)
    let postponed = Mutex<[Int]>([])
    runOnThreads(min(wanted, max(1, count / 8))) {
      while true {
        let function = next.add(1, ordering: .relaxed).oldValue
        guard function < count else { return }
        options.reportsProgress?(function, count)
        do throws(PulleyError) {
          _ = try self.code(of: function)
        } catch {
          if error.kind == .unsupported { continue }
          if error.kind == .limit {
            // There may be memory for it when the other threads have ended.
            postponed.withLock { $0.append(function) }
            continue
          }
          // The lowest number wins, so that the error does not depend on the threads.
          failure.withLock { first in
            if first.map({ function < $0.function }) ?? true { first = (function, error) }
          }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
    for function in postponed.withLock({ $0.sorted() }) { _ = try code(of: function) }
  }

  /// All functions, compiled and linked.
  func link(_ options: Engine.Options) throws(PulleyError) -> LinkedCode {
    if let linked { return linked }
    try compileAll(options)
    let size = (0..<functionCount).reduce(0) { $0 + bodySize($1) }
    let work = MemoryBounds.saving(
      codeSize: size, functions: functionCount, described: wasm.bytes.count)
    try budget.begin(work, for: "linking the module's code")
    defer { budget.end(work) }
    var functions: [CompiledFunction] = []
    functions.reserveCapacity(functionCount)
    for function in 0..<functionCount { functions.append(try code(of: function)) }
    return try LinkedCode(linking: functions) { $0.function(in: wasm) }
  }

  // Positions

  /// The function of a backtrace; nil for a thunk into the host.
  func frame(function: Int, offset: Int) -> PulleyError.Frame? {
    guard function < wasm.bodies.count else { return nil }
    let index = wasm.importedFunctionCount + function
    return PulleyError.Frame(
      functionIndex: index, functionName: names.name(ofFunction: index),
      moduleName: names.moduleName,
      moduleOffset: moduleOffset(function: function, offset: offset))
  }

  /// What an artifact calls a function of the image.
  func symbolName(_ function: Int) -> String {
    function < wasm.bodies.count
      ? names.name(ofFunction: wasm.importedFunctionCount + function)
      : "host_thunk[\(function - wasm.bodies.count)]"
  }

  /// What the compiler said of the trap at a bytecode offset of a function.
  func trapCode(function: Int, offset: Int) -> TrapCode? {
    if let linked { return linked.trapCode(function: function, offset: offset) }
    guard let code = compiled.withLock({ $0[function] }) else { return nil }
    return code.trapCode(at: offset)
  }

  /// The byte of the module that a bytecode offset of a function comes from.
  func moduleOffset(function: Int, offset: Int) -> Int? {
    if let linked { return linked.moduleOffset(function: function, offset: offset) }
    guard let code = compiled.withLock({ $0[function] }) else { return nil }
    return code.sourceLocation(at: offset)
  }
}

extension FunctionUnavailable {
  /// Of a function that could not be compiled, which may be tried anew if only memory was wanting.
  init(_ error: PulleyError) {
    self.init(
      message: error.kind == .limit ? error.message : error.description,
      kind: error.kind == .limit ? .outOfMemory : .functionUnavailable)
  }
}

extension CompiledFunction {
  /// What it takes as long as it is kept.
  var byteCount: Int {
    256 + code.count + relocations.count * MemoryLayout<Relocation>.stride
      + traps.count * MemoryLayout<TrapEntry>.stride
      + sourceLocations.count * MemoryLayout<SourceEntry>.stride
      + handlers.count * MemoryLayout<ExceptionHandler>.stride
      + indirectCalls.count * MemoryLayout<IndirectCall>.stride
  }

  /// Writes the numbers of signatures into the calls of the host, which do not depend on where the
  /// code goes. Numbers that a byte cannot hold travel in x15, as the code is prepared for.
  fileprivate mutating func fillInHostSignatures() {
    for relocation in relocations where relocation.kind == .hostCall {
      code[Int(relocation.offset) + Int(relocation.patchDistance)] = UInt8(
        min(relocation.target, 255))
    }
  }

  func trapCode(at offset: Int) -> TrapCode? {
    let index = traps.partitioningIndex { Int($0.offset) >= offset }
    guard index < traps.count, Int(traps[index].offset) == offset else { return nil }
    return traps[index].code
  }

  func sourceLocation(at offset: Int) -> Int? {
    let index = sourceLocations.partitioningIndex { Int($0.offset) > offset }
    guard index > 0 else { return nil }
    let location = sourceLocations[index - 1].location
    return location == .max ? nil : Int(location)
  }
}

extension Array {
  /// The first index whose element satisfies `predicate`, which must hold for all that follow.
  func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Relocation {
  /// The number in the module's image of the function that is named; nil if none is.
  func function(in wasm: WasmModule) -> Int? {
    guard kind == .nearCall || kind == .functionAddress else { return nil }
    return namespace == FunctionNames.thunkNamespace
      ? wasm.bodies.count + Int(target) : Int(target) - wasm.importedFunctionCount
  }
}

extension FunctionBody {
  init(_ code: CompiledFunction, of wasm: WasmModule) {
    self.init(
      bytes: code.code,
      calls: code.relocations.compactMap { relocation in
        guard let function = relocation.function(in: wasm) else { return nil }
        return CallTarget(instruction: relocation.offset, function: UInt32(function))
      })
  }
}
