import PulleyCodegen
import PulleyIR
import PulleyOptimizer
import PulleyWasm

/// From a function's body to bytecode: translation, optimisation, code generation, with the scratch
/// storage of all three. Used by one thread at a time.
final class FunctionPipeline: @unchecked Sendable {
  private let module: WasmModule
  private var translator: FunctionTranslator
  private var optimizer = Optimizer()
  private var compiler = FunctionCompiler()
  /// The function being compiled; kept for its storage.
  private var ir = PulleyIR.Function(name: FunctionNames.function(0), signature: Signature())

  init(_ validated: ValidatedModule, layout: ContextLayout, mapsAllInstructions: Bool) {
    module = validated.module
    translator = FunctionTranslator(validated, layout: layout)
    compiler.mapsAllInstructions = mapsAllInstructions
  }

  /// - Parameters:
  ///   - function: a defined function, or, after all of those, the thunk of a type.
  ///   - isCancelled: asked between the steps whether to give up, which is an error.
  func compile(
    _ function: Int, isCancelled: () -> Bool = { false }
  ) throws(PulleyError) -> CompiledFunction {
    try makeIR(of: function, isCancelled)
    do {
      return try compiler.compile(ir, isCancelled: isCancelled)
    } catch {
      let name =
        function >= module.bodies.count
        ? "the thunk of type \(function - module.bodies.count)"
        : "function \(module.importedFunctionCount + function)"
      throw PulleyError(.unsupported, "\(name) cannot be compiled: \(error)")
    }
  }

  /// What `compile` gives to the code generator.
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
    // The compiler finds it cancelled, too.
    if !isCancelled() { optimizer.run(&ir) }
  }
}
