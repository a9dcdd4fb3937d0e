import PulleyIR
import PulleyISA

/// Compiles functions, one after the other, keeping its working storage.
///
/// The result depends on the function alone, so several compilers may share the work.
public struct FunctionCompiler: Sendable {
  private var lowering = Lowering()
  private var builder = ProblemBuilder()
  private var allocator = RegisterAllocator()
  private var emitter = Emitter()

  public init() {}

  /// Compiles a function that the verifier accepts and whose values have no aliases.
  public mutating func compile(_ function: Function) throws(CodegenError) -> CompiledFunction {
    try lowering.lower(function)
    try builder.build(&lowering)
    let allocation: AllocationResult
    do {
      allocation = try allocator.allocate(builder.problem)
    } catch {
      throw .allocation(error)
    }
    return try emitter.emit(lowering, builder, allocation)
  }
}
