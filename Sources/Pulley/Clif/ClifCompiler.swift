import PulleyCodegen
import PulleyIR

/// From a verified function to bytecode, with the scratch storage of all steps. Belongs to one thread
/// at a time.
public final class ClifCompiler: @unchecked Sendable {
  private var legalizer = Legalizer()
  private var optimizer: Optimizer
  private var compiler = FunctionCompiler()

  public init(optimizes: Bool) { optimizer = Optimizer(passes: optimizes ? .all : []) }

  public func compile(_ function: PulleyIR.Function) throws -> CompiledFunction {
    var function = function
    function.resolveAllAliases()
    try legalizer.run(&function)
    // The optimizer takes no notice of the ways that exceptions take.
    if function.exceptionTables.count == 0 { optimizer.run(&function) }
    return try compiler.compile(function)
  }
}
