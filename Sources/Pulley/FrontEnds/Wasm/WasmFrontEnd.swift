import PulleyCodegen
import PulleyIR
import PulleyVM
import PulleyWasm

/// The front end for WebAssembly. The code image has the defined functions and after them, for each
/// type of the module, a thunk that calls host functions of this type.
final class WasmFrontEnd: FrontEnd {
  let module: WasmModule
  let facts: ModuleFacts
  let names: FunctionNameTable
  let layout: ContextLayout
  /// The engine's number of each type of the module.
  let typeNumbers: [UInt32]
  let imports: [ImportDescription]
  let exports: [ExportDescription]
  private let validated: ValidatedModule
  private let mapsAllInstructions: Bool

  init(_ validated: ValidatedModule, _ engine: Engine) throws(PulleyError) {
    let module = validated.module
    guard let numbers = engine.types.numbers(of: module) else {
      throw Engine.tooManyTypes
    }
    self.validated = validated
    self.module = module
    typeNumbers = numbers
    facts = validated.facts
    layout = ContextLayout(validated)
    names = FunctionNameTable(module)
    mapsAllInstructions = engine.options.mapsAllInstructions
    imports = module.imports.map { item in
      ImportDescription(
        module: item.module, name: item.name, type: ExternalType(item.type, of: module))
    }
    exports = module.exports.map { item in
      ExportDescription(name: item.name, type: ExternalType(item, of: module))
    }
  }

  var language: SourceLanguage { .webAssembly }
  var moduleName: String { names.moduleName }
  var functionCount: Int { module.bodies.count + module.types.count }

  /// A type with the engine's numbers in place of the module's type indices.
  func engineType(_ type: GlobalType) -> GlobalType {
    GlobalType(value: type.value.numbered(by: typeNumbers), isMutable: type.isMutable)
  }

  func engineType(_ type: TableType) -> TableType {
    var type = type
    type.element = type.element.numbered(by: typeNumbers)
    return type
  }

  /// The code image, which all instances share.
  func makeImage(_ code: ModuleCode, _ engine: Engine) -> CodeImage {
    var options = PredecodingOptions(engine.options)
    options.hasWindows = true
    options.memoryOffset = module.memories.isEmpty ? 0 : UInt32(layout.memory(0))
    options.contextualCount = module.bodies.count
    return CodeImage(
      functionCount: functionCount,
      hostSignatures: Builtin.allCases.map(\.hostSignature) + typeNumbers,
      registry: engine.registry, source: code, options: options)
  }

  // FrontEnd

  func symbolName(ofFunction function: Int) -> String {
    function < module.bodies.count
      ? names.name(ofFunction: module.importedFunctionCount + function)
      : "host_thunk[\(function - module.bodies.count)]"
  }

  private func bodySize(_ function: Int) -> Int {
    guard function < module.bodies.count else {
      let type = module.functionType(UInt32(function - module.bodies.count)) ?? FunctionType()
      return type.parameters.count + type.results.count
    }
    return module.bodies[function].count
  }

  var hasFirstTier: Bool { true }

  func takesLongToCompile(_ function: Int, isFirstTier: Bool) -> Bool {
    bodySize(function) > (isFirstTier ? LongCompilation.firstTierBody : LongCompilation.body)
  }

  func compilingBytes(ofFunction function: Int) throws(PulleyError) -> Int {
    do throws(WasmError) {
      return MemoryBounds.compiling(
        bodySize: bodySize(function),
        function < module.bodies.count ? try validated.facts(ofBody: function) : FunctionFacts())
    } catch {
      throw PulleyError(error, names: module.readNames())
    }
  }

  func makePipeline() -> any FunctionPipeline {
    WasmPipeline(validated, layout: layout, mapsAllInstructions: mapsAllInstructions)
  }

  func target(of relocation: Relocation) -> Int? {
    guard relocation.kind == .nearCall || relocation.kind == .functionAddress else { return nil }
    let target = Int(relocation.target)
    return relocation.namespace == FunctionNames.thunkNamespace
      ? module.bodies.count + target : target - module.importedFunctionCount
  }

  func frame(ofFunction function: Int, sourceOffset: Int?) -> PulleyError.Frame? {
    guard function < module.bodies.count else { return nil }
    let index = module.importedFunctionCount + function
    return PulleyError.Frame(
      functionIndex: index, functionName: names.name(ofFunction: index),
      moduleName: names.moduleName, moduleOffset: sourceOffset)
  }

  /// Does nothing: offsets are those of the binary form, and the text is not kept.
  func locate(_ error: inout PulleyError) {}

  func meaning(of code: TrapCode) -> (reason: TrapReason, message: String?)? {
    WasmTrap.message(for: code).map { (TrapReason(code), $0) }
  }

  func artifactDescription(_ code: ModuleCode) throws(PulleyError) -> (section: String, [UInt8]) {
    let bytes = module.bytes.withBytes(in: 0..<module.bytes.count) { Array($0) }
    return (
      ArtifactFormat.module, SkeletonModule.make(of: bytes, bodyCount: module.bodies.count)
    )
  }
}

extension ValueType {
  /// The type with `numbers[n]` in place of the defined type n.
  func numbered(by numbers: [UInt32]) -> ValueType {
    guard isReference, let index = heapType.typeIndex, Int(index) < numbers.count else {
      return self
    }
    return .ref(nullable: isNullable, .defined(numbers[Int(index)]))
  }
}

extension Builtin {
  /// The number of its signature. Guests cannot call builtins by type, so it is greater than all
  /// numbers of types.
  var hostSignature: UInt32 { .max - rawValue }
}

extension TrapReason {
  /// - Parameter code: a code that a front end uses.
  init(_ code: TrapCode) {
    switch code {
    case WasmTrap.unreachable: self = .unreachable
    case WasmTrap.tableOutOfBounds, WasmTrap.undefinedElement: self = .tableOutOfBounds
    case WasmTrap.uninitializedElement: self = .indirectCallToNull
    case WasmTrap.indirectCallTypeMismatch: self = .indirectCallType
    case WasmTrap.nullReference, WasmTrap.nullFunctionReference, WasmTrap.nullExceptionReference,
      WasmTrap.nullStructure, WasmTrap.nullArray, WasmTrap.nullI31:
      self = .nullReference
    case WasmTrap.castFailure: self = .castFailure
    case WasmTrap.heapExhausted: self = .heapExhausted
    case .heapOutOfBounds: self = .memoryOutOfBounds
    case .integerDivisionByZero: self = .integerDivideByZero
    case .integerOverflow: self = .integerOverflow
    case .badConversionToInteger: self = .badConversion
    case .stackOverflow: self = .stackOverflow
    default: self = .unsupported
    }
  }
}
