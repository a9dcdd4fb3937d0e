import PulleyCodegen
import PulleyIR
import PulleyLegalizer
import PulleyOptimizer

/// Compiles a verified function to bytecode: legalisation, optimisation, code generation. Keeps the
/// scratch storage of all steps. One thread at a time may use it.
public final class ClifCompiler: @unchecked Sendable {
  private var legalizer = Legalizer()
  private var optimizer = Optimizer()
  private let optimizes: Bool
  private var compiler = FunctionCompiler()

  public init(optimizes: Bool, mapsAllInstructions: Bool = false) {
    self.optimizes = optimizes
    compiler.mapsAllInstructions = mapsAllInstructions
  }

  /// The place of the instruction on which the last compilation has failed, in bytes of the text,
  /// if it is known.
  public private(set) var failureOffset: UInt32?

  /// - Parameter isCancelled: asked between the steps. If it returns true, compilation may end with
  ///   an error.
  public func compile(
    _ function: PulleyIR.Function, isCancelled: () -> Bool = { false }
  ) throws -> CompiledFunction {
    do {
      return try translate(function, isCancelled)
    } catch let error as LegalizationError {
      failureOffset = error.sourceLocation == .max ? nil : error.sourceLocation
      throw error
    } catch {
      failureOffset = compiler.failureLocation == .max ? nil : compiler.failureLocation
      throw error
    }
  }

  private func translate(
    _ function: PulleyIR.Function, _ isCancelled: () -> Bool
  ) throws -> CompiledFunction {
    compiler.forgetFailure()
    return try compiler.compile(try optimizedIR(of: function), isCancelled: isCancelled)
  }

  /// The function as `compile` passes it to the code generator.
  public func optimizedIR(of function: PulleyIR.Function) throws -> PulleyIR.Function {
    try refuseWhatBelongsToWasm(function)
    var function = function
    function.resolveAllAliases()
    try legalizer.run(&function)
    if optimizes {
      optimizer.passes = namesHandlers(function) ? .values : .all
      optimizer.run(&function)
    }
    return function
  }

  /// Whether an instruction names handlers by the block whose call they belong to. That block must remain.
  private func namesHandlers(_ function: borrowing PulleyIR.Function) -> Bool {
    guard function.exceptionTables.count > 0 else { return false }
    for block in function.blockOrder {
      var inst = function.firstInstruction(of: block)
      while !inst.isNone {
        if function.instructions[inst].operation == .get_exception_handler_address { return true }
        inst = function.instruction(after: inst)
      }
    }
    return false
  }

  /// Linear memories need an instance of WebAssembly, and the convention `wasm` a function of it.
  private func refuseWhatBelongsToWasm(_ function: PulleyIR.Function) throws(CodegenError) {
    guard function.heaps.count == 0 else {
      throw .unsupportedFeature("a linear memory (heap0) in CLIF is")
    }
    let signatures = [function.signature] + function.signatures.elements
    guard !signatures.contains(where: { $0.convention == .wasm }) else {
      throw .unsupportedFeature("the calling convention wasm in CLIF is")
    }
  }
}
