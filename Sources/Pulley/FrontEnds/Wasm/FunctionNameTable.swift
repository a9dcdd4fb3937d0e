import PulleyWasm

/// The names of a module's functions for people: those of the name section, else those of exports.
struct FunctionNameTable: Sendable {
  let moduleName: String
  private let names: ModuleNames
  private let exports: [Int: String]

  init(_ module: WasmModule) {
    names = module.readNames()
    moduleName = names.module ?? ""
    exports = Dictionary(
      module.exports.filter { $0.kind == .function }.map { (Int($0.index), $0.name) },
      uniquingKeysWith: { first, _ in first })
  }

  func name(ofFunction index: Int) -> String {
    names.function(index) ?? exports[index] ?? "function[\(index)]"
  }
}
