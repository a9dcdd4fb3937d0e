import PulleyBaseline
import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyOptimizer
import PulleyWasm

/// Compiles functions of WebAssembly: translation to the IR, optimisation, code generation.
final class WasmPipeline: FunctionPipeline, @unchecked Sendable {
  private let module: WasmModule
  private var translator: FunctionTranslator
  private var optimizer = Optimizer()
  private var baseline: BaselineCompiler
  private var compiler = FunctionCompiler()
  /// The function being compiled; kept for its storage.
  private var ir = PulleyIR.Function(name: FunctionNames.function(0), signature: Signature())

  init(_ validated: ValidatedModule, layout: ContextLayout, mapsAllInstructions: Bool) {
    module = validated.module
    translator = FunctionTranslator(validated, layout: layout)
    compiler.mapsAllInstructions = mapsAllInstructions
    baseline = BaselineCompiler(validated, layout: layout)
    if !module.memories.isEmpty { compiler.memoryOffset = Int32(layout.memory(0)) }
  }

  func compile(
    _ function: Int, isCancelled: () -> Bool
  ) throws(PulleyError) -> CompiledFunction {
    let thunk = function - module.bodies.count
    if thunk < 0 { try makeIR(of: function, isCancelled) }
    do {
      var compiled =
        try thunk < 0
        ? compiler.compile(ir, isCancelled: isCancelled)
        : FunctionCompiler.hostThunk(
          (module.functionType(UInt32(thunk)) ?? FunctionType()).irSignature,
          number: FunctionNames.hostSignatureNumber(ofType: UInt32(thunk)))
      compiled.fillInHostSignatures()
      return compiled
    } catch {
      let name =
        function >= module.bodies.count
        ? "the thunk of type \(function - module.bodies.count)"
        : "function \(module.importedFunctionCount + function)"
      throw PulleyError(.unsupported, "\(name) cannot be compiled: \(error)")
    }
  }

  func compileProvisionally(_ function: Int) -> ProvisionalFunction? {
    guard function < module.bodies.count,
      var code = baseline.compile(module.importedFunctionCount + function)
    else { return nil }
    code.function.fillInHostSignatures()
    return ProvisionalFunction(
      function: code.function, loops: code.loops.map { ($0.offset, $0.number) },
      locals: code.locals.map { local in
        switch local {
        case .register(let registerClass, let number): .register(registerClass, number)
        case .stack(let offset): .stack(offset)
        }
      })
  }

  func compileContinuation(
    _ function: Int, loop: Int, isCancelled: () -> Bool
  ) throws(PulleyError) -> (CompiledFunction, locals: [ABILocation]) {
    let index = module.importedFunctionCount + function
    do throws(WasmError) {
      try translator.translateContinuation(index, loop: loop, into: &ir)
    } catch {
      throw PulleyError(error, names: module.readNames())
    }
    if !isCancelled() { optimizer.run(&ir) }
    do {
      var compiled = try compiler.compile(ir, isCancelled: isCancelled)
      compiled.fillInHostSignatures()
      let abi = CallABI(
        parameters: ir.signature.parameters.map { $0.type.isFloat ? .f : .x },
        results: ir.signature.results.map { $0.type.isFloat ? .f : .x }, convention: .window)
      return (compiled, Array(abi.parameters.dropFirst()))
    } catch {
      throw PulleyError(.unsupported, "function \(index) cannot be continued: \(error)")
    }
  }

  func optimizedIR(of function: Int) throws(PulleyError) -> PulleyIR.Function {
    try makeIR(of: function) { false }
    return ir
  }

  private func makeIR(of function: Int, _ isCancelled: () -> Bool) throws(PulleyError) {
    guard function < module.bodies.count else {
      let type = UInt32(function - module.bodies.count)
      ir = HostThunk.function(forType: type, module.functionType(type) ?? FunctionType())
      return
    }
    do throws(WasmError) {
      try translator.translate(module.importedFunctionCount + function, into: &ir)
    } catch {
      throw PulleyError(error, names: module.readNames())
    }
    // The code generator then ends with an error.
    if !isCancelled() { optimizer.run(&ir) }
  }
}

extension CompiledFunction {
  /// Writes the numbers of signatures into calls of the host. They do not depend on the place of
  /// the code. Numbers that do not fit into a byte are passed in x15.
  fileprivate mutating func fillInHostSignatures() {
    for relocation in relocations where relocation.kind == .hostCall {
      code[Int(relocation.offset) + Int(relocation.patchDistance)] = UInt8(
        min(relocation.target, 255))
    }
  }
}
