import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyVM
import PulleyWasm

/// A module in its source language: compiles its functions, names them, and tells where an
/// instruction comes from. The front ends are `WasmFrontEnd` and `ClifFrontEnd`.
///
/// Functions are numbered as in the code image; offsets in the source are in bytes. Any number of
/// threads may use a front end.
protocol FrontEnd: AnyObject, Sendable {
  var language: SourceLanguage { get }
  /// The module's own name; empty if it has none.
  var moduleName: String { get }
  var imports: [ImportDescription] { get }
  var exports: [ExportDescription] { get }

  /// How many functions the code image has, including those that the front end adds.
  var functionCount: Int { get }

  /// The name of a function in symbol tables, listings and messages.
  func symbolName(ofFunction function: Int) -> String

  /// Whether `FunctionPipeline.compileProvisionally` compiles functions.
  var hasFirstTier: Bool { get }

  /// Whether compiling the function may take more than some milliseconds, in the first tier or the second.
  func takesLongToCompile(_ function: Int, isFirstTier: Bool) -> Bool

  /// An upper bound of the memory that compiling and predecoding the function takes, in bytes. Throws if
  /// the function is not valid, in a module that was not validated when it was made.
  func compilingBytes(ofFunction function: Int) throws(PulleyError) -> Int

  func makePipeline() -> any FunctionPipeline

  /// The function that a relocation names; nil if it names anything else.
  func target(of relocation: Relocation) -> Int?

  /// A backtrace's entry for a function; nil if the front end has added the function.
  func frame(ofFunction function: Int, sourceOffset: Int?) -> PulleyError.Frame?

  /// Adds line, column and excerpt to an error with an offset in the source, if the source is a
  /// text.
  func locate(_ error: inout PulleyError)

  /// The meaning of a trap code that the compiler has recorded for an instruction. Nil if the
  /// instruction's own trap says as much.
  func meaning(of code: TrapCode) -> (reason: TrapReason, message: String?)?

  /// The section that describes the module in an artifact, apart from its code, and the content of
  /// the section.
  func artifactDescription(_ code: ModuleCode) throws(PulleyError) -> (section: String, [UInt8])
}

/// The steps from a function's source to bytecode, with their scratch storage. Used by one thread at a
/// time.
protocol FunctionPipeline: AnyObject, Sendable {
  /// - Parameter isCancelled: asked between the steps whether to give up, which is an error.
  func compile(
    _ function: Int, isCancelled: () -> Bool
  ) throws(PulleyError) -> CompiledFunction

  /// The function in the first tier; nil if the first tier does not support it.
  func compileProvisionally(_ function: Int) -> ProvisionalFunction?

  /// What remains of a function when a loop of it begins, and where that receives the locals.
  func compileContinuation(
    _ function: Int, loop: Int, isCancelled: () -> Bool
  ) throws(PulleyError) -> (CompiledFunction, locals: [ABILocation])

  /// The function as `compile` passes it to the code generator.
  func optimizedIR(of function: Int) throws(PulleyError) -> PulleyIR.Function
}

/// A function in the first tier.
struct ProvisionalFunction: Sendable {
  var function: CompiledFunction
  /// As in `ProvisionalFacts`.
  var loops: [(offset: UInt32, number: UInt32)]
  var locals: [ProvisionalFacts.LocalPlace]
}

extension FrontEnd {
  var hasFirstTier: Bool { false }
}

extension FunctionPipeline {
  func compileProvisionally(_ function: Int) -> ProvisionalFunction? { nil }

  func compileContinuation(
    _ function: Int, loop: Int, isCancelled: () -> Bool
  ) throws(PulleyError) -> (CompiledFunction, locals: [ABILocation]) {
    throw PulleyError(.unsupported, "there is only one tier")
  }
}

/// The languages that modules are written in.
public enum SourceLanguage: Sendable {
  case webAssembly
  case clif
}
