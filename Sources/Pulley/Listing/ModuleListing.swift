import PulleyIR
import PulleyWasm
import PulleyWat

/// The listing of a module of WebAssembly, in the binary format or as text.
public final class ModuleListing: CodeListing {
  private let module: Module
  private let linked: LinkedCode
  private var printer: InstructionPrinter
  private var origins = OriginCache()

  public init(_ bytes: [UInt8]) throws(PulleyError) {
    var options = Engine.Options()
    options.mapsAllInstructions = true
    module = try Module(engine: Engine(options), bytes: bytes)
    linked = try module.code.link(options)
    do {
      printer = try InstructionPrinter(module.wasm.bytes)
    } catch {
      throw PulleyError(error, names: nil)
    }
  }

  public var sourceKind: SourceKind { .webAssembly }
  public var functionCount: Int { linked.ranges.count }
  public func name(ofFunction function: Int) -> String { module.code.symbolName(function) }
  public func codeSize(ofFunction function: Int) -> Int { linked.ranges[function].count }
  public func artifact() throws(PulleyError) -> [UInt8] { try module.artifact() }

  public func sourceSize(ofFunction function: Int) -> Int {
    let bodies = module.wasm.bodies
    return function < bodies.count ? bodies[function].count : 0
  }

  public func function(_ function: Int) throws(PulleyError) -> FunctionListing {
    var listing = FunctionListing()
    do {
      listing.source = try source(of: function)
    } catch {
      throw PulleyError(error, names: nil)
    }
    var ir = try module.code.optimizedIR(of: function)
    ir.name = readable(ir.name)
    for external in ir.externals.keys {
      ir.externals[external].name = readable(ir.externals[external].name)
    }
    listing.ir = ir.listedLines { $0 == .max ? nil : Int($0) }
    listing.code = linked.instructions(of: function) { $0 }
    return listing
  }

  /// What people know a function by, in place of its number.
  private func readable(_ name: ExternalName) -> ExternalName {
    guard case .user(FunctionNames.moduleNamespace, let index) = name else { return name }
    let known = module.names.name(ofFunction: Int(index))
    // One that takes several lines, or only says the number, is no better.
    let isBetter = known.utf8.allSatisfy { $0 >= 0x20 } && known != "function[\(index)]"
    return isBetter ? .named(known) : name
  }

  private func source(of function: Int) throws(WasmError) -> [FunctionListing.Line] {
    try printer.instructions(of: function).map { line in
      FunctionListing.Line(location: Int(line.offset), depth: line.depth, text: line.text)
    }
  }

  public func origin(ofAddress address: Int) -> String? {
    guard let function = linked.function(at: address),
      let location = linked.moduleOffset(
        function: function, offset: address - linked.ranges[function].lowerBound)
    else { return nil }
    let text = origins.text(at: location, of: function) {
      // A module that has been compiled has no body that cannot be read.
      (try? source(of: function)) ?? []
    }
    return text.map { "\(place(location)) \($0)" } ?? place(location)
  }
}

extension PulleyIR.Function {
  /// - Parameter location: of a source location.
  func listedLines(location: (UInt32) -> Int?) -> [FunctionListing.Line] {
    var printer = FunctionPrinter()
    return printer.lines(of: self).map { line in
      FunctionListing.Line(
        location: line.inst.isNone ? nil : location(sourceLocations[line.inst.index]),
        depth: line.isIndented ? 1 : 0, text: line.text)
    }
  }
}
