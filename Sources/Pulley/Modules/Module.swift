import PulleyIR
import PulleyText
import PulleyVM
import PulleyWasm

/// A module, checked and ready to be instantiated any number of times, by any thread.
public final class Module: Sendable {
  public let engine: Engine
  /// The format that the module was made from.
  public let format: ModuleFormat
  /// From the name section; empty if there is none.
  public let name: String
  public let imports: [ImportDescription]
  public let exports: [ExportDescription]

  let code: ModuleCode
  let content: Content
  /// Nil if there are few exports, among which looking at each takes less time.
  private let exportIndices: [ExactName: Int]?
  private static let fewExports = 8

  enum Content: Sendable {
    /// All instances share the code image.
    case wasm(WasmFrontEnd, CodeImage)
    case clif(ClifFrontEnd)
  }

  /// Decodes or reads a module and checks it. Functions are compiled when they are first called, or here
  /// if the engine's options say so.
  ///
  /// - Parameter format: nil means the format that the content shows.
  public convenience init(
    engine: Engine, bytes: [UInt8], format: ModuleFormat? = nil
  ) throws(PulleyError) {
    switch format ?? ModuleFormat(of: bytes) {
    case nil: throw Self.unknownText
    case .artifact: throw Self.notCompiled
    case .clif: try self.init(engine: engine, clif: bytes)
    case let known?:
      let isText = known == .wat
      try self.init(
        engine: engine, known, MemoryBounds.loading(bytes, isText: isText)
      ) { () throws(PulleyError) in try WasmInput(bytes, isText: isText) }
    }
  }

  /// The same without copying WebAssembly's binary format, whose bytes the module keeps.
  public convenience init(engine: Engine, bytes: StableBytes) throws(PulleyError) {
    if bytes.all.first == 0 {
      try self.init(engine: engine, wasm: bytes)
    } else {
      try self.init(engine: engine, bytes: bytes.array)
    }
  }

  /// The same for WebAssembly's binary format.
  public convenience init(engine: Engine, wasm bytes: StableBytes) throws(PulleyError) {
    try self.init(engine: engine, .wasm, MemoryBounds.loading(bytes.all)) { WasmInput(bytes) }
  }

  /// - Parameter work: how many bytes loading may take.
  private convenience init(
    engine: Engine, _ format: ModuleFormat, _ work: Int,
    _ makeInput: () throws(PulleyError) -> WasmInput
  ) throws(PulleyError) {
    let budget = try engine.makeCodeBudget()
    let input: WasmInput
    do {
      try budget.begin(work, for: "loading the module")
      defer { budget.end(work) }
      input = try makeInput()
      let cache = ModuleCache(
        engine.options.cache, module: input.bytes.all, options: engine.options.codeBits)
      let validated = try input.load(
        isKnownValid: cache?.isKnown ?? false, threads: engine.options.threadCount)
      try budget.keep(MemoryBounds.module(validated.module), for: "the module")
      let frontEnd = try WasmFrontEnd(validated, engine)
      self.init(
        engine, format, frontEnd, ModuleCode(frontEnd, engine, budget, cache))
    }
    guard engine.options.isEager else { return }
    do throws(PulleyError) {
      try code.compileAll()
    } catch {
      throw input.locate(error)
    }
  }

  private convenience init(engine: Engine, clif text: [UInt8]) throws(PulleyError) {
    try ClifFrontEnd.checkAccepted(by: engine)
    let budget = try engine.makeCodeBudget()
    do {
      let size = TextSize(text)
      let work = MemoryBounds.loadingClif(size)
      try budget.begin(work, for: "loading the text")
      defer { budget.end(work) }
      let frontEnd = ClifFrontEnd(
        try ClifLinking.link(try ClifSource(text)), engine.options)
      try budget.keep(MemoryBounds.clif(size), for: "the text")
      self.init(engine, .clif, frontEnd, ModuleCode(frontEnd, engine, budget))
    }
    if engine.options.isEager { try code.compileAll() }
  }

  convenience init(
    _ engine: Engine, _ format: ModuleFormat, _ frontEnd: WasmFrontEnd, _ code: ModuleCode
  ) {
    self.init(engine, format, code, .wasm(frontEnd, frontEnd.makeImage(code, engine)))
  }

  convenience init(
    _ engine: Engine, _ format: ModuleFormat, _ frontEnd: ClifFrontEnd, _ code: ModuleCode
  ) {
    self.init(engine, format, code, .clif(frontEnd))
  }

  private init(
    _ engine: Engine, _ format: ModuleFormat, _ code: ModuleCode, _ content: Content
  ) {
    self.engine = engine
    self.format = format
    self.code = code
    self.content = content
    name = code.frontEnd.moduleName
    imports = code.frontEnd.imports
    exports = code.frontEnd.exports
    exportIndices =
      exports.count <= Self.fewExports
      ? nil
      : Dictionary(
        exports.enumerated().map { (ExactName($0.element.name), $0.offset) },
        uniquingKeysWith: { first, _ in first })
  }

  /// Only decodes or reads a module and checks it. A text in CLIF may use functions of other texts
  /// with which it will be concatenated.
  ///
  /// - Parameter format: nil means the format that the content shows.
  public static func validate(
    _ bytes: [UInt8], format: ModuleFormat? = nil
  ) throws(PulleyError) {
    guard let format = format ?? ModuleFormat(of: bytes) else { throw unknownText }
    let (isClif, isText) = (format == .clif, format == .wat)
    let work =
      isClif
      ? MemoryBounds.loadingClif(TextSize(bytes)) : MemoryBounds.loading(bytes, isText: isText)
    try HostMemory.announce(work, for: isClif ? "validating the text" : "validating the module")
    defer { HostMemory.withdraw(work) }
    if isClif {
      _ = try ClifLinking.link(try ClifSource(bytes), isWhole: false)
    } else {
      _ = try WasmInput(bytes, isText: isText).load()
    }
  }

  /// As `validate(_:format:)`, but accepts exactly the modules that `init` accepts for the engine, and
  /// counts the work's memory in the engine. Nothing is kept.
  public static func validate(_ bytes: [UInt8], for engine: Engine) throws(PulleyError) {
    guard let format = ModuleFormat(of: bytes) else { throw unknownText }
    let budget = try engine.makeCodeBudget()
    let work: Int
    switch format {
    case .artifact: throw notCompiled
    case .clif:
      try ClifFrontEnd.checkAccepted(by: engine)
      work = MemoryBounds.loadingClif(TextSize(bytes))
    case .wasm, .wat: work = MemoryBounds.loading(bytes, isText: format == .wat)
    }
    try budget.begin(work, for: "validating the module")
    defer { budget.end(work) }
    if format == .clif {
      _ = try ClifLinking.link(try ClifSource(bytes))
    } else {
      _ = try WasmInput(bytes, isText: format == .wat).load()
    }
  }

  /// The binary form of a module in WebAssembly's text format, which is not validated.
  public static func binary(ofText text: [UInt8]) throws(PulleyError) -> [UInt8] {
    let work = MemoryBounds.loading(text, isText: true)
    try HostMemory.announce(work, for: "reading the text")
    defer { HostMemory.withdraw(work) }
    return try WasmInput(text, isText: true).bytes.array
  }

  private static var notCompiled: PulleyError {
    PulleyError(
      .malformed, "the bytes are an ELF file; an artifact is loaded with pulley_load", offset: 0)
  }

  private static var unknownText: PulleyError {
    PulleyError(
      .unsupported, "the bytes are text, but neither WebAssembly's text format nor CLIF", offset: 0)
  }

  /// Writes code that the engine's cache does not have, as deleting the module would.
  public func storeInCache() { code.storeInCache() }

  /// How many functions came from the engine's cache, and how many were compiled for it; nil if the module
  /// uses none.
  public var cacheCounts: (loaded: Int, compiled: Int)? { code.cacheCounts }

  public var language: SourceLanguage { code.frontEnd.language }

  /// Whether addresses may have 32 bits, so that guests' stacks have to lie below 4 GiB.
  var hasNarrowAddresses: Bool {
    if case .clif(let frontEnd) = content { frontEnd.hasNarrowAddresses } else { false }
  }
}

// Exports

extension Module {
  /// The position of an export in `exports`.
  func index(ofExport name: String) throws(PulleyError) -> Int {
    let index =
      if let exportIndices {
        exportIndices[ExactName(name)]
      } else {
        exports.firstIndex { ExactName($0.name) == ExactName(name) }
      }
    guard let index else {
      throw PulleyError(
        .notFound, "the module has no export named \(VisibleText.quoted(name)). \(exportedNames())")
    }
    return index
  }

  /// A sentence with the names of the first twenty exports, for messages about an unknown name.
  public func exportedNames(where isListed: (ExternalType) -> Bool = { _ in true }) -> String {
    let names = exports.filter { isListed($0.type) }.prefix(21).map { VisibleText.name($0.name) }
    guard !names.isEmpty else { return "It exports nothing" }
    let more = names.count > 20 ? ", …" : ""
    return "It exports \(names.prefix(20).joined(separator: ", "))\(more)"
  }
}

// Custom sections

extension Module {
  private var wasm: WasmModule? {
    if case .wasm(let frontEnd, _) = content { frontEnd.module } else { nil }
  }

  /// Names, debugging information and other data of tools; none in CLIF. An artifact has the custom
  /// sections of the module it was made from, except those about the bytes of its code.
  public var customSections: [CustomSection] { wasm?.customSections ?? [] }

  /// Gives access to the contents of one of the module's custom sections. Their address stays the
  /// same for as long as the module lives.
  public func withContents<Result>(
    of section: CustomSection, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    wasm?.bytes.withBytes(in: section.bytes, body)
      ?? body(UnsafeRawBufferPointer(start: nil, count: 0))
  }
}
