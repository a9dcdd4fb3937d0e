import PulleyIR

/// A function in all its forms from the source to bytecode, line by line.
public struct FunctionListing: Sendable {
  /// A line of the source or of the IR.
  public struct Line: Sendable {
    /// The place in the source, in the unit of the listing; nil if the line comes from no place.
    public var location: Int?
    /// How far the line is indented, in steps.
    public var depth: Int
    public var text: String
  }

  /// An instruction of Pulley, or an entry of a branch table.
  public struct Instruction: Sendable {
    /// The offset in the code of all functions.
    public var address: Int
    public var location: Int?
    public var text: String
    /// The function whose address is in the instruction.
    public var target: Int?
  }

  /// The instructions of WebAssembly, or the text of CLIF. Empty for functions that the compiler
  /// adds.
  public var source: [Line] = []
  /// The IR after optimisation.
  public var ir: [Line] = []
  public var code: [Instruction] = []
}

/// All functions of a module with their code. The listing compiles the module itself, with the
/// place in the source of each instruction. One thread at a time may use it.
public final class CodeListing {
  private let module: Module
  private let relocated: RelocatedCode
  private let source: any ListedSource
  private var origins = OriginCache()

  /// - Parameter format: nil means the format that the content shows.
  public init(_ bytes: [UInt8], format: ModuleFormat? = nil) throws(PulleyError) {
    var options = Engine.Options()
    options.mapsAllInstructions = true
    options.acceptsClif = true
    module = try Module(engine: Engine(options), bytes: bytes, format: format)
    relocated = try module.code.relocate()
    source =
      switch module.content {
      case .wasm(let frontEnd, _): try WasmListing(frontEnd, module.code)
      case .clif: try ClifListing(bytes)
      }
  }

  /// Of WebAssembly, locations are bytes of the module in the binary format; of CLIF, lines of the text,
  /// counted from 1.
  public var language: SourceLanguage { module.language }
  public var functionCount: Int { relocated.ranges.count }

  public func name(ofFunction function: Int) -> String {
    module.code.frontEnd.symbolName(ofFunction: function)
  }

  /// In bytes of the module, or in lines of text.
  public func sourceSize(ofFunction function: Int) -> Int { source.size(ofFunction: function) }

  /// In bytes.
  public func codeSize(ofFunction function: Int) -> Int { relocated.ranges[function].count }

  /// The same code as an artifact.
  public func artifact() throws(PulleyError) -> [UInt8] { try module.artifact() }

  public func function(_ function: Int) throws(PulleyError) -> FunctionListing {
    var listing = FunctionListing()
    listing.source = try source.lines(ofFunction: function)
    var printer = FunctionPrinter()
    let ir = try source.optimizedIR(ofFunction: function)
    listing.ir = printer.lines(of: ir).map { line in
      let offset = line.inst.isNone ? .max : ir.sourceLocations[line.inst.index]
      return FunctionListing.Line(
        location: offset == .max ? nil : source.location(ofOffset: Int(offset)),
        depth: line.isIndented ? 1 : 0, text: line.text)
    }
    listing.code = relocated.instructions(of: function) { source.location(ofOffset: $0) }
    return listing
  }

  /// The place and the text of the source of the instruction at an address. Fast for successive
  /// addresses.
  public func origin(ofAddress address: Int) -> String? {
    guard let function = relocated.function(at: address),
      let offset = relocated.sourceOffset(
        function: function, offset: address - relocated.ranges[function].lowerBound)
    else { return nil }
    let location = source.location(ofOffset: offset)
    let place = place(location)
    let text = origins.text(at: location, of: function) {
      // All functions of a compiled module can be read.
      (try? source.lines(ofFunction: function)) ?? []
    }
    guard let text else { return place }
    return language == .clif ? "\(place): \(text)" : "\(place) \(text)"
  }

  /// A location as text.
  public func place(_ location: Int) -> String {
    switch language {
    case .webAssembly: "0x" + String(location, radix: 16)
    case .clif: "line \(location)"
    }
  }
}

/// The source of the functions that a listing shows.
protocol ListedSource {
  /// In the unit of `CodeListing.sourceSize`.
  func size(ofFunction function: Int) -> Int
  func lines(ofFunction function: Int) throws(PulleyError) -> [FunctionListing.Line]
  /// The IR that the code is generated from, with names in place of numbers.
  func optimizedIR(ofFunction function: Int) throws(PulleyError) -> PulleyIR.Function
  /// The location of an offset in the source, in bytes.
  func location(ofOffset offset: Int) -> Int
}

/// A cache of the texts of one function's source by location, for successive addresses in one
/// function.
struct OriginCache {
  private var function = -1
  private var texts: [Int: String] = [:]

  mutating func text(
    at location: Int, of function: Int, lines: () -> [FunctionListing.Line]
  ) -> String? {
    if function != self.function {
      self.function = function
      texts.removeAll(keepingCapacity: true)
      for line in lines() {
        guard let location = line.location else { continue }
        texts[location] = line.text
      }
    }
    return texts[location]
  }
}
