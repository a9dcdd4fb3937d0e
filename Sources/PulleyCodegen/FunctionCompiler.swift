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

  /// Whether to check each allocation by following every value through the code. Slow; for tests
  /// and for finding out which part is at fault.
  public var checksAllocation = false

  /// Whether `sourceLocations` are to cover all instructions, for listings. The code is the same.
  public var mapsAllInstructions = false

  public init() {}

  public mutating func forgetFailure() { lowering.source = .max }

  /// If lowering has failed, the source location of the instruction that it failed on; `.max` if it
  /// was none.
  public var failureLocation: UInt32 { lowering.source }

  /// Compiles a function that the verifier accepts and whose values have no aliases.
  ///
  /// - Parameter isCancelled: asked between the steps whether to give up, with the error `cancelled`.
  public mutating func compile(
    _ function: Function, isCancelled: () -> Bool = { false }
  ) throws(CodegenError) -> CompiledFunction {
    if isCancelled() { throw .cancelled }
    try lowering.lower(function)
    if isCancelled() { throw .cancelled }
    try builder.build(&lowering)
    if isCancelled() { throw .cancelled }
    let allocation: AllocationResult
    do {
      allocation = try allocator.allocate(builder.problem)
    } catch {
      throw .allocation(error)
    }
    if checksAllocation,
      let fault = AllocationChecker.faults(of: allocation, for: builder.problem).first
    {
      throw .malformed("wrong allocation: \(fault)")
    }
    if isCancelled() { throw .cancelled }
    emitter.notesAllSources = mapsAllInstructions
    return try emitter.emit(lowering, builder, allocation)
  }
}
