import PulleyIR
import PulleyISA

/// Compiles functions from the IR to bytecode. A compiler keeps its scratch storage, so one should be
/// used for many functions.
///
/// The result depends only on the function, so several compilers may share the work.
public struct FunctionCompiler: Sendable {
  private var lowering = Lowering()
  private var builder = ProblemBuilder()
  private var allocator = RegisterAllocator()
  private var emitter = Emitter()

  /// Whether to verify each register allocation (`AllocationChecker`). Slow; for tests and debugging.
  public var checksAllocation = false

  /// Whether `sourceLocations` cover all instructions, for listings. The code is the same.
  public var mapsAllInstructions = false

  /// Where contexts have the address of the record of memory 0, whose base and bound are in x28 and x29.
  /// Nil if heap 0 of each function is memory 0.
  public var memoryOffset: Int32? {
    get { lowering.memoryOffset }
    set { lowering.memoryOffset = newValue }
  }

  public init() {}

  public mutating func forgetFailure() { lowering.source = .max }

  /// If lowering has failed: the source location of the instruction that failed, or `.max`.
  public var failureLocation: UInt32 { lowering.source }

  /// Compiles a function that the verifier accepts and whose values have no aliases.
  ///
  /// - Parameter isCancelled: Called between the steps. If it returns true, the error is `cancelled`.
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
