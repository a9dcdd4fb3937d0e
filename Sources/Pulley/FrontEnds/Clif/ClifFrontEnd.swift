import PulleyCodegen
import PulleyIR
import PulleyText
import PulleyVM
import PulleySource

/// The front end for CLIF, the text form of Cranelift's intermediate representation. The functions
/// come from a verified text, or from an artifact that describes them.
///
/// Unlike WebAssembly, CLIF is trusted. Its addresses are the host's own, and it can read, write
/// and call anything in the process.
final class ClifFrontEnd: FrontEnd {
  /// All functions. `%name` is exported as `name`, `u0:1` as `u0:1`.
  let exports: [ExportDescription]
  /// The names that the functions use and that no function of the module has. `%name` is imported
  /// as `name` from `env`, `u0:1` as `1` from `u0`.
  let imports: [ImportDescription]
  /// Whether addresses may have 32 bits. Then the guest's stack must be below 4 GiB.
  let hasNarrowAddresses: Bool
  /// The addresses of 32 bits that the functions use.
  let narrowReferences: [NarrowReference]

  private let source: Source
  private let optimizes: Bool
  private let mapsAllInstructions: Bool

  private enum Source {
    case text(SourceText, [PulleyIR.Function])
    /// Indirect calls name these signatures.
    case artifact([Signature])
  }

  init(_ linked: ClifLinking, _ options: Engine.Options) {
    exports = linked.exports
    imports = linked.imports
    hasNarrowAddresses = linked.source.hasNarrowAddresses
    narrowReferences =
      hasNarrowAddresses ? NarrowReference.all(in: linked.source.functions) : []
    source = .text(linked.source.text, linked.source.functions)
    optimizes = options.optimizes
    mapsAllInstructions = options.mapsAllInstructions
  }

  init(_ artifact: ClifArtifact) {
    exports = artifact.exports
    imports = artifact.imports
    hasNarrowAddresses = artifact.hasNarrowAddresses
    narrowReferences = NarrowReference.all(in: artifact.functions)
    source = .artifact(artifact.signatures)
    optimizes = true
    mapsAllInstructions = false
  }

  /// CLIF can do anything in the process, so only an engine with the option `acceptsClif` takes it,
  /// as text or compiled.
  static func checkAccepted(by engine: Engine) throws(PulleyError) {
    guard !engine.options.acceptsClif else { return }
    throw PulleyError(
      .unsupported,
      "this is CLIF, which may do anything that C may: pulley_options_set_clif makes an engine "
        + "accept it", offset: 0)
  }

  /// The signature that an indirect call of a function refers to.
  func signature(_ number: UInt32, ofFunction index: Int) -> Signature {
    switch source {
    case .text(_, let functions): functions[index].signatures[SigRef(number: number)]
    case .artifact(let signatures): signatures[Int(number)]
    }
  }

  private var text: SourceText? {
    if case .text(let text, _) = source { text } else { nil }
  }

  private var functions: [PulleyIR.Function] {
    if case .text(_, let functions) = source { functions } else { [] }
  }

  /// At most how many bytes of the text are the function's.
  private func textSize(_ function: Int) -> Int {
    guard case .text(let text, let functions) = source else { return 0 }
    let start = functions[function].text.map { Int($0.offset) } ?? 0
    let next = function + 1 < functions.count ? functions[function + 1].text : nil
    return max(0, (next.map { Int($0.offset) } ?? text.bytes.count) - start)
  }

  // FrontEnd

  var language: SourceLanguage { .clif }
  var moduleName: String { "" }
  var functionCount: Int { exports.count }
  func symbolName(ofFunction function: Int) -> String { exports[function].name }

  func takesLongToCompile(_ function: Int, isFirstTier: Bool) -> Bool {
    functions[function].instructions.count > LongCompilation.instructions
  }

  func compilingBytes(ofFunction function: Int) -> Int {
    MemoryBounds.compilingClif(textSize: textSize(function))
  }

  func makePipeline() -> any FunctionPipeline {
    ClifPipeline(
      functions, text,
      ClifCompiler(optimizes: optimizes, mapsAllInstructions: mapsAllInstructions))
  }

  func target(of relocation: Relocation) -> Int? {
    switch relocation.kind {
    case .nearCall, .functionAddress: Int(relocation.target)
    case .hostCall, .address, .hostRecord, .narrowAddress: nil
    }
  }

  func frame(ofFunction function: Int, sourceOffset: Int?) -> PulleyError.Frame? {
    var frame = PulleyError.Frame(
      functionIndex: function, functionName: symbolName(ofFunction: function), moduleName: "",
      moduleOffset: sourceOffset)
    if let sourceOffset, let text { frame.line = text.position(ofOffset: sourceOffset).line }
    return frame
  }

  func locate(_ error: inout PulleyError) {
    if let offset = error.offset, let text { error.locate(offset, in: text) }
  }

  func meaning(of code: TrapCode) -> (reason: TrapReason, message: String?)? {
    code.isNumbered ? (.numbered, "trap \(code)") : (TrapReason(code), nil)
  }

  func artifactDescription(_ code: ModuleCode) throws(PulleyError) -> (section: String, [UInt8]) {
    var description = ClifArtifact()
    return (ArtifactFormat.clif, description.write(self, try code.compiledFunctions()))
  }
}

/// Compiles functions in CLIF.
private final class ClifPipeline: FunctionPipeline {
  private let functions: [PulleyIR.Function]
  private let text: SourceText?
  private let compiler: ClifCompiler

  init(_ functions: [PulleyIR.Function], _ text: SourceText?, _ compiler: ClifCompiler) {
    self.functions = functions
    self.text = text
    self.compiler = compiler
  }

  func compile(
    _ function: Int, isCancelled: () -> Bool
  ) throws(PulleyError) -> CompiledFunction {
    do {
      return try compiler.compile(functions[function], isCancelled: isCancelled)
    } catch {
      throw failure(error, function)
    }
  }

  func optimizedIR(of function: Int) throws(PulleyError) -> PulleyIR.Function {
    do {
      return try compiler.optimizedIR(of: functions[function])
    } catch {
      throw failure(error, function)
    }
  }

  private func failure(_ error: any Error, _ function: Int) -> PulleyError {
    let function = functions[function]
    var failure = PulleyError(
      .unsupported, "function \(function.name) cannot be compiled: \(error)")
    let offset = compiler.failureOffset ?? function.text?.offset ?? 0
    if let text { failure.locate(Int(offset), in: text) }
    return failure
  }
}

extension TrapCode {
  /// Whether the code is one of CLIF's `user` codes, whose meaning is up to the guest.
  fileprivate var isNumbered: Bool { rawValue > 0 && rawValue < TrapCode.stackOverflow.rawValue }
}

extension Signature: CustomStringConvertible {
  /// As CLIF writes it, without the calling convention.
  public var description: String {
    func list(_ parameters: [ABIParameter]) -> String {
      parameters.map { "\($0.type)" }.joined(separator: ", ")
    }
    return results.isEmpty ? "(\(list(parameters)))" : "(\(list(parameters))) -> \(list(results))"
  }
}
