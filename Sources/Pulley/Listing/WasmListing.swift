import PulleyIR
import PulleyWasm
import PulleyWat

/// The source of a module of WebAssembly, as instructions of its text format.
struct WasmListing: ListedSource {
  private let frontEnd: WasmFrontEnd
  private let code: ModuleCode
  private let printer: InstructionPrinter

  init(_ frontEnd: WasmFrontEnd, _ code: ModuleCode) throws(PulleyError) {
    self.frontEnd = frontEnd
    self.code = code
    do {
      printer = try InstructionPrinter(frontEnd.module.bytes)
    } catch {
      throw PulleyError(error, names: nil)
    }
  }

  func size(ofFunction function: Int) -> Int {
    let bodies = frontEnd.module.bodies
    return function < bodies.count ? bodies[function].count : 0
  }

  func lines(ofFunction function: Int) throws(PulleyError) -> [FunctionListing.Line] {
    do throws(WasmError) {
      var printer = printer
      return try printer.instructions(of: function).map { line in
        FunctionListing.Line(location: Int(line.offset), depth: line.depth, text: line.text)
      }
    } catch {
      throw PulleyError(error, names: nil)
    }
  }

  func optimizedIR(ofFunction function: Int) throws(PulleyError) -> PulleyIR.Function {
    var ir = try code.optimizedIR(of: function)
    ir.name = readable(ir.name)
    for external in ir.externals.keys {
      ir.externals[external].name = readable(ir.externals[external].name)
    }
    return ir
  }

  func location(ofOffset offset: Int) -> Int { offset }

  /// A function's name in place of its number.
  private func readable(_ name: ExternalName) -> ExternalName {
    guard case .user(FunctionNames.moduleNamespace, let index) = name else { return name }
    let known = frontEnd.names.name(ofFunction: Int(index))
    // A name that takes several lines, or only repeats the number, is not better than the number.
    let isBetter = known.utf8.allSatisfy { $0 >= 0x20 } && known != "function[\(index)]"
    return isBetter ? .named(known) : name
  }
}
