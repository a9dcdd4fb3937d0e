import PulleyVM
import PulleyWasm

/// A module, checked and ready to be instantiated any number of times, by any thread.
public final class Module: Sendable {
  public let engine: Engine
  /// From the name section; empty if there is none.
  public var name: String { names.moduleName }
  public let imports: [ImportDescription]
  public let exports: [ExportDescription]

  /// Names, debugging information and whatever else tools leave in a module. An artifact has those
  /// of the module it was made from, but for the ones about the bytes of its code.
  public var customSections: [CustomSection] { wasm.customSections }

  /// Gives access to the contents of one of the module's custom sections. Their address stays the
  /// same for as long as the module lives.
  public func withContents<Result>(
    of section: CustomSection, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    wasm.bytes.withBytes(in: section.bytes, body)
  }

  let wasm: WasmModule
  let facts: ModuleFacts
  let names: FunctionNameTable
  let layout: ContextLayout
  let code: ModuleCode
  /// The defined functions, then a thunk into the host for each type of the module.
  let image: CodeImage
  /// The engine's number of each type of the module.
  let typeNumbers: [UInt32]
  let exportIndices: [ExactName: Int]

  /// Decodes and validates WebAssembly, in the binary format or as text.
  public convenience init(engine: Engine, bytes: [UInt8]) throws(PulleyError) {
    let budget = try CodeBudget(engine)
    let input: ModuleInput
    do {
      let work = MemoryBounds.loading(bytes)
      try budget.begin(work, for: "loading the module")
      defer { budget.end(work) }
      input = try ModuleInput(bytes)
      try self.init(engine: engine, try input.load(), linked: nil, budget)
    }
    guard engine.options.isEager else { return }
    do throws(PulleyError) {
      try code.compileAll(engine.options)
    } catch {
      throw input.locate(error)
    }
  }

  init(
    engine: Engine, _ validated: ValidatedModule, linked: LinkedCode?, _ budget: CodeBudget
  ) throws(PulleyError) {
    let wasm = validated.module
    try budget.keep(MemoryBounds.module(wasm), for: "the module")
    self.engine = engine
    self.wasm = wasm
    facts = validated.facts
    layout = ContextLayout(validated)
    names = FunctionNameTable(wasm)
    guard let numbers = engine.types.numbers(of: wasm) else {
      throw PulleyError(.limit, "the modules of the engine have too many types that differ")
    }
    typeNumbers = numbers
    code = ModuleCode(
      validated, layout: layout, names: names, linked: linked,
      mapsAllInstructions: engine.options.mapsAllInstructions, budget)
    var preparation = PreparationOptions()
    preparation.countsDispatches = engine.options.countsDispatches
    preparation.isInterruptible = engine.options.stopsRunningCode
    image = CodeImage(
      functionCount: wasm.bodies.count + wasm.types.count,
      hostSignatures: engine.builtinSignatures + typeNumbers,
      registry: engine.registry, source: code, options: preparation)
    imports = wasm.imports.map { item in
      ImportDescription(
        module: item.module, name: item.name, type: ExternalType(item.type, of: wasm))
    }
    exports = wasm.exports.map { item in
      ExportDescription(name: item.name, type: ExternalType(item, of: wasm))
    }
    exportIndices = Dictionary(
      exports.enumerated().map { (ExactName($0.element.name), $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  /// A type as all modules of the engine write it: defined types by the engine's numbers.
  func engineType(_ type: GlobalType) -> GlobalType {
    GlobalType(value: type.value.numbered(by: typeNumbers), isMutable: type.isMutable)
  }

  func engineType(_ type: TableType) -> TableType {
    var type = type
    type.element = type.element.numbered(by: typeNumbers)
    return type
  }

  /// The entry of the thunk through which host functions of this type are called.
  func thunk(forType typeIndex: UInt32) -> UnsafeMutablePointer<FunctionEntry> {
    image.entry(wasm.bodies.count + Int(typeIndex))
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

/// The type of an import or export.
public enum ExternalType: Hashable, Sendable {
  case function(FunctionType)
  case table(TableType)
  case memory(MemoryType)
  case global(GlobalType)
  case tag(FunctionType)

  init(_ type: ImportType, of module: WasmModule) {
    switch type {
    case .function(let index): self = .function(module.functionType(index) ?? FunctionType())
    case .table(let type): self = .table(type)
    case .memory(let type): self = .memory(type)
    case .global(let type): self = .global(type)
    case .tag(let index): self = .tag(module.functionType(index) ?? FunctionType())
    }
  }

  init(_ export: Export, of module: WasmModule) {
    let index = Int(export.index)
    switch export.kind {
    case .function: self = .function(module.type(ofFunction: index) ?? FunctionType())
    case .table: self = .table(module.tables[index])
    case .memory: self = .memory(module.memories[index])
    case .global: self = .global(module.globals[index])
    case .tag: self = .tag(module.functionType(module.tags[index]) ?? FunctionType())
    }
  }
}

extension ExternalType: CustomStringConvertible {
  /// In the words of the text format.
  public var description: String {
    switch self {
    case .function(let type): type.isEmpty ? "(func)" : "(func \(type.text))"
    case .table(let type): "(table \(type.limits.text) \(type.element))"
    case .memory(let type):
      "(memory \(type.limits.text)\(type.isShared ? " shared" : ""))"
    case .global(let type):
      type.isMutable ? "(global (mut \(type.value)))" : "(global \(type.value))"
    case .tag(let type): type.isEmpty ? "(tag)" : "(tag \(type.text))"
    }
  }
}

extension FunctionType {
  var isEmpty: Bool { parameters.isEmpty && results.isEmpty }

  var text: String {
    let parts = [("param", parameters), ("result", results)]
    return parts.filter { !$0.1.isEmpty }
      .map { word, types in "(\(word) \(types.map(\.description).joined(separator: " ")))" }
      .joined(separator: " ")
  }
}

extension Limits {
  var text: String { maximum.map { "\(minimum) \($0)" } ?? "\(minimum)" }
}

/// What a module asks for.
public struct ImportDescription: Hashable, Sendable {
  public let module: String
  public let name: String
  public let type: ExternalType
}

/// What a module offers.
public struct ExportDescription: Hashable, Sendable {
  public let name: String
  public let type: ExternalType
}
