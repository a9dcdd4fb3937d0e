import PulleyWasm
import Synchronization

/// The names of a module's functions for people: those of the name section, else those of exports. They
/// are read when one is needed first, because most runs need none.
final class FunctionNameTable: Sendable {
  private struct Names: Sendable {
    let section: ModuleNames
    let exports: [Int: String]
  }

  private let module: WasmModule
  private let names = Mutex<Names?>(nil)
  /// Empty if the module has no name.
  let moduleName: String

  init(_ module: WasmModule) {
    self.module = module
    moduleName = module.name ?? ""
  }

  func name(ofFunction index: Int) -> String {
    let names = names.withLock { known in
      if let known { return known }
      let read = Names(
        section: module.readNames(),
        exports: Dictionary(
          module.exports.lazy.filter { $0.kind == .function }.map { (Int($0.index), $0.name) },
          uniquingKeysWith: { first, _ in first }))
      known = read
      return read
    }
    return names.section.function(index) ?? names.exports[index] ?? "function[\(index)]"
  }
}
